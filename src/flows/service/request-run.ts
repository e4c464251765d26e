/** A wish for a check becomes a queued run, or joins the one that is on its way. */
import type { Run, RunDraft } from '../../domain/run.js';
import { joinRun } from '../../domain/run.js';
import type { IncidentStore, JobQueue, RunStore } from '../../ports-state.js';
import { type AnnounceDeps, announce, type NoteDeps, tellTimeline } from './announce.js';

export interface RequestDeps extends AnnounceDeps, NoteDeps {
  readonly runs: RunStore;
  readonly incidents: IncidentStore;
  readonly queue: JobQueue;
}

/**
 * Written down before it is queued, and queued before it is told: whoever dies in between, `reconcileRuns` finds the
 * run and queues it. Rejects with UnavailableError where it could not be written down.
 */
export async function requestRun(
  wish: Omit<RunDraft, 'incident'>,
  deps: RequestDeps,
): Promise<{ readonly run: Run; readonly created: boolean }> {
  const incident = await deps.incidents.current(wish.target);
  const draft = incident === undefined ? wish : { ...wish, incident: incident.id };
  const { run, created } = await deps.runs.claim(draft, deps.clock.now());
  if (!created) {
    const joined = await deps.runs.change(run.id, (one) => joinRun(one, wish.requestedBy));
    if (joined?.changed) await tellTimeline(run.id, 'run-joined', wish.requestedBy, { run: run.id }, deps);
    await announce(run.id, deps);
    return { run: joined?.run ?? run, created };
  }
  await deps.queue.add(run.id, run.priority);
  await announce(run.id, deps);
  await tellTimeline(run.id, 'run-requested', run.requestedBy, { run: run.id, target: run.target }, deps);
  return { run, created };
}
