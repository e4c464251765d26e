import { readFileSync } from 'node:fs';

const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const EVERY_MS = 300;

/**
 * However the demo is told to stop, it ends by `process.exit`, on which the world is taken away (keeper.ts) without a
 * wait: a second Ctrl-C finds nothing to interrupt. `say` is called first, with the terminal possibly gone already.
 */
export function endInOrder(say: (what: 'stopping' | 'bug', error?: unknown) => void): void {
  const end = (code: number, what?: 'stopping' | 'bug', error?: unknown): void => {
    try {
      if (what !== undefined) say(what, error);
    } finally {
      process.exit(code);
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => end(CODES[name], name === 'SIGHUP' ? undefined : 'stopping'));
  }
  process.on('uncaughtException', (error) => end(70, 'bug', error));
  process.on('unhandledRejection', (error) => end(70, 'bug', error));
  // Nobody reads on (`npm run demo | head`), or the terminal was closed.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => end(0));
  endWithNpm(() => end(CODES.SIGTERM));
}

/**
 * npm starts a shell that starts us. A signal that ends npm or that shell does not always reach us, so we look whether
 * both are still there. Started in another way, the demo may well outlive the shell it was started from (nohup).
 */
function endWithNpm(end: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const npm = isShell(parent) ? parentOf(parent) : undefined;
  const timer = setInterval(() => {
    if (process.ppid !== parent || (npm !== undefined && parentOf(parent) !== npm)) end();
  }, EVERY_MS);
  timer.unref();
}

function isShell(pid: number): boolean {
  return /^\d+ \((?:sh|dash|bash|ash|busybox|zsh|ksh)\) /u.test(statOf(pid));
}

// 4711 (sh) S 4700 4711 …
function parentOf(pid: number): number | undefined {
  const stat = statOf(pid);
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  return Number.isInteger(parent) ? parent : undefined;
}

function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return '';
  }
}
