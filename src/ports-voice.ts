import type { Answer, Overview, RunView } from './domain/answer.js';
import type { ChatFile, ChatMessage } from './domain/chat-message.js';
import type { CheckRecord } from './domain/check-record.js';
import type { Conversation } from './domain/run.js';

/** What flows know, put into words and blocks; pure. */
export interface Voice {
  run(view: RunView, language: 'en' | 'zh'): ChatMessage;
  thread(
    view: RunView,
    language: 'en' | 'zh',
  ): readonly { readonly part: string; readonly message: ChatMessage }[];
  fullOutput(view: RunView, record: CheckRecord, language: 'en' | 'zh'): ChatFile;
  /** Said in the thread where Slack does not take the file; `code` is Slack's own. */
  fileRefused(code: string, language: 'en' | 'zh'): ChatMessage;
  answer(answer: Answer, language: 'en' | 'zh'): ChatMessage;
  /** The form with target and playbook; where it was opened from comes back with what is sent. */
  form(options: FormOptions, language: 'en' | 'zh'): object;
  home(overview: Overview, language: 'en' | 'zh'): object;
}

export interface FormOptions {
  readonly targets: readonly string[];
  readonly playbooks: readonly string[];
  readonly initialTarget?: string;
  readonly conversation: Conversation;
}
