import { spawn } from 'node:child_process';
import { programEnvironment } from '../program-environment.js';
import type { RunnerChannel } from '../runner/runner-session.js';

const CLOSE_GRACE_MS = 3_000;

/** Starts `command` with this machine's /bin/sh; its pipes are the channel. */
export function openLocalChannel(command: string, shell = '/bin/sh'): RunnerChannel {
  const child = spawn(shell, ['-c', command], {
    stdio: 'pipe',
    detached: true,
    cwd: '/',
    env: programEnvironment(),
  });
  let says = 'the shell on this machine ended';
  const gone = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      says = `the shell on this machine could not be started: ${error.message}`;
      resolve(null);
    });
    child.once('close', (exitCode) => resolve(exitCode));
  });
  // A pipe that breaks is told by the process's end.
  child.stdin.on('error', () => {});
  let closing: Promise<void> | undefined;

  async function end(): Promise<void> {
    child.stdin.end();
    child.stdout.resume();
    if (await settledWithin(gone, 500)) return;
    child.kill('SIGTERM');
    if (await settledWithin(gone, CLOSE_GRACE_MS)) return;
    child.kill('SIGKILL');
    child.stdout.destroy();
    child.stderr.destroy();
  }

  return {
    write: (data) => void child.stdin.write(data),
    listen: (on) => {
      child.stdout.on('data', on.output);
      child.stderr.on('data', on.errorOutput);
      void gone.then((exitCode) => on.close({ exitCode, says }));
    },
    close: () => {
      closing ??= end();
      return closing;
    },
  };
}

async function settledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const settled = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return settled;
}
