import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { isAlive, pidsOfFolder, withDescendants } from './process-table.js';
import { pause } from './wait-until.js';

/**
 * Knows everything that a world has put on the machine, and takes it away again: processes, mounts, network
 * namespaces, and the folder last. It can do so without waiting (`clearNow`), for a program that is about to end.
 */
export interface Keeper {
  readonly folder: string;
  addProcess(pid: number): void;
  /** A command that undoes something outside the folder (a mount, a namespace); run in reverse order. */
  addUndo(argv: readonly [string, ...string[]]): void;
  clear(): Promise<void>;
  clearNow(): void;
}

const keepers = new Set<Keeper>();
let listening = false;

export function createKeeper(folder: string): Keeper {
  const pids: number[] = [];
  const undos: (readonly [string, ...string[]])[] = [];
  const everyone = (): readonly number[] => {
    const known = withDescendants([...pids.filter(isAlive), ...pidsOfFolder(folder)]);
    return known.filter((pid) => pid !== process.pid && pid > 1 && isAlive(pid));
  };
  const keeper: Keeper = {
    folder,
    addProcess: (pid) => void pids.push(pid),
    addUndo: (argv) => void undos.push(argv),
    async clear() {
      for (const pid of everyone()) signal(pid, 'SIGTERM');
      for (let turn = 0; turn < 30 && everyone().length > 0; turn += 1) await pause(50);
      keeper.clearNow();
    },
    clearNow() {
      for (let turn = 0; turn < 40; turn += 1) {
        const left = everyone();
        if (left.length === 0) break;
        for (const pid of left) signal(pid, 'SIGKILL');
        sleepNow(50);
      }
      for (const [program, ...rest] of undos.splice(0).reverse()) runQuietly(program, rest);
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      keepers.delete(keeper);
    },
  };
  keepers.add(keeper);
  listenForTheEnd();
  return keeper;
}

/** However this program ends, short of SIGKILL, its worlds end first. */
function listenForTheEnd(): void {
  if (listening) return;
  listening = true;
  process.on('exit', () => {
    for (const keeper of keepers) keeper.clearNow();
  });
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (keepers.size > 0 || process.listenerCount(name) === 1) process.exit(codes[name]);
    });
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
    if (name === 'SIGKILL' || name === 'SIGTERM') process.kill(pid, 'SIGCONT');
  } catch {
    // It ended by itself in the meantime.
  }
}

function runQuietly(program: string, argv: readonly string[]): void {
  try {
    execFileSync(program, argv, { stdio: 'ignore', timeout: 10_000 });
  } catch {
    // Already undone, as after a fault was mended.
  }
}

function sleepNow(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
