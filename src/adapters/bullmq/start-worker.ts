import { setTimeout as pause } from 'node:timers/promises';
import {
  type BackendFactory,
  type Processor,
  QueueKeys,
  RedisConnection,
  RedisQueueBackend,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { connectRedis, disconnectRedis, endNow } from '../redis/connect-redis.js';
import { QUEUE_PREFIX } from '../redis/keys.js';
import type { RedisPlace } from '../redis/redis-url.js';

export interface WorkerSetup {
  readonly place: RedisPlace;
  readonly queue: string;
  /** Seen in `CLIENT LIST`, and in a job as the one that had it. */
  readonly name: string;
  readonly process: Processor<unknown, void>;
  readonly options: Omit<WorkerOptions, 'connection'>;
  readonly onError: (error: Error) => void;
}

export interface StartedWorker {
  readonly worker: Worker<unknown, void>;
  /** Takes no further job, gives the running ones so long, and ends the connections, whether Redis is there or not. */
  close(limitMs: number): Promise<void>;
}

/**
 * A BullMQ worker on two connections of our own: one that waits for jobs, and one for all else. BullMQ would duplicate
 * the first one itself, and then a close without Redis waits for ever for a connection that nobody can reach:
 * `disconnect` of one that ioredis is about to connect again ends it without an 'end' (bullmq 6.7, redis-connection.js).
 */
export function startWorker(setup: WorkerSetup): StartedWorker {
  const { place, name, onError } = setup;
  const main = connectRedis(place, { purpose: 'wait', name, onError });
  const blocking = connectRedis(place, { purpose: 'wait', name: `${name}:jobs`, onError });
  const worker = new Worker<unknown, void>(
    setup.queue,
    setup.process,
    {
      ...setup.options,
      connection: main,
      prefix: QUEUE_PREFIX,
      name,
      // 15 s without it: a fetch that failed is to be tried again well within 5 s of Redis' return.
      runRetryDelay: 1_000,
      // How long an idle worker trusts to be woken: a wake-up can be lost with the connection that waited for it.
      drainDelay: 2,
    },
    backendOn(main, blocking),
  );
  // Without a listener BullMQ's 'error' would end the process: https://docs.bullmq.io/guide/workers
  worker.on('error', onError);

  async function close(limitMs: number): Promise<void> {
    const closed = worker.close().catch(onError);
    // Parked by BullMQ between two tries: see above. Ended whole, it lets the main loop end.
    await pause(0);
    if (blocking.status === 'reconnecting' || blocking.status === 'connecting') endNow(blocking);
    const timer = new AbortController();
    const tooLong = pause(limitMs, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([closed, tooLong]);
    timer.abort();
    await Promise.all([disconnectRedis(main), disconnectRedis(blocking)]);
    // With both ended nothing that BullMQ waits for can be outstanding; a second is for its own order of closing.
    await Promise.race([closed, pause(1_000)]);
  }

  return { worker, close };
}

function backendOn(
  main: ReturnType<typeof connectRedis>,
  blocking: ReturnType<typeof connectRedis>,
): BackendFactory<RedisQueueBackend> {
  return (name, options) => {
    const names = new QueueKeys(QUEUE_PREFIX);
    return new RedisQueueBackend(
      new RedisConnection(main, { shared: true, blocking: false }),
      name,
      names.getKeys(name),
      (type) => names.toKey(name, type),
      options,
      new RedisConnection(blocking, { shared: true, blocking: true }),
    );
  };
}
