import type { KnownBlock } from '@slack/types';
import type { Answer } from '../../domain/answer.js';
import type { TimelineEvent } from '../../domain/timeline.js';
import { context, section } from './blocks.js';
import { incidentLine } from './incident-line.js';
import { bold, code, type Markup, markup, moment, sizeOfMarkup } from './markup.js';
import { paged } from './pages.js';
import { actorOf } from './people.js';
import type { Words } from './words.js';

/** More than can be shown. */
const MOST_EVENTS = 300;
const EVENT_BYTES = 500;
const ROOM = 9000;

/** What happened, oldest first; of a long story its end, with a count of what came before. */
export function renderTimeline(
  answer: Extract<Answer, { kind: 'timeline' }>,
  words: Words,
): readonly KnownBlock[] {
  const title = words.answer.timeline(answer.incident.id, answer.incident.target);
  const { shown, left } = newest(answer.events.slice(-MOST_EVENTS).map((event) => eventLine(event, words)));
  const earlier = answer.omitted + Math.max(0, answer.events.length - MOST_EVENTS) + left;
  return [
    section(bold(title)),
    context(incidentLine(answer.incident, words)),
    ...(earlier > 0 ? [context(markup`… ${words.answer.earlier(earlier)}`)] : []),
    ...(shown.length === 0 ? [section(markup`${words.answer.noEvents}`)] : paged(shown, EVENT_BYTES)),
  ];
}

function newest(all: readonly Markup[]): { shown: readonly Markup[]; left: number } {
  let used = 0;
  let from = all.length;
  while (from > 0) {
    used += Math.min(EVENT_BYTES, sizeOfMarkup(all[from - 1] ?? markup``)) + 2;
    if (used > ROOM) break;
    from -= 1;
  }
  return { shown: all.slice(from), left: from };
}

/** `21:06:07 · @ada · wanted a check · run-142` */
function eventLine(event: TimelineEvent, words: Words): Markup {
  const details = Object.entries(event.details).filter(([, value]) => value !== '');
  const told = details.map(([key, value]) => detail(key, value, words));
  const all = told.reduce((sum, one) => markup`${sum}${one}`, markup``);
  return markup`${moment(event.at)} · ${actorOf(event.actor, words)} · ${words.event[event.kind]}${all}`;
}

function detail(key: string, value: string, words: Words): Markup {
  if (key === 'text') return markup` “${value}”`;
  // Written for the log, in English; the reason beside it is told in the reader's language.
  if (key === 'says') return markup``;
  const reason = REASONS.find((one) => one === value);
  if (key === 'reason' && reason !== undefined) return markup` · ${words.run.interruptedWhy[reason]}`;
  const verdict = VERDICTS.find((one) => one === value);
  return key === 'verdict' && verdict !== undefined
    ? markup` · ${words.outcome[verdict]}`
    : markup` · ${code(value)}`;
}

const REASONS = ['time-limit', 'worker-lost', 'stopped', 'failed', 'configuration'] as const;
const VERDICTS = ['root-cause', 'healthy', 'inconclusive', 'unreachable'] as const;
