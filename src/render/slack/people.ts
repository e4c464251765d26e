import type { Actor } from '../../domain/actor.js';
import type { Run } from '../../domain/run.js';
import { join, type Markup, markup, person } from './markup.js';
import type { Words } from './words.js';

/** Who it was, as one says it: a person by their name in Slack. */
export function actorOf(actor: Actor, words: Words): Markup {
  switch (actor.kind) {
    case 'person':
      return person(actor.id);
    case 'alert':
      return markup`${words.run.alert(actor.source)}`;
    case 'goodgate':
      return markup`goodgate`;
  }
}

/** Nothing where no worker was lost. */
export function takenOver(run: Run, words: Words): readonly Markup[] {
  return run.attempts > 1 ? [markup`⚠ ${words.run.takenOver(run.attempts)}`] : [];
}

const SHOWN_PEOPLE = 5;

/** `run-142 · asked by @ada · also wanted by @bob` */
export function askedFor(run: Run, words: Words): Markup {
  const asked = markup`${run.id} · ${words.run.askedBy} ${actorOf(run.requestedBy, words)}`;
  if (run.joinedBy.length === 0) return asked;
  const shown = run.joinedBy.slice(0, SHOWN_PEOPLE).map((actor) => actorOf(actor, words));
  const rest = run.joinedBy.length - shown.length;
  const more = rest > 0 ? [markup`${words.run.morePeople(rest)}`] : [];
  return markup`${asked} · ${words.run.joinedBy} ${join([...shown, ...more], markup`${words.comma}`)}`;
}
