import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../playground/world/wait-until.js';
import { createJobQueue, type RunQueue } from '../../../src/adapters/bullmq/job-queue.js';
import {
  createRunWorker,
  type JobOutcome,
  type RunWorker,
  type RunWorkerSetup,
} from '../../../src/adapters/bullmq/run-worker.js';
import { UnavailableError } from '../../../src/ports-state.js';
import { useRedis } from '../redis/a-redis.js';

const redis = useRedis();
let workers: RunWorker[] = [];
let queue: RunQueue;
let began: string[] = [];
let givenUp: string[] = [];

beforeEach(async () => {
  const client = await redis.connect();
  await client.flushall();
  queue = createJobQueue(client, { onError: () => undefined });
  began = [];
  givenUp = [];
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close(0)));
  workers = [];
  await queue.close();
});

function work(
  process: (runId: string, signal: AbortSignal) => Promise<JobOutcome> | JobOutcome,
  setup: Partial<RunWorkerSetup> = {},
): RunWorker {
  const worker = createRunWorker({
    place: redis.place,
    name: 'w1',
    concurrency: 1,
    process: async (runId, signal) => {
      began.push(runId);
      return process(runId, signal);
    },
    onGivenUp: (runId, says) => givenUp.push(`${runId} ${says}`),
    onError: () => undefined,
    ...setup,
  });
  workers.push(worker);
  return worker;
}

const isGone = (runId: string) => async () => (await queue.stateOf(runId)) === 'gone';
const hasBegun = (count: number) => async () => began.length >= count || began.join();

describe('the queue of runs', () => {
  it('takes a run once, however often it is added, and again after it has ended', async () => {
    await Promise.all(Array.from({ length: 10 }, () => queue.add('run-1', 'person')));
    expect(await queue.stateOf('run-1')).toBe('waiting');
    work(() => 'done');
    await waitUntil('it is gone', isGone('run-1'));
    expect(began).toEqual(['run-1']);
    await queue.add('run-1', 'person');
    await waitUntil('it began again', hasBegun(2));
  });

  it('serves people before alerts, and each in the order of asking', async () => {
    for (const [runId, priority] of [
      ['run-1', 'alert'],
      ['run-2', 'person'],
      ['run-3', 'alert'],
      ['run-4', 'person'],
    ] as const) {
      await queue.add(runId, priority);
    }
    work(() => 'done');
    await waitUntil('all have begun', hasBegun(4));
    expect(began).toEqual(['run-2', 'run-4', 'run-1', 'run-3']);
  });

  it('removes a job that waits, and leaves one that a worker has', async () => {
    await queue.add('run-1', 'person');
    expect(await queue.remove('run-1')).toBe(true);
    expect(await queue.remove('run-1')).toBe(false);
    expect(await queue.stateOf('run-1')).toBe('gone');
    let end: (outcome: JobOutcome) => void = () => undefined;
    work(() => new Promise((resolve) => (end = resolve)));
    await queue.add('run-2', 'person');
    await waitUntil('it is active', async () => (await queue.stateOf('run-2')) === 'active');
    expect(await queue.remove('run-2')).toBe(false);
    expect(await queue.stateOf('run-2')).toBe('active');
    end('done');
    await waitUntil('it is gone', isGone('run-2'));
    expect(await queue.remove('run-2')).toBe(false);
  });

  it('puts a run off as often as its hosts are busy, without an attempt, and keeps its priority', async () => {
    let busy = 6;
    await queue.add('run-1', 'person');
    work((runId) => (runId === 'run-1' && busy-- > 0 ? { later: 20 } : 'done'));
    await waitUntil('it is gone', isGone('run-1'));
    expect(began).toHaveLength(7);
    expect(givenUp).toEqual([]);
    const job = await queue.queue.getJob('run-1');
    expect(job?.attemptsMade).toBe(1);
    expect(job?.priority).toBe(1);
  });

  it('tries again what failed, and says so when it gives up', async () => {
    await queue.add('run-1', 'person');
    work(() => {
      throw new Error('a fault of ours');
    });
    await waitUntil('it is given up', async () => givenUp.length > 0);
    expect(began).toEqual(['run-1', 'run-1', 'run-1']);
    expect(givenUp).toEqual(['run-1 a fault of ours']);
    expect(await queue.stateOf('run-1')).toBe('gone');
  });

  it('a worker that closes takes nothing more, and lets its run end within the grace', async () => {
    let end: (outcome: JobOutcome) => void = () => undefined;
    const signals: AbortSignal[] = [];
    const worker = work((_, signal) => {
      signals.push(signal);
      return new Promise((resolve) => (end = resolve));
    });
    await queue.add('run-1', 'person');
    await waitUntil('it began', hasBegun(1));
    const closed = worker.close(60_000);
    await queue.add('run-2', 'person');
    await pause(200);
    end('done');
    await closed;
    expect(signals[0]?.aborted).toBe(false);
    expect(began).toEqual(['run-1']);
    expect(await queue.stateOf('run-1')).toBe('gone');
    expect(await queue.stateOf('run-2')).toBe('waiting');
  });

  it('tells a run that takes longer than the grace to stop, and waits for it', async () => {
    const reasons: unknown[] = [];
    const worker = work(
      (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason);
            resolve({ later: 0 });
          });
        }),
    );
    await queue.add('run-1', 'person');
    await waitUntil('it began', hasBegun(1));
    await worker.close(50);
    expect(reasons).toEqual(['stopping']);
    expect(await queue.stateOf('run-1')).toBe('waiting');
  });

  it('tells a run whose lock is lost, so that it ends, and another worker has it', async () => {
    const reasons: unknown[] = [];
    work((_, signal) =>
      reasons.length > 0
        ? 'done'
        : new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reasons.push(signal.reason);
              reject(new Error('lost'));
            });
          }),
    );
    await queue.add('run-1', 'person');
    await waitUntil('it began', hasBegun(1));
    await (await redis.connect()).del('{goodgate}:queue:runs:run-1:lock');
    await waitUntil('it began again', hasBegun(2), 60_000);
    expect(reasons).toEqual(['lost']);
    await waitUntil('it is gone', isGone('run-1'));
    expect(givenUp).toEqual([]);
  });
});

