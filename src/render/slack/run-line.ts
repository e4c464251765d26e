import type { Verdict } from '../../domain/diagnosis.js';
import type { Run } from '../../domain/run.js';
import { texts } from '../texts.js';
import { bold, code, type Markup, markup, moment } from './markup.js';
import type { Words } from './words.js';

export const VERDICT_MARK: Readonly<Record<Verdict, string>> = {
  'root-cause': '🔴',
  healthy: '🟢',
  inconclusive: '🟡',
  unreachable: '⚫',
};

/** `🔴 docs-server · redis-down, proven, on docs-1 · run-142 · 21:06:07` */
export function runLine(run: Run, words: Words): Markup {
  return markup`${markOf(run)} ${bold(run.target)} · ${outcome(run, words)} · ${run.id} · ${moment(run.endedAt ?? run.startedAt ?? run.createdAt)}`;
}

export function markOf(run: Run): string {
  switch (run.state) {
    case 'queued':
      return '⏳';
    case 'running':
      return '🔎';
    case 'cancelled':
      return '⏹';
    case 'interrupted':
      return '⚠';
    case 'finished':
      return run.result === undefined ? '⚠' : VERDICT_MARK[run.result.verdict];
  }
}

/** How it ended, or how far it is. */
export function outcome(run: Run, words: Words): Markup {
  const { result } = run;
  if (run.state !== 'finished' || result === undefined) return markup`${words.state[run.state]}`;
  const text = texts[words.lang];
  const { cause } = result;
  if (cause === undefined) return markup`${words.outcome[result.verdict]}`;
  return markup`${code(cause.id)} · ${text.certainty[cause.certainty]} · ${text.onHost(cause.host)}`;
}
