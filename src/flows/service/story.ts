import type { Answer } from '../../domain/answer.js';
import type { Incident } from '../../domain/incident.js';
import type { TimelineEvent } from '../../domain/timeline.js';
import type { Timeline } from '../../ports-state.js';

/** An incident's own events and those of its runs, in order of time; the newest where there are too many. */
export async function storyOf(
  incident: Incident,
  most: number,
  deps: { readonly timeline: Timeline },
): Promise<Answer> {
  const subjects = [incident.id, ...incident.runs.slice(-20)];
  const all = await Promise.all(subjects.map((subject) => deps.timeline.read(subject)));
  const events = all
    .flat()
    .sort((a: TimelineEvent, b: TimelineEvent) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const shown = events.slice(-most);
  return { kind: 'timeline', incident, events: shown, omitted: events.length - shown.length };
}
