import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../playground/world/wait-until.js';
import { connectRedis, disconnectRedis, whenReady } from '../../../src/adapters/redis/connect-redis.js';
import { howToGetRedis } from '../../../src/adapters/redis/how-to-get-redis.js';
import { findProgram, preparePrivateFolder } from '../../../src/adapters/redis/private-folder.js';
import { type PrivateRedis, startPrivateRedis } from '../../../src/adapters/redis/private-redis.js';
import { isAlive } from '../../../src/adapters/redis/private-server.js';
import { createRunStore } from '../../../src/adapters/redis/run-store.js';
import { placeOf } from './a-redis.js';
import { draftFor, noon } from './some-runs.js';

const PROGRAM = fileURLToPath(new URL('../../../dist/playground/redis/small-private.js', import.meta.url));
let dataFolder: string;
let children: ChildProcess[] = [];
let running: PrivateRedis[] = [];
let deaths: string[] = [];

beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'goodgate-private-'));
  deaths = [];
});

afterEach(async () => {
  for (const redis of running) await redis.stop();
  running = [];
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(dataFolder, { recursive: true, force: true });
});

function start(folder = dataFolder, env: NodeJS.ProcessEnv = process.env) {
  return startPrivateRedis({ dataFolder: folder, env, onDeath: (next) => deaths.push(next) });
}

async function startRunning(folder = dataFolder, env = process.env): Promise<PrivateRedis> {
  const started = await start(folder, env);
  if (started.state !== 'running') throw new Error(JSON.stringify(started));
  running.push(started.redis);
  return started.redis;
}

async function inStore<Answer>(
  redis: PrivateRedis,
  use: (store: ReturnType<typeof createRunStore>) => Promise<Answer>,
) {
  const client = connectRedis(redis.place, { purpose: 'request', name: 'test', onError: () => undefined });
  try {
    await whenReady(client, 10_000);
    return await use(createRunStore(client, { onBroken: () => undefined }));
  } finally {
    await disconnectRedis(client);
  }
}