describe('a Redis that goes away under the queue', () => {
  it.each(['killed', 'frozen'] as const)(
    'keeps what was acknowledged when it is %s, refuses at once, and workers go on after its return',
    async (how) => {
      work(() => 'done');
      await queue.add('run-1', 'person');
      await waitUntil('it is gone', isGone('run-1'));
      if (how === 'killed') await redis.server.kill();
      else redis.server.freeze();
      await expect(queue.add('run-2', 'person')).rejects.toBeInstanceOf(UnavailableError);
      await pause(2_500);
      if (how === 'killed') await redis.server.start();
      else redis.server.thaw();
      await waitUntil('it takes a run', () =>
        queue.add('run-3', 'person').then(
          () => true,
          () => false,
        ),
      );
      await waitUntil('it began', async () => began.includes('run-3') || began.join());
    },
  );

  it('a run that ends while Redis is away is done when it is back', async () => {
    let end: (outcome: JobOutcome) => void = () => undefined;
    work(() => new Promise((resolve) => (end = resolve)));
    await queue.add('run-1', 'person');
    await waitUntil('it began', hasBegun(1));
    await redis.server.kill();
    end('done');
    await pause(500);
    await redis.server.start();
    await waitUntil('it is gone', () =>
      queue.stateOf('run-1').then(
        (state) => state === 'gone',
        () => false,
      ),
    );
    expect(began).toEqual(['run-1']);
  });

  it.each(['after it was there', 'from the beginning'] as const)(
    'a worker closes although Redis is away %s',
    async (since) => {
      if (since === 'from the beginning') await redis.server.kill();
      const worker = work(
        (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('done'))),
      );
      if (since === 'after it was there') {
        await queue.add('run-1', 'person');
        await waitUntil('it began', hasBegun(1));
        await redis.server.kill();
      }
      await pause(300);
      await worker.close(100);
      await redis.server.start();
    },
  );
});
