/** What a finished run means for the incident of its target: opened, changed, mitigated. */
import { type Incident, isBroken, openIncident, tellOfRun } from '../../domain/incident.js';
import type { Run } from '../../domain/run.js';
import type { TimelineKind } from '../../domain/timeline.js';
import type { IncidentStore, RunStore } from '../../ports-state.js';
import { type NoteDeps, tellTimeline } from './announce.js';

export interface FollowDeps extends NoteDeps {
  readonly incidents: IncidentStore;
  readonly runs: RunStore;
}

export async function followIncident(run: Run, deps: FollowDeps): Promise<Incident | undefined> {
  if (run.result === undefined) return undefined;
  const at = deps.clock.now();
  const current = await deps.incidents.current(run.target);
  // A service that answers opens nothing.
  if (current === undefined && !isBroken(run.result)) return undefined;
  const { incident, created } =
    current === undefined
      ? await deps.incidents.openFor(run.target, (id) => openIncident(id, run, at))
      : { incident: current, created: false };
  const told = await deps.incidents.change(incident.id, (one) => tellOfRun(one, run, at));
  await deps.runs.change(run.id, (one) =>
    one.incident === incident.id ? one : { ...one, incident: incident.id },
  );
  const kind = whatHappened(created, incident.state, told?.incident.state);
  if (kind !== undefined) {
    const details = { run: run.id, ...(run.result?.cause ? { cause: run.result.cause.id } : {}) };
    await tellTimeline(incident.id, kind, { kind: 'goodgate' }, details, deps);
  }
  return told?.incident ?? incident;
}

function whatHappened(
  created: boolean,
  before: Incident['state'],
  after: Incident['state'] | undefined,
): TimelineKind | undefined {
  if (created) return 'incident-opened';
  if (before === 'open' && after === 'mitigated') return 'incident-mitigated';
  if (before === 'mitigated' && after === 'open') return 'incident-reopened';
  return undefined;
}
