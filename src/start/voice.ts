import type { Voice } from '../ports-voice.js';
import { renderAnswer } from '../render/slack/answer.js';
import { renderCheckModal, renderTargetOptions } from '../render/slack/check-modal.js';
import { renderFullOutput } from '../render/slack/full-output.js';
import { renderHome } from '../render/slack/home.js';
import { renderRun } from '../render/slack/run-message.js';
import { renderFileRefused, renderThread } from '../render/slack/thread.js';
import { slackWords } from '../render/slack/words.js';

/** The words and blocks of src/render/slack/, for flows. `command` is the slash command of the app. */
export function createVoice(
  command: string,
): Voice & { readonly targetOptions: (query: string, targets: readonly string[]) => readonly object[] } {
  const options = { command };
  return {
    run: (view, language) => renderRun(view, slackWords[language], options),
    thread: (view, language) => renderThread(view, slackWords[language]),
    fullOutput: (view, record, language) => renderFullOutput(view, record, slackWords[language]),
    fileRefused: (code, language) => renderFileRefused(code, slackWords[language]),
    answer: (answer, language) => renderAnswer(answer, slackWords[language], options),
    form: (form, language) => renderCheckModal(form, slackWords[language]),
    home: (overview, language) => renderHome(overview, slackWords[language], { ...options, now: new Date() }),
    targetOptions: (query, targets) => renderTargetOptions(query, targets).options,
  };
}
