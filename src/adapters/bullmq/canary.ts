import { setTimeout as pause } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { z } from 'zod';
import { ask, runScript } from '../redis/ask-redis.js';
import type { RedisClient } from '../redis/connect-redis.js';
import { keys, QUEUE_PREFIX } from '../redis/keys.js';
import type { RedisPlace } from '../redis/redis-url.js';
import { startWorker } from './start-worker.js';

const CANARY_QUEUE = 'canary';
const SEND_MS = 2_000;

/** Counted and dated by Redis' own clock, as those of several machines differ. */
const SING = `
local now = redis.call('TIME')
redis.call('HSET', KEYS[1], 'at', now[1] * 1000 + math.floor(now[2] / 1000))
return redis.call('HINCRBY', KEYS[1], 'count', 1)`;

const HEAR = `
local now = redis.call('TIME')
local at = redis.call('HGET', KEYS[1], 'at')
local count = tonumber(redis.call('HGET', KEYS[1], 'count') or '0')
if not at then return {count, -1} end
return {count, math.max(0, now[1] * 1000 + math.floor(now[2] / 1000) - at)}`;

const heardSchema = z.tuple([z.int(), z.int()]);

export interface Canary {
  /** Puts a job into a queue of its own that every worker consumes: true once one went through, false when none did. */
  send(withinMs: number): Promise<boolean>;
  /** Milliseconds since a worker consumed one; undefined where none ever did. */
  silentMs(): Promise<number | undefined>;
  close(): Promise<void>;
}

/** `client` is one that fails fast; it stays the caller's. */
export function createCanary(
  client: RedisClient,
  options: { readonly onError: (error: Error) => void },
): Canary {
  const queue = openQueue(client, options.onError);

  async function hear(): Promise<{ readonly count: number; readonly silentMs: number }> {
    const [count, silentMs] = heardSchema.parse(await runScript(client, HEAR, [keys.canary], []));
    return { count, silentMs };
  }

  return {
    async send(withinMs) {
      const end = performance.now() + withinMs;
      const before = await hear();
      // One id: without workers they do not pile up.
      await ask(() => queue.add('canary', {}, { jobId: 'canary' }));
      while (performance.now() < end) {
        if ((await hear()).count > before.count) return true;
        await pause(25);
      }
      return false;
    },
    async silentMs() {
      const heard = await hear();
      return heard.silentMs < 0 ? undefined : heard.silentMs;
    },
    close: () => queue.close(),
  };
}

export interface CanaryWorker {
  /** When this very worker consumed one, by `performance.now()`; undefined where it never did. */
  lastMs(): number | undefined;
  close(): Promise<void>;
}

/**
 * Belongs beside every run worker: it has the same connections to the same Redis. It sends canaries too, so often that
 * each of many workers, who share what is sent, hears one every few seconds.
 */
export function createCanaryWorker(setup: {
  readonly place: RedisPlace;
  readonly name: string;
  readonly client: RedisClient;
  readonly onError: (error: Error) => void;
}): CanaryWorker {
  const { client, onError } = setup;
  let last: number | undefined;
  const { close } = startWorker({
    place: setup.place,
    queue: CANARY_QUEUE,
    name: `${setup.name}:canary`,
    onError,
    async process() {
      await runScript(client, SING, [keys.canary], []);
      last = performance.now();
    },
    options: { concurrency: 1, lockDuration: 10_000, stalledInterval: 3_000 },
  });
  const queue = openQueue(client, onError);
  // BullMQ wants no colon there: https://docs.bullmq.io/guide/jobs/job-ids
  const jobId = `canary-${setup.name.replaceAll(':', '-')}`;
  const timer = setInterval(() => queue.add('canary', {}, { jobId }).catch(onError), SEND_MS);
  timer.unref();
  return {
    lastMs: () => last,
    async close() {
      clearInterval(timer);
      await Promise.all([close(1_000), queue.close()]);
    },
  };
}

function openQueue(client: RedisClient, onError: (error: Error) => void): Queue {
  const queue = new Queue(CANARY_QUEUE, {
    connection: client,
    prefix: QUEUE_PREFIX,
    skipWaitingForReady: true,
    skipVersionCheck: true,
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  queue.on('error', onError);
  return queue;
}
