import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../playground/world/wait-until.js';
import { type CanaryWorker, createCanary, createCanaryWorker } from '../../../src/adapters/bullmq/canary.js';
import { useRedis } from '../redis/a-redis.js';

const redis = useRedis();
const onError = () => undefined;
let workers: CanaryWorker[] = [];

async function startWorker(name: string): Promise<CanaryWorker> {
  const worker = createCanaryWorker({ place: redis.place, name, client: await redis.connect(), onError });
  workers.push(worker);
  return worker;
}

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  workers = [];
});

describe('the canary', () => {
  it('goes through where a worker consumes, and never where there is none', async () => {
    const canary = createCanary(await redis.connect(), { onError });
    expect(await canary.silentMs()).toBeUndefined();
    expect(await canary.send(300)).toBe(false);
    expect(await canary.silentMs()).toBeUndefined();
    const worker = await startWorker('w1');
    await waitUntil('the waiting one is consumed', async () => worker.lastMs() !== undefined);
    expect(await canary.send(10_000)).toBe(true);
    expect(await canary.silentMs()).toBeGreaterThanOrEqual(0);
    await worker.close();
    expect(await canary.send(300)).toBe(false);
    await canary.close();
  });

  it('is heard by each of several workers again and again, without anybody else', async () => {
    const several = await Promise.all(['w1', 'w2', 'w3', 'w4'].map(startWorker));
    const heard = () => several.map((worker) => worker.lastMs() ?? 0);
    for (let round = 0; round < 2; round += 1) {
      const before = heard();
      await waitUntil(
        'each has heard one',
        async () => heard().every((at, index) => at > (before[index] ?? 0)) || heard().join(),
        60_000,
      );
    }
  });

  it('does not pile up while nobody consumes', async () => {
    const client = await redis.connect();
    const canary = createCanary(client, { onError });
    for (let round = 0; round < 5; round += 1) await canary.send(1);
    expect(await client.llen('{goodgate}:queue:canary:wait')).toBe(1);
    await canary.close();
  });

  it('goes through again after Redis was away', async () => {
    const canary = createCanary(await redis.connect(), { onError });
    await startWorker('w1');
    expect(await canary.send(10_000)).toBe(true);
    await redis.server.kill();
    await expect(canary.send(10_000)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await redis.server.start();
    await waitUntil('it goes through', () => canary.send(1_000).catch(() => false));
    await canary.close();
  });
});
