import { execFile, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import type { Keeper } from './keeper.js';

/** What a command on a host gave back. */
export interface RunResult {
  /** Exit status; -1 where it was ended by a signal or could not be started. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A place where programs run: this machine as it is, or namespaces of our own that look like a machine. */
export interface Host {
  /** The address at which others reach it. */
  readonly address: string;
  run(argv: readonly [string, ...string[]], options?: { readonly input?: string }): Promise<RunResult>;
  /** Starts a program in the background; standard output and error go to `logFile`. */
  start(argv: readonly [string, ...string[]], logFile: string, env?: Record<string, string>): void;
  signal(pid: number, name: 'TERM' | 'KILL' | 'HUP' | 'QUIT' | 'STOP' | 'CONT'): Promise<void>;
}

/** `entry` stands before every command: nothing for this machine, `nsenter …` for namespaces. */
export function createHost(address: string, keeper: Keeper, entry: readonly string[] = []): Host {
  const wholeOf = (argv: readonly string[]): [string, string[]] => {
    const [program = 'true', ...rest] = [...entry, ...argv];
    return [program, rest];
  };
  const host: Host = {
    address,
    run(argv, options = {}) {
      const [program, rest] = wholeOf(argv);
      return new Promise((resolve) => {
        const child = execFile(
          program,
          rest,
          { timeout: 30_000, env: plainEnvironment() },
          (error, stdout, stderr) => {
            const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
            resolve({ code, stdout, stderr });
          },
        );
        child.stdin?.on('error', () => undefined);
        child.stdin?.end(options.input ?? '');
      });
    },
    start(argv, logFile, env = {}) {
      const [program, rest] = wholeOf(argv);
      const log = openSync(logFile, 'a');
      const options = { detached: true, env: { ...plainEnvironment(), ...env }, cwd: keeper.folder };
      const child = spawn(program, rest, { ...options, stdio: ['ignore', log, log] });
      child.on('error', () => undefined);
      if (child.pid !== undefined) keeper.addProcess(child.pid);
      child.unref();
    },
    async signal(pid, name) {
      await host.run(['kill', `-${name}`, String(pid)]);
    },
  };
  return host;
}

/** Servers get a clean environment: nothing of the terminal, of npm or of a test runner reaches them. */
function plainEnvironment(): Record<string, string> {
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const zone = process.env['TZ'];
  return { PATH: path, LANG: 'C.UTF-8', HOME: process.env['HOME'] ?? '/', ...(zone ? { TZ: zone } : {}) };
}
