import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import type { StopReason } from '../../ports-state.js';
import type { RedisPlace } from '../redis/redis-url.js';
import { RUN_QUEUE } from './job-queue.js';
import { startWorker } from './start-worker.js';

/** done: the job is over, whatever the run came to. later: it waits so long, and no attempt is counted. */
export type JobOutcome = 'done' | { readonly later: number };

export interface RunWorkerSetup {
  readonly place: RedisPlace;
  /** Unique among the workers: it stands in the runs, and in Redis' list of clients. */
  readonly name: string;
  readonly concurrency: number;
  /**
   * A rejection is tried again after a while, twice. `signal.reason` is a `StopReason`: whoever gets `lost` must not
   * write any more, as another worker has the run, or will have it soon.
   */
  readonly process: (runId: string, signal: AbortSignal) => Promise<JobOutcome>;
  /** No worker will take it again: it failed too often, or too many workers died of it. */
  readonly onGivenUp: (runId: string, says: string) => void;
  readonly onError: (error: Error) => void;
}

export interface RunWorker {
  /** Running jobs have `graceMs` to end by themselves, then their signals say `stopping`. */
  close(graceMs: number): Promise<void>;
}

/** A dead worker's job is seen as stalled once its lock has run out: within LOCK_MS + 2 × STALLED_MS. */
const LOCK_MS = 10_000;
const STALLED_MS = 3_000;
/** After it was told to stop: for cancelling on the hosts, and for writing down what became of the run. */
const ENDING_MS = 5_000;

export function createRunWorker(setup: RunWorkerSetup): RunWorker {
  const { worker, close } = startWorker({
    place: setup.place,
    queue: RUN_QUEUE,
    name: setup.name,
    onError: setup.onError,
    process: (job, token, signal) => work(job, token, signal),
    options: {
      concurrency: setup.concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      // The third death in a row is no accident: the run itself may be what kills.
      maxStalledCount: 2,
    },
  });

  async function work(job: Job<unknown, void>, token?: string, signal?: AbortSignal): Promise<void> {
    if (job.id === undefined) throw new UnrecoverableError('a job without an id');
    const outcome = await setup.process(job.id, signal ?? new AbortController().signal);
    if (outcome === 'done') return;
    // Skips the attempt, keeps the priority: https://docs.bullmq.io/patterns/process-step-jobs#delaying
    await job.moveToDelayed(Date.now() + Math.max(0, outcome.later), token);
    throw new DelayedError();
  }

  function tell(runId: string, reason: StopReason): void {
    worker.cancelJob(runId, reason);
  }

  worker.on('lockRenewalFailed', (runIds: readonly string[]) => {
    for (const runId of runIds) tell(runId, 'lost');
  });
  worker.on('failed', (job, error) => {
    // Without finishedOn, it is tried again.
    if (job?.id !== undefined && job.finishedOn !== undefined) setup.onGivenUp(job.id, error.message);
  });

  return {
    async close(graceMs) {
      const reason: StopReason = 'stopping';
      const grace = setTimeout(() => worker.cancelAllJobs(reason), graceMs);
      try {
        await close(graceMs + ENDING_MS);
      } finally {
        clearTimeout(grace);
      }
    },
  };
}
