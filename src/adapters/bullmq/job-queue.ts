import { Queue } from 'bullmq';
import type { Run } from '../../domain/run.js';
import type { JobQueue } from '../../ports-state.js';
import { ask } from '../redis/ask-redis.js';
import type { RedisClient } from '../redis/connect-redis.js';
import { QUEUE_PREFIX } from '../redis/keys.js';

export const RUN_QUEUE = 'runs';

/** BullMQ takes the lowest number first: https://docs.bullmq.io/guide/jobs/prioritized */
const PRIORITY: Readonly<Record<Run['priority'], number>> = { person: 1, alert: 10 };
/** How often a run is begun again after a fault of ours; a worker's death is counted apart (maxStalledCount). */
const ATTEMPTS = 3;
/** Ended jobs that operators can still look at; the runs themselves are kept in the store. */
const KEEP = { count: 200, age: 7 * 86_400 };

export interface RunQueue extends JobQueue {
  /** For a page that operators look at. */
  readonly queue: Queue;
  close(): Promise<void>;
}

/** `client` is one that fails fast (purpose `request`); it stays the caller's. */
export function createJobQueue(
  client: RedisClient,
  options: { readonly onError: (error: Error) => void },
): RunQueue {
  const queue = new Queue(RUN_QUEUE, {
    connection: client,
    prefix: QUEUE_PREFIX,
    // Otherwise the first question would wait for Redis, however long that takes.
    skipWaitingForReady: true,
    skipVersionCheck: true,
    streams: { events: { maxLen: 1_000 } },
    defaultJobOptions: {
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: 1_000 },
      removeOnComplete: KEEP,
      removeOnFail: KEEP,
    },
  });
  queue.on('error', options.onError);

  return {
    queue,

    add: (runId, priority) =>
      ask(async () => {
        const before = await queue.getJob(runId);
        // One that has ended would swallow a new one of the same id: https://docs.bullmq.io/guide/jobs/job-ids
        if (before !== undefined && (await isOver(before))) await before.remove();
        await queue.add('run', {}, { jobId: runId, priority: PRIORITY[priority] });
      }),

    remove: (runId) =>
      ask(async () => {
        const job = await queue.getJob(runId);
        if (job === undefined) return false;
        const state = await job.getState();
        if (state === 'active' || state === 'completed' || state === 'failed' || state === 'unknown')
          return false;
        // 0 where a worker took it, and locked it, between the two questions.
        return (await queue.remove(runId)) === 1;
      }),

    stateOf: (runId) =>
      ask(async () => {
        const state = await queue.getJobState(runId);
        switch (state) {
          case 'completed':
          case 'failed':
          case 'unknown':
            return 'gone';
          case 'active':
            return 'active';
          default:
            return 'waiting';
        }
      }),

    close: () => queue.close(),
  };
}

async function isOver(job: { readonly getState: () => Promise<string> }): Promise<boolean> {
  const state = await job.getState();
  return state === 'completed' || state === 'failed';
}
