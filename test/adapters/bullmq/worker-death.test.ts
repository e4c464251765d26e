import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../playground/world/wait-until.js';
import { createJobQueue } from '../../../src/adapters/bullmq/job-queue.js';
import { useRedis } from '../redis/a-redis.js';

const redis = useRedis();
const PROGRAM = fileURLToPath(new URL('../../../dist/playground/redis/small-worker.js', import.meta.url));
let children: ChildProcess[] = [];

interface Small {
  readonly child: ChildProcess;
  readonly said: () => readonly string[];
}

function startSmall(name: string, holdMs: number): Small {
  const child = spawn(process.execPath, [PROGRAM, redis.server.url, name, String(holdMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { child, said: () => text.split('\n').filter(Boolean) };
}

afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  children = [];
  await (await redis.connect()).flushall();
});

describe('a worker that is killed in the middle of a run', () => {
  it('loses it to another one, which ends it', async () => {
    const queue = createJobQueue(await redis.connect(), { onError: () => undefined });
    const first = startSmall('w1', 600_000);
    await queue.add('run-1', 'person');
    await waitUntil('the first began', async () => first.said().includes('began run-1'));
    const second = startSmall('w2', 0);
    first.child.kill('SIGKILL');
    await waitUntil('the second ended it', async () => second.said().includes('ended run-1'), 60_000);
    await waitUntil('it is gone', async () => (await queue.stateOf('run-1')) === 'gone');
    await queue.close();
  });

  it('three times in a row makes the run be given up, and says so', async () => {
    const queue = createJobQueue(await redis.connect(), { onError: () => undefined });
    await queue.add('run-1', 'person');
    for (const name of ['w1', 'w2', 'w3']) {
      const victim = startSmall(name, 600_000);
      await waitUntil(`${name} began`, async () => victim.said().includes('began run-1'), 60_000);
      victim.child.kill('SIGKILL');
    }
    const last = startSmall('w4', 0);
    await waitUntil('it is given up', async () => last.said().join().includes('given up run-1'), 60_000);
    expect(last.said()).toEqual(['given up run-1 job stalled more than allowable limit']);
    expect(await queue.stateOf('run-1')).toBe('gone');
    await queue.close();
  });
});

describe('a worker that is asked to end', () => {
  it.each(['is there', 'is away'])('leaves no process behind when Redis %s', async (where) => {
    const queue = createJobQueue(await redis.connect(), { onError: () => undefined });
    const small = startSmall('w1', 600_000);
    await queue.add('run-1', 'person');
    await waitUntil('it began', async () => small.said().includes('began run-1'));
    if (where === 'is away') await redis.server.kill();
    const ended = once(small.child, 'exit');
    small.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(small.said()).toContain('stopped run-1 stopping');
    if (where === 'is away') await redis.server.start();
    else expect(await queue.stateOf('run-1')).toBe('waiting');
    await queue.close();
  });
});
