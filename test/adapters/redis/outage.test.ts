import { describe, expect, it } from 'vitest';
import { startRedis } from '../../../playground/redis/start-redis.js';
import { waitUntil } from '../../../playground/world/wait-until.js';
import { connectRedis, disconnectRedis } from '../../../src/adapters/redis/connect-redis.js';
import { createRunStore } from '../../../src/adapters/redis/run-store.js';
import { createSignals } from '../../../src/adapters/redis/signals.js';
import type { RunStore } from '../../../src/ports-state.js';
import { UnavailableError } from '../../../src/ports-state.js';
import { placeOf, useRedis } from './a-redis.js';
import { draftFor, noon } from './some-runs.js';

const redis = useRedis();
const onBroken = () => undefined;

function isBack(store: RunStore): Promise<void> {
  return waitUntil('the store answers again', () =>
    store.recent(1).then(
      () => true,
      () => false,
    ),
  );
}

describe('a Redis that goes away', () => {
  it('is unavailable when it was killed, loses nothing acknowledged, and serves again by itself', async () => {
    const store = createRunStore(await redis.connect(), { onBroken });
    const { run } = await store.claim(draftFor('docs'), noon);
    await redis.server.kill();
    await expect(store.claim(draftFor('docs'), noon)).rejects.toBeInstanceOf(UnavailableError);
    await expect(store.get(run.id)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await redis.server.start();
    await isBack(store);
    expect(await store.get(run.id)).toEqual(run);
    expect(await store.claim(draftFor('docs'), noon)).toEqual({ run, created: false });
  });

  it('keeps every run that it acknowledged until the moment in which it was killed', async () => {
    const store = createRunStore(await redis.connect(), { onBroken });
    const acknowledged: string[] = [];
    const asking = Array.from({ length: 400 }, async (_, index) => {
      const { run } = await store.claim(draftFor(`t${index}`), noon);
      acknowledged.push(run.id);
      if (acknowledged.length === 100) await redis.server.kill();
    });
    const refused = (await Promise.allSettled(asking)).filter((one) => one.status === 'rejected');
    expect(refused.every((one) => one.reason instanceof UnavailableError)).toBe(true);
    expect(acknowledged.length).toBeGreaterThanOrEqual(100);
    await redis.server.start();
    await isBack(store);
    const kept = new Set((await store.recent(1_000)).map((run) => run.id));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  });

  it('is unavailable when it is frozen, and serves again by itself', async () => {
    const store = createRunStore(await redis.connect(), { onBroken });
    redis.server.freeze();
    try {
      await expect(store.recent(1)).rejects.toBeInstanceOf(UnavailableError);
    } finally {
      redis.server.thaw();
    }
    await isBack(store);
  });

  it('is unavailable when it refuses to write', async () => {
    const client = await redis.connect();
    const store = createRunStore(client, { onBroken });
    await client.config('SET', 'maxmemory', '1');
    try {
      await expect(store.claim(draftFor('full'), noon)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('OOM'),
      });
    } finally {
      await client.config('SET', 'maxmemory', '0');
    }
  });

  it('is unavailable while it is a replica, and the client connects anew until it is the master again', async () => {
    const master = await startRedis();
    const client = await redis.connect();
    const store = createRunStore(client, { onBroken });
    try {
      await client.replicaof('127.0.0.1', master.port);
      await expect(store.claim(draftFor('replica'), noon)).rejects.toBeInstanceOf(UnavailableError);
    } finally {
      await waitUntil('it is the master again', async () => {
        const other = await redis.connect();
        return (await other.replicaof('NO', 'ONE')) === 'OK';
      });
      await master.remove();
    }
    await waitUntil('it writes again', () =>
      store.claim(draftFor('replica'), noon).then(
        () => true,
        () => false,
      ),
    );
  });

  it('hears signals again after it was killed', async () => {
    const client = await redis.connect();
    const signals = createSignals(client, await redis.connect('listen'), { onError: () => undefined });
    const heard: string[] = [];
    signals.onRunChanged((id) => heard.push(id));
    await redis.server.kill();
    await redis.server.start();
    await waitUntil('it is heard', async () => {
      await signals.runChanged('run-7').catch(() => undefined);
      return heard.includes('run-7');
    });
  });

  it.each(['request', 'wait', 'listen'] as const)(
    'tells of its absence without ending the process, and lets a %s client end',
    async (purpose) => {
      const errors: Error[] = [];
      const client = connectRedis(placeOf('redis://:secret@127.0.0.1:1'), {
        purpose,
        name: 'test',
        onError: (error) => errors.push(error),
      });
      await waitUntil('it is told', async () => errors.length > 1);
      const asked = client.get('x').catch((error: Error) => error);
      await disconnectRedis(client);
      expect(await asked).toBeInstanceOf(Error);
      await waitUntil('it has ended', async () => client.status === 'end' || client.status);
      expect(errors.map(String).join()).not.toContain('secret');
    },
  );
});
