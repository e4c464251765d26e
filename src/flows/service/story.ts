import type { Answer } from '../../domain/answer.js';
import type { Incident } from '../../domain/incident.js';
import type { TimelineEvent } from '../../domain/timeline.js';
import type { Timeline } from '../../ports-state.js';

const AT_ONCE = 100;

/** An incident's own events and those of its runs, in order of time; the newest where there are too many. */
export async function storyOf(
  incident: Incident,
  most: number,
  deps: { readonly timeline: Timeline },
): Promise<Answer> {
  const subjects = [incident.id, ...incident.runs];
  const all: TimelineEvent[] = [];
  // All of them, so that what is left out is counted rightly; not all at once.
  for (let from = 0; from < subjects.length; from += AT_ONCE) {
    const some = subjects.slice(from, from + AT_ONCE);
    all.push(...(await Promise.all(some.map((subject) => deps.timeline.read(subject)))).flat());
  }
  const events = all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const shown = events.slice(-most);
  return { kind: 'timeline', incident, events: shown, omitted: events.length - shown.length };
}
