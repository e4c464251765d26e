import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { programEnvironment } from '../program-environment.js';
import type { PrivateFolder } from './private-folder.js';

/**
 * In a session of its own: the terminal's Ctrl-C is for goodgate, which still has something to write then. It lives on
 * when goodgate is killed, and the next start takes it over.
 */
export async function spawnServer(program: string, folder: PrivateFolder): Promise<number> {
  const child = spawn(program, serverWords(folder), {
    detached: true,
    stdio: 'ignore',
    cwd: folder.path,
    env: programEnvironment(),
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} was started and has no process number`);
  writeFileSync(folder.pidFile, `${pid}\n`, { mode: 0o600 });
  return pid;
}

/** What was acknowledged is on disk. https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ */
function serverWords(folder: PrivateFolder): readonly string[] {
  const settings: Readonly<Record<string, string>> = {
    dir: folder.path,
    // Nothing listens on the network.
    port: '0',
    unixsocket: folder.socket,
    unixsocketperm: '700',
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    // BullMQ must not lose keys: https://docs.bullmq.io/guide/going-to-production#max-memory-policy
    'maxmemory-policy': 'noeviction',
    logfile: folder.log,
    daemonize: 'no',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

/** The process that an earlier start wrote down, where it still runs. */
export function findLeftBehind(folder: PrivateFolder): number | undefined {
  try {
    const pid = Number(readFileSync(folder.pidFile, 'utf8').trim());
    return Number.isSafeInteger(pid) && pid > 1 && isAlive(pid) && isOurRedis(pid, folder) ? pid : undefined;
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

/** SIGTERM, and SIGKILL where that is of no use; resolves when it has ended. */
export async function endServer(pid: number, waitMs: number): Promise<void> {
  signal(pid, 'SIGTERM');
  if (await hasEnded(pid, waitMs)) return;
  signal(pid, 'SIGKILL');
  await hasEnded(pid, waitMs);
}

async function hasEnded(pid: number, waitMs: number): Promise<boolean> {
  const end = performance.now() + waitMs;
  while (isAlive(pid)) {
    if (performance.now() > end) return false;
    await pause(20);
  }
  return true;
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}

/** Process numbers are used again: after a reboot it may be another program's. */
function isOurRedis(pid: number, folder: PrivateFolder): boolean {
  if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder.path);
  return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).includes(
    'redis-server',
  );
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s+Z/mu.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