async function startOther(): Promise<{
  readonly child: ChildProcess;
  readonly state: string;
  readonly pid: number;
}> {
  const child = spawn(process.execPath, [PROGRAM, dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const chunks: unknown[] = await once(child.stdout ?? child, 'data');
  return { child, ...JSON.parse(String(chunks[0])) };
}

describe('the private Redis', () => {
  it('keeps what it was told over a stop and a start, for nobody else, and not on the network', async () => {
    const first = await startRunning();
    const { run } = await inStore(first, (store) => store.claim(draftFor('docs'), noon));
    expect(statSync(join(dataFolder, 'redis')).mode & 0o777).toBe(0o700);
    expect(statSync(first.place.path).mode & 0o077).toBe(0);
    expect(placeOf(first.url)).toEqual(first.place);
    expect(execFileSync('ss', ['-Hltnp']).toString()).not.toContain(`pid=${first.pid()},`);
    await first.stop();
    expect(isAlive(first.pid())).toBe(false);
    const second = await startRunning();
    expect(second.takenOver).toBe(false);
    expect(await inStore(second, (store) => store.get(run.id))).toEqual(run);
  });

  it('tells a second start on the same folder, how it can join, and leaves the first alone', async () => {
    const first = await startRunning();
    expect(await start()).toEqual({ state: 'in-use', folder: join(dataFolder, 'redis'), url: first.url });
    expect(await startOther()).toMatchObject({ state: 'in-use' });
    expect(isAlive(first.pid())).toBe(true);
  });

  it('is started by one, however many start at once', async () => {
    const others = await Promise.all([startOther(), startOther(), startOther()]);
    const winners = others.filter((one) => one.state === 'running');
    expect(winners).toHaveLength(1);
    winners[0]?.child.kill('SIGKILL');
    await once(winners[0]?.child ?? process, 'exit');
    await startRunning();
  });

  it('is taken over where a goodgate was killed, with all that it holds', async () => {
    const other = await startOther();
    other.child.kill('SIGKILL');
    await once(other.child, 'exit');
    expect(isAlive(other.pid)).toBe(true);
    const redis = await startRunning();
    expect(redis.takenOver).toBe(true);
    expect(redis.pid()).toBe(other.pid);
    await inStore(redis, (store) => store.claim(draftFor('docs'), noon));
    await redis.stop();
    await waitUntil('it has ended', async () => !isAlive(other.pid));
  });

  it('is no member of the process group that the Ctrl-C of a terminal goes to', async () => {
    const redis = await startRunning();
    const groupOf = (pid: number) =>
      execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)])
        .toString()
        .trim();
    expect(groupOf(redis.pid())).not.toBe(groupOf(process.pid));
  });

  it('is started again when it died, and loses nothing', async () => {
    const redis = await startRunning();
    const { run } = await inStore(redis, (store) => store.claim(draftFor('docs'), noon));
    process.kill(redis.pid(), 'SIGKILL');
    await waitUntil('it is started again', async () => deaths.length > 0);
    expect(deaths).toEqual(['started-again']);
    expect(await inStore(redis, (store) => store.get(run.id))).toEqual(run);
  });

  it('is given up when it dies again and again', async () => {
    const redis = await startRunning();
    await waitUntil(
      'it is given up',
      async () => {
        if (deaths.at(-1) === 'gone') return true;
        if (isAlive(redis.pid())) process.kill(redis.pid(), 'SIGKILL');
        return deaths.join();
      },
      60_000,
    );
    expect(deaths).toEqual([...Array.from({ length: 5 }, () => 'started-again'), 'gone']);
  });

  it('is reached by a short way where the folder is too long for a socket, and is one, whichever way', async () => {
    const long = join(dataFolder, 'x'.repeat(120));
    const redis = await startRunning(long, { ...process.env, XDG_RUNTIME_DIR: dataFolder });
    expect(redis.place.path.length).toBeLessThan(104);
    expect(redis.place.path.startsWith(dataFolder)).toBe(true);
    await inStore(redis, (store) => store.claim(draftFor('docs'), noon));
    const byTmp = await start(long, { ...process.env, XDG_RUNTIME_DIR: undefined });
    expect(byTmp).toMatchObject({ state: 'in-use' });
    if (byTmp.state === 'in-use') rmSync(dirname(new URL(byTmp.url).pathname));
  });

  it('starts beside a foreign process that has the number of an earlier server', async () => {
    const redis = await startRunning();
    await redis.stop();
    writeFileSync(join(dataFolder, 'redis', 'redis.pid'), `${process.pid}\n`);
    const next = await startRunning();
    expect(next.takenOver).toBe(false);
  });

  it('says where its log is when it cannot start', async () => {
    const { folder } = preparePrivateFolder(dataFolder, {}) as { folder: { path: string; log: string } };
    symlinkSync('/proc/nowhere', join(folder.path, 'appendonlydir'));
    const started = await start();
    expect(started).toMatchObject({ state: 'failed', says: expect.stringContaining(folder.log) });
    expect(readFileSync(folder.log, 'utf8')).not.toBe('');
  });

  it('says that it is not installed, and never runs a program of the working folder', async () => {
    expect(await start(dataFolder, { PATH: '/nowhere' })).toEqual({ state: 'not-installed' });
    expect(await start(dataFolder, {})).toEqual({ state: 'not-installed' });
    expect(findProgram('redis-server', `:.:${'bin'}`)).toBeUndefined();
  });

  it('refuses a folder that is a link to another place', async () => {
    symlinkSync(tmpdir(), join(dataFolder, 'redis'));
    expect(await start()).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('is not a folder'),
    });
  });

  it.each([
    ['linux', 'ID=debian\n', 'apt-get install redis-server'],
    ['linux', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'dnf install redis'],
    ['linux', 'ID=alpine\n', 'apk add redis'],
    ['darwin', '', 'brew install redis'],
    ['linux', 'ID=void', 'apt-get install redis-server · dnf'],
  ] as const)('how to get one on %s %j: %s', (platform, release, command) => {
    const { en, zh } = howToGetRedis(platform, release);
    for (const text of [en, zh]) {
      expect(text).toContain(command);
      expect(text).toContain('REDIS_URL');
    }
  });
});
