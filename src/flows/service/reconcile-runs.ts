/** Sets right what a process that died in the middle has left: runs without a job, and jobs that ended without a word. */
import { type InterruptReason, interruptRun, type Run } from '../../domain/run.js';
import type { JobQueue, RunStore } from '../../ports-state.js';
import { type AnnounceDeps, announce, type NoteDeps, tellTimeline } from './announce.js';

export interface ReconcileDeps extends AnnounceDeps, NoteDeps {
  readonly runs: RunStore;
  readonly queue: JobQueue;
}

/** Who has just written a run down may be about to queue it. */
const TIME_TO_QUEUE_MS = 5000;

export async function reconcileRuns(deps: ReconcileDeps): Promise<void> {
  const now = deps.clock.now();
  for (const run of await deps.runs.unfinished()) {
    const ageMs = now.getTime() - Date.parse(run.startedAt ?? run.createdAt);
    if (ageMs < TIME_TO_QUEUE_MS || (await deps.queue.stateOf(run.id)) !== 'gone') continue;
    if (run.state === 'queued') await deps.queue.add(run.id, run.priority);
    else await giveUp(run, now, deps);
  }
}

async function giveUp(run: Run, now: Date, deps: ReconcileDeps): Promise<void> {
  const says = `the worker was lost ${run.attempts} ${run.attempts === 1 ? 'time' : 'times'}`;
  await endRun(run.id, { reason: 'worker-lost', says }, now, deps, (one) => one.revision === run.revision);
}

/** The queue will not try it again: its workers died of it, or failed. */
export async function giveUpRun(runId: string, says: string, deps: ReconcileDeps): Promise<void> {
  const reason = /stalled/u.test(says) ? 'worker-lost' : 'failed';
  await endRun(
    runId,
    { reason, says: reason === 'failed' ? 'a fault of goodgate’s own' : says },
    deps.clock.now(),
    deps,
  );
}

async function endRun(
  runId: string,
  why: { readonly reason: InterruptReason; readonly says: string },
  now: Date,
  deps: ReconcileDeps,
  isStillSo: (run: Run) => boolean = () => true,
): Promise<void> {
  const ended = await deps.runs.change(runId, (one) => (isStillSo(one) ? interruptRun(one, why, now) : one));
  if (!ended?.changed) return;
  await tellTimeline(
    runId,
    'run-interrupted',
    { kind: 'goodgate' },
    { run: runId, reason: why.reason },
    deps,
  );
  await announce(runId, deps);
}
