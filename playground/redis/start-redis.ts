/** A real redis-server in a folder of its own, that can be stopped, killed, frozen and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { waitUntil } from '../world/wait-until.js';

export interface RunningRedis {
  readonly url: string;
  readonly port: number;
  /** Removed by `remove`. */
  readonly folder: string;
  /** SIGTERM, and waits for the end. What was acknowledged is on disk. */
  stop(): Promise<void>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** After `stop` or `kill`: the same port, the same data. */
  start(): Promise<void>;
  /** SIGSTOP: connections stay, and nothing is answered. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

export interface RedisSetup {
  /** Further words of redis-server's command line: `--maxmemory-policy`, `allkeys-lru`. */
  readonly words?: readonly string[];
  readonly port?: number;
}

/** Append-only with fsync at each write, as goodgate's own Redis has it. */
export async function startRedis(setup: RedisSetup = {}): Promise<RunningRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'goodgate-redis-'));
  const port = setup.port ?? (await freePort());
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const kept = ['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
    const at = ['--bind', '127.0.0.1', '--port', String(port)];
    const policy = ['--maxmemory-policy', 'noeviction'];
    const program = spawn('redis-server', [...at, ...kept, ...policy, ...(setup.words ?? [])], {
      stdio: 'ignore',
    });
    child = program;
    await once(program, 'spawn');
    await waitUntil('redis-server answers', () => answers(port));
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const program = child;
    if (program === undefined || program.exitCode !== null || program.signalCode !== null) return;
    const ended = once(program, 'exit');
    program.kill(signal);
    // One that is frozen takes no SIGTERM.
    program.kill('SIGCONT');
    await ended;
  }

  try {
    await start();
  } catch (error) {
    await end('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async remove() {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port that nothing listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function answers(port: number): Promise<boolean> {
  const client = new Redis({
    port,
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 500,
    // It would be refused where a password is wanted.
    enableReadyCheck: false,
    protocol: 2,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    // Any answer at all: one that wants a password is there too.
    return await client.ping().then(
      () => true,
      (error: Error) => error.message.startsWith('NOAUTH'),
    );
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
