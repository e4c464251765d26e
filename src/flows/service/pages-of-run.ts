/** What Slack shall show of a run now, from what is written down. */
import type { RunView } from '../../domain/answer.js';
import { isOver, type Run } from '../../domain/run.js';
import type { Clock } from '../../ports.js';
import type { EvidenceArchive, IncidentStore, RunStore } from '../../ports-state.js';
import type { Voice } from '../../ports-voice.js';
import type { RunPages } from './publish-run.js';

export interface PagesDeps {
  readonly runs: RunStore;
  readonly incidents: IncidentStore;
  readonly archive: EvidenceArchive;
  readonly clock: Clock;
  readonly voice: Voice;
  /** Of what is posted in a channel. */
  readonly channelLanguage: (channel: string) => 'en' | 'zh';
  /** The language in which this person reads. */
  readonly languageOf: (person: string) => Promise<'en' | 'zh'>;
}

export async function pagesOfRun(
  runId: string,
  deps: PagesDeps,
): Promise<{ readonly run: Run; readonly pages: RunPages } | undefined> {
  const run = await deps.runs.get(runId);
  if (run === undefined) return undefined;
  const reader = onlyReaderOf(run);
  const language =
    reader === undefined ? deps.channelLanguage(run.conversation.channel) : await deps.languageOf(reader);
  const isFinished = run.state === 'finished';
  const [diagnosis, record, incident] = await Promise.all([
    isFinished ? deps.archive.diagnosis(runId, language) : undefined,
    isFinished ? deps.archive.record(runId) : undefined,
    run.incident === undefined ? undefined : deps.incidents.get(run.incident),
  ]);
  const view: RunView = {
    run,
    // What is posted does not change because time has passed: it would be edited for ever.
    now: isOver(run) ? new Date(run.endedAt ?? run.createdAt) : deps.clock.now(),
    hasEvidence: record !== undefined,
    ...(diagnosis === undefined ? {} : { diagnosis }),
    ...(incident === undefined ? {} : { incident }),
  };
  const head = deps.voice.run(view, language);
  if (diagnosis === undefined || record === undefined) return { run, pages: { head, thread: [] } };
  return {
    run,
    pages: {
      head,
      thread: deps.voice.thread(view, language),
      file: deps.voice.fullOutput(view, record, language),
      fileRefused: (code) => deps.voice.fileRefused(code, language),
    },
  };
}

/**
 * The person to whom alone it is written: a person's id stands for the conversation with them, and D begins that of a
 * direct message. https://docs.slack.dev/reference/methods/chat.postMessage#channels
 */
function onlyReaderOf({ conversation, requestedBy }: Run): string | undefined {
  if (/^[UW]/u.test(conversation.channel)) return conversation.channel;
  return conversation.channel.startsWith('D') && requestedBy.kind === 'person' ? requestedBy.id : undefined;
}
