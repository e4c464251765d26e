/** Something is broken, and people work on it. One open incident for each target. Transitions are pure. */
import type { Actor } from './actor.js';
import type { Conversation, Run, RunResult } from './run.js';

/** mitigated: the newest check found it healthy, and nobody has closed it yet. */
export type IncidentState = 'open' | 'mitigated' | 'resolved';

export interface Incident {
  /** `inc-17`. */
  readonly id: string;
  readonly target: string;
  readonly state: IncidentState;
  readonly openedAt: string;
  readonly openedBy: Actor;
  readonly conversation: Conversation;
  /** Ids of its runs, oldest first. */
  readonly runs: readonly string[];
  /** Id of the newest root cause that was named. */
  readonly cause?: string;
  readonly acknowledged?: { readonly by: Actor; readonly at: string };
  readonly mitigatedAt?: string;
  readonly resolved?: { readonly by: Actor; readonly at: string };
  readonly revision: number;
}

export function openIncident(id: string, run: Run, at: Date): Incident {
  return {
    id,
    target: run.target,
    state: 'open',
    openedAt: at.toISOString(),
    openedBy: run.requestedBy,
    conversation: run.conversation,
    runs: [],
    revision: 0,
  };
}

/** What a finished run means for the incident. Each transition gives the incident unchanged where it does not apply. */
export function tellOfRun(incident: Incident, run: Run, at: Date): Incident {
  const runs = incident.runs.includes(run.id) ? incident.runs : [...incident.runs, run.id];
  if (incident.state === 'resolved' || run.result === undefined) {
    return runs === incident.runs ? incident : { ...incident, runs };
  }
  // Hosts that cannot be reached say nothing of a service that answers.
  if (!isBroken(run.result) && run.result.verdict !== 'healthy') return { ...incident, runs };
  if (run.result.verdict === 'healthy') {
    return { ...incident, runs, state: 'mitigated', mitigatedAt: at.toISOString() };
  }
  const { mitigatedAt: _before, ...rest } = incident;
  const cause = run.result.cause?.id;
  return { ...rest, runs, state: 'open', ...(cause === undefined ? {} : { cause }) };
}

/** The service itself fails: it has a cause, or whoever asks it gets no answer, or an error of the server. */
export function isBroken({ verdict, httpStatus }: RunResult): boolean {
  if (verdict === 'healthy') return false;
  return verdict === 'root-cause' || httpStatus === null || httpStatus >= 500;
}

export function acknowledgeIncident(incident: Incident, by: Actor, at: Date): Incident {
  if (incident.state === 'resolved' || incident.acknowledged !== undefined) return incident;
  return { ...incident, acknowledged: { by, at: at.toISOString() } };
}

export function resolveIncident(incident: Incident, by: Actor, at: Date): Incident {
  if (incident.state === 'resolved') return incident;
  return { ...incident, state: 'resolved', resolved: { by, at: at.toISOString() } };
}
