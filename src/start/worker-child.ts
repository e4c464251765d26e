/**
 * The worker beside the ingress, as a process of its own: what it reads and judges can take a processor for a while, and
 * must not delay Slack's acknowledgements; and one of the two may die alone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';

export interface WorkerChildOptions {
  /** Folder of the program. */
  readonly root: string;
  readonly arguments: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onExit: (code: number | null, signal: string | null, againMs: number) => void;
}

export interface WorkerChild {
  pid(): number | undefined;
  /** Asks it to end, and waits; after `graceMs` it is ended. */
  stop(graceMs: number): Promise<void>;
}

/** Set for a worker that an `all` has started beside itself. */
export const WORKER_CHILD = 'GOODGATE_WORKER_CHILD';

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or may not be touched: then it works as all others do.
  }
}

/** In the worker: ends when whoever started it is gone, however that came. */
export function parentGone(env: Readonly<Record<string, string | undefined>>): AbortSignal {
  const gone = new AbortController();
  if (env[WORKER_CHILD] !== undefined && process.channel !== undefined) {
    process.once('disconnect', () => gone.abort());
    process.channel?.unref();
  }
  return gone.signal;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
const STEADY_MS = 60_000;

export function startWorkerChild(options: WorkerChildOptions): WorkerChild {
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  let pauseMs = FIRST_PAUSE_MS;

  const start = (): void => {
    const startedAt = Date.now();
    const started = spawn(
      process.execPath,
      [join(options.root, 'bin', 'goodgate.js'), ...options.arguments],
      {
        env: { ...options.env },
        // The channel is how it learns that we have died: then nobody else would end it.
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      },
    );
    child = started;
    // People wait for the ingress; a check takes a little longer, and nobody notices.
    if (started.pid !== undefined) lowerPriority(started.pid);
    const ended = (code: number | null, signal: string | null): void => {
      if (child !== started) return;
      child = undefined;
      if (stopping) return;
      if (Date.now() - startedAt > STEADY_MS) pauseMs = FIRST_PAUSE_MS;
      options.onExit(code, signal, pauseMs);
      timer = setTimeout(start, pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    };
    started.once('exit', ended);
    started.once('error', () => ended(null, null));
  };
  start();

  return {
    pid: () => child?.pid,
    stop: async (graceMs) => {
      stopping = true;
      clearTimeout(timer);
      const last = child;
      if (last === undefined) return;
      const gone = once(last, 'exit');
      last.kill('SIGTERM');
      const impatient = setTimeout(() => last.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(impatient);
    },
  };
}
