/** A redis-server of goodgate's own, for those who have none: durable, and reached by a UNIX socket only. */
import { connectRedis, disconnectRedis, whenReady } from './connect-redis.js';
import { type OwnerLock, takeOwnerLock } from './owner-lock.js';
import { findProgram, type PrivateFolder, preparePrivateFolder } from './private-folder.js';
import { endServer, findLeftBehind, isAlive, spawnServer } from './private-server.js';
import type { RedisPlace } from './redis-url.js';

export type PrivateRedisStart =
  | { readonly state: 'running'; readonly redis: PrivateRedis }
  /** No redis-server in PATH: see `howToGetRedis`. */
  | { readonly state: 'not-installed' }
  /** Another goodgate runs on the same folder; others can join it with `REDIS_URL=url`. */
  | { readonly state: 'in-use'; readonly folder: string; readonly url: string }
  | { readonly state: 'failed'; readonly says: string };

export interface PrivateRedis {
  readonly place: Extract<RedisPlace, { kind: 'unix' }>;
  /** What `REDIS_URL` says of it. */
  readonly url: string;
  readonly pid: () => number;
  /** True where one that a killed goodgate left behind was taken over. */
  readonly takenOver: boolean;
  /** Ends the server after it has written all, and waits for its end. */
  stop(): Promise<void>;
}

export interface PrivateRedisOptions {
  /** Absolute; made with mode 0700 where it is missing. */
  readonly dataFolder: string;
  readonly env: NodeJS.ProcessEnv;
  /** The server ended by itself. `gone`: so often that it is not started again. */
  readonly onDeath: (next: 'started-again' | 'gone', log: string) => void;
}

const READY_MS = 20_000;
const END_MS = 10_000;
const WATCH_MS = 500;
/** A server that dies again and again has a reason that a start does not mend. */
const MOST_RESTARTS = 5;
const RESTARTS_WITHIN_MS = 600_000;

export async function startPrivateRedis(options: PrivateRedisOptions): Promise<PrivateRedisStart> {
  const program = findProgram('redis-server', options.env['PATH'] ?? '');
  if (program === undefined) return { state: 'not-installed' };
  const prepared = preparePrivateFolder(options.dataFolder, options.env);
  if (!prepared.ok) return { state: 'failed', says: prepared.says };
  const { folder } = prepared;
  const url = `unix://${encodeURI(folder.socket)}`;
  let lock: OwnerLock | undefined;
  try {
    // Before all else: two servers on one folder would ruin its append-only file.
    lock = await takeOwnerLock(folder.ownerSocket);
    if (lock === undefined) return { state: 'in-use', folder: folder.path, url };
    const leftBehind = findLeftBehind(folder);
    const pid = leftBehind ?? (await spawnServer(program, folder));
    if (!(await answers(folder, pid))) {
      // One that was left behind and is frozen or loads for long is not ours to kill.
      if (leftBehind === undefined) await endServer(pid, END_MS);
      lock.release();
      return {
        state: 'failed',
        says: `redis-server (process ${pid}) does not answer; its log is ${folder.log}`,
      };
    }
    const { release } = lock;
    const watched = watch(program, folder, pid, options.onDeath);
    return {
      state: 'running',
      redis: {
        place: { kind: 'unix', path: folder.socket, db: 0 },
        url,
        pid: watched.pid,
        takenOver: leftBehind !== undefined,
        async stop() {
          await watched.stop();
          release();
        },
      },
    };
  } catch (error) {
    lock?.release();
    return { state: 'failed', says: error instanceof Error ? error.message : String(error) };
  }
}

/** Looks whether the process is there, as one that was taken over is no child of ours that could tell us. */
function watch(
  program: string,
  folder: PrivateFolder,
  first: number,
  onDeath: PrivateRedisOptions['onDeath'],
): { readonly pid: () => number; stop(): Promise<void> } {
  let pid = first;
  let restarts: readonly number[] = [];
  let starting: Promise<void> = Promise.resolve();
  let busy = false;

  async function startAgain(): Promise<void> {
    restarts = restarts.filter((at) => at > performance.now() - RESTARTS_WITHIN_MS);
    if (restarts.length >= MOST_RESTARTS) {
      clearInterval(timer);
      onDeath('gone', folder.log);
      return;
    }
    restarts = [...restarts, performance.now()];
    pid = await spawnServer(program, folder);
    onDeath('started-again', folder.log);
  }

  const timer = setInterval(() => {
    if (busy || isAlive(pid)) return;
    busy = true;
    starting = startAgain()
      .catch(() => {
        clearInterval(timer);
        onDeath('gone', folder.log);
      })
      .finally(() => {
        busy = false;
      });
  }, WATCH_MS);
  timer.unref();

  return {
    pid: () => pid,
    async stop() {
      clearInterval(timer);
      await starting;
      // SIGTERM is SHUTDOWN: https://redis.io/docs/latest/operate/oss_and_stack/reference/signals/
      await endServer(pid, END_MS);
    },
  };
}

async function answers(folder: PrivateFolder, pid: number): Promise<boolean> {
  const client = connectRedis(
    { kind: 'unix', path: folder.socket, db: 0 },
    { purpose: 'request', name: 'goodgate:start', onError: () => undefined },
  );
  try {
    // In short steps: one that has ended will not answer any more.
    for (const end = performance.now() + READY_MS; performance.now() < end && isAlive(pid); ) {
      const isReady = await whenReady(client, WATCH_MS).then(
        () => true,
        () => false,
      );
      if (isReady) return true;
    }
    return false;
  } finally {
    await disconnectRedis(client);
  }
}
