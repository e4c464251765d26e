/** What happened, append only. A subject is a run or an incident; an incident's story holds that of its runs. */
import type { Actor } from './actor.js';

export type TimelineKind =
  | 'run-requested'
  | 'run-joined'
  | 'run-waiting'
  | 'run-started'
  | 'run-taken-over'
  | 'run-finished'
  | 'run-interrupted'
  | 'run-cancel-requested'
  | 'run-cancelled'
  | 'incident-opened'
  | 'incident-mitigated'
  | 'incident-reopened'
  | 'incident-acknowledged'
  | 'incident-resolved'
  | 'note';

export interface TimelineEvent {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly actor: Actor;
  readonly kind: TimelineKind;
  /** Few and short: `run`, `verdict`, `cause`, `worker`, `text`. */
  readonly details: Readonly<Record<string, string>>;
}
