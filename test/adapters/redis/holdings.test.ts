import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../playground/world/wait-until.js';
import { createHostSlots } from '../../../src/adapters/redis/host-slots.js';
import { createLease } from '../../../src/adapters/redis/lease.js';
import { UnavailableError } from '../../../src/ports-state.js';
import { useRedis } from './a-redis.js';

const redis = useRedis();
const PROGRAM = fileURLToPath(new URL('../../../dist/playground/redis/small-holder.js', import.meta.url));
const onError = () => undefined;
let children: ChildProcess[] = [];

async function startHolder(host: string, ttlMs: number) {
  const child = spawn(process.execPath, [PROGRAM, redis.server.url, host, String(ttlMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await waitUntil('it has taken', async () => text.includes('slot'));
  return { child, said: () => text };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

afterEach(async () => {
  await Promise.all(children.map(kill));
  children = [];
  await (await redis.connect()).flushall();
});

describe('places on hosts', () => {
  it('are as many as is allowed, however many ask at once over several processes', async () => {
    const clients = [await redis.connect(), await redis.connect(), await redis.connect()];
    const slots = clients.map((client) => createHostSlots(client, { perHost: 2, onError }));
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => slots[index % 3]?.take(['a', 'b'], `run-${index}`)),
    );
    const taken = answers.flatMap((answer) => (answer?.taken ? [answer] : []));
    expect(taken).toHaveLength(2);
    for (const answer of answers) {
      if (answer?.taken === false) expect(answer.full).toEqual(['a', 'b']);
    }
    await taken[0]?.release();
    const next = await slots[0]?.take(['b', 'a'], 'run-99');
    expect(next?.taken).toBe(true);
  });

  it('are all taken or none, and those that are full are named', async () => {
    const slots = createHostSlots(await redis.connect(), { perHost: 1, onError });
    const one = await slots.take(['a', 'x:{y}*'], 'run-1');
    expect(one.taken).toBe(true);
    expect(await slots.take(['b', 'x:{y}*', 'c'], 'run-2')).toEqual({ taken: false, full: ['x:{y}*'] });
    expect((await slots.take(['b', 'c'], 'run-3')).taken).toBe(true);
    expect((await slots.take([], 'run-4')).taken).toBe(true);
  });

  it('can be given back twice without taking that of another', async () => {
    const slots = createHostSlots(await redis.connect(), { perHost: 1, onError });
    const one = await slots.take(['a'], 'run-1');
    if (one.taken) await one.release();
    expect((await slots.take(['a'], 'run-1')).taken).toBe(true);
    if (one.taken) await one.release();
    expect(await slots.take(['a'], 'run-2')).toEqual({ taken: false, full: ['a'] });
  });

  it('are kept while a worker lives, and free again after it was killed', async () => {
    const slots = createHostSlots(await redis.connect(), { perHost: 1, onError });
    const holder = await startHolder('docs-1', 1_000);
    expect(holder.said()).toContain('has the slot');
    const client = await redis.connect();
    const till = async () =>
      Number((await client.zrange('{goodgate}:slots:docs-1', '0', '-1', 'WITHSCORES'))[1]);
    const first = await till();
    await waitUntil('it is renewed', async () => (await till()) > first);
    expect((await slots.take(['docs-1'], 'run-2')).taken).toBe(false);
    await kill(holder.child);
    await waitUntil('it is free', async () => (await slots.take(['docs-1'], 'run-2')).taken, 30_000);
  });

  it('that ran out while Redis was away are taken anew where there is room', async () => {
    const client = await redis.connect();
    const slots = createHostSlots(client, { perHost: 1, onError });
    const one = await slots.take(['away'], 'run-1');
    await client.del('{goodgate}:slots:away');
    await waitUntil('it is taken anew', async () => (await client.exists('{goodgate}:slots:away')) === 1);
    expect((await slots.take(['away'], 'run-2')).taken).toBe(false);
    if (one.taken) await one.release();
    expect((await slots.take(['away'], 'run-2')).taken).toBe(true);
  });
});

describe('a lease', () => {
  it('has one holder, and another after it was released', async () => {
    const one = createLease(await redis.connect(), 'publisher', { ttlMs: 60_000, onError });
    const other = createLease(await redis.connect(), 'publisher', { ttlMs: 60_000, onError });
    const answers = await Promise.all([one.take(onError), other.take(onError), one.take(onError)]);
    expect(answers.filter((answer) => answer.taken)).toHaveLength(1);
    for (const answer of answers) if (answer.taken) await answer.release();
    expect((await other.take(onError)).taken).toBe(true);
    expect(
      (await createLease(await redis.connect(), 'another', { ttlMs: 60_000, onError }).take(onError)).taken,
    ).toBe(true);
  });

  it('goes to another process once its holder was killed', async () => {
    const holder = await startHolder('h', 1_000);
    expect(holder.said()).toContain('has the lease');
    const lease = createLease(await redis.connect(), 'publisher', { ttlMs: 1_000, onError });
    // Longer than it lasts by itself: it is renewed.
    for (let round = 0; round < 15; round += 1) {
      expect((await lease.take(onError)).taken).toBe(false);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(holder.said()).not.toContain('lost');
    await kill(holder.child);
    await waitUntil('it is taken over', async () => (await lease.take(onError)).taken);
  });

  it('is told lost by a holder that was frozen for too long', async () => {
    const holder = await startHolder('h', 1_000);
    const lease = createLease(await redis.connect(), 'publisher', { ttlMs: 60_000, onError });
    holder.child.kill('SIGSTOP');
    await waitUntil('it is taken over', async () => (await lease.take(onError)).taken);
    holder.child.kill('SIGCONT');
    await waitUntil('it is told', async () => holder.said().includes('lost'));
    expect(holder.said().match(/lost/gu)).toHaveLength(1);
  });

  it('is told lost while Redis does not answer, before another could have it', async () => {
    const lost: string[] = [];
    const lease = createLease(await redis.connect(), 'publisher', { ttlMs: 1_500, onError });
    expect((await lease.take(() => lost.push('lost'))).taken).toBe(true);
    redis.server.freeze();
    try {
      await waitUntil('it is told', async () => lost.length > 0);
      await expect(lease.take(onError)).rejects.toBeInstanceOf(UnavailableError);
    } finally {
      redis.server.thaw();
    }
    await waitUntil('another has it', () =>
      lease.take(onError).then(
        (answer) => answer.taken,
        () => false,
      ),
    );
    expect(lost).toEqual(['lost']);
  });
});
