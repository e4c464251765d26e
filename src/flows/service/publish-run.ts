/** Brings a run's messages in Slack up to date: the newest state, once, also after any doubt and any restart. */
import type { ChatFile, ChatMessage } from '../../domain/chat-message.js';
import { type Conversation, isOver, type Run } from '../../domain/run.js';
import type { Clock } from '../../ports.js';
import type { Messenger } from '../../ports-chat.js';
import type { MessageBoard } from '../../ports-state.js';
import { type Published, publishFile, publishMessage } from './publish-part.js';

/** What a run looks like in Slack now. The thread is empty while it is not over. */
export interface RunPages {
  readonly head: ChatMessage;
  readonly thread: readonly { readonly part: string; readonly message: ChatMessage }[];
  readonly file?: ChatFile;
  /** Said in its place where Slack does not take it. */
  readonly fileRefused?: (code: string) => ChatMessage;
}

export interface PublishDeps {
  readonly board: MessageBoard;
  readonly messenger: Messenger;
  readonly clock: Clock;
  /** See publish-part.ts. */
  readonly isOurs: () => boolean;
  /** Undefined where there is no such run any more. */
  readonly pagesOf: (runId: string) => Promise<{ readonly run: Run; readonly pages: RunPages } | undefined>;
  /** Slack does not take something, and asking again is of no use. */
  readonly onRefused: (run: Run, part: string, code: string) => void;
}

const IN_TURN = { post: 'in-turn', edit: 'in-turn' } as const;

/** Slack's answers where it will not have a message in that place, but might in another. */
const NOT_THERE = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
  'restricted_action_thread_only_channel',
  'messages_tab_disabled',
]);

/** Settled: Slack shows what is so, or will never. Otherwise it is to be asked again after so many milliseconds. */
export async function publishRun(
  runId: string,
  deps: PublishDeps,
): Promise<{ readonly settled: true } | { readonly settled: false; readonly againMs: number }> {
  const found = await deps.pagesOf(runId);
  if (found === undefined) return { settled: true };
  const { run, pages } = found;
  const head = await publishHead(run, pages.head, deps);
  if (head.state === 'again') return { settled: false, againMs: head.afterMs };
  if (head.state === 'refused') return { settled: true };
  const tell = (part: string, result: Published) => {
    if ((result.state === 'refused' || result.state === 'stale') && result.isNew)
      deps.onRefused(run, part, result.code);
  };
  const isElsewhere = head.message.channel !== run.conversation.channel;
  const thread = {
    channel: head.message.channel,
    threadTs: (isElsewhere ? undefined : run.conversation.threadTs) ?? head.message.ts,
  };
  for (const { part, message } of pages.thread) {
    const result = await publishMessage({ runId, part, urgency: IN_TURN, place: thread }, message, deps);
    if (result.state === 'again') return { settled: false, againMs: result.afterMs };
    tell(part, result);
  }
  if (pages.file !== undefined) {
    const result = await publishFile(
      { runId, part: 'file', urgency: IN_TURN, place: thread },
      pages.file,
      deps,
    );
    if (result.state === 'again') return { settled: false, againMs: result.afterMs };
    tell('file', result);
    const instead = result.state === 'refused' ? pages.fileRefused?.(result.code) : undefined;
    if (instead !== undefined) {
      const part = 'file-refused';
      const said = await publishMessage({ runId, part, urgency: IN_TURN, place: thread }, instead, deps);
      if (said.state === 'again') return { settled: false, againMs: said.afterMs };
      tell(part, said);
    }
  }
  return { settled: true };
}

/**
 * Where goodgate may not write in the channel, the person who asked gets the message; and so they get the verdict where
 * the message that should say it can no longer be edited: it is deleted, or the channel is archived.
 */
async function publishHead(run: Run, message: ChatMessage, deps: PublishDeps): Promise<Published> {
  // The first sign of life and the verdict are waited for; how a run goes on is nice to know.
  const urgency = { post: 'soon', edit: isOver(run) ? 'soon' : 'whenever' } as const;
  const here = { runId: run.id, part: 'head', urgency, place: run.conversation };
  const first = await publishMessage(here, message, deps);
  if (first.state === 'shown' || first.state === 'again') return first;
  const person = run.requestedBy.kind === 'person' ? run.requestedBy.id : undefined;
  if (first.isNew) deps.onRefused(run, 'head', first.code);
  const isLost = first.state === 'refused' ? NOT_THERE.has(first.code) : isOver(run);
  if (person === undefined || !isLost) return first;
  const toPerson: Conversation = { channel: person };
  const part = 'head-to-person';
  const second = await publishMessage({ runId: run.id, part, urgency, place: toPerson }, message, deps);
  if ((second.state === 'refused' || second.state === 'stale') && second.isNew)
    deps.onRefused(run, part, second.code);
  // Its thread may still be written to.
  return second.state === 'refused' ? first : second;
}
