import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { waitUntil } from '../world/wait-until.js';
import { freePort, type RunningRedis, startRedis } from './start-redis.js';

export interface WatchedRedis {
  /** redis+sentinel:// with the name of the master. */
  readonly url: string;
  readonly master: RunningRedis;
  readonly replica: RunningRedis;
  remove(): Promise<void>;
}

/** A master and its replica, and one Sentinel that may promote the replica by itself. */
export async function startWatched(): Promise<WatchedRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'goodgate-sentinel-'));
  const master = await startRedis();
  const replica = await startRedis({ words: ['--replicaof', '127.0.0.1', String(master.port)] });
  const port = await freePort();
  const file = join(folder, 'sentinel.conf');
  const lines = [
    `bind 127.0.0.1`,
    `port ${port}`,
    `dir ${folder}`,
    `sentinel monitor goodgate 127.0.0.1 ${master.port} 1`,
    'sentinel down-after-milliseconds goodgate 1000',
    'sentinel failover-timeout goodgate 5000',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const sentinel: ChildProcess = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  await once(sentinel, 'spawn');
  await waitUntil('the Sentinel knows the replica', () => knowsReplica(port), 30_000);
  return {
    url: `redis+sentinel://127.0.0.1:${port}/goodgate`,
    master,
    replica,
    async remove() {
      const ended = once(sentinel, 'exit');
      sentinel.kill('SIGKILL');
      await ended;
      await Promise.all([master.remove(), replica.remove()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function knowsReplica(port: number): Promise<boolean> {
  const client = new Redis({ port, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const replicas = await client.call('SENTINEL', 'replicas', 'goodgate');
    // A list of fields and values: it can be promoted once its link is up.
    return JSON.stringify(replicas).includes('"master-link-status","ok"');
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
