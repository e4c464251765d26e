import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbeCommand, ProbeOutput } from '../../../src/domain/evidence.js';

/** Runs a probe's argv on this machine as the runner would: C locale, nothing on standard input. */
export function runHere(
  command: Pick<ProbeCommand, 'argv' | 'timeoutMs'>,
  options: { path?: string; shell?: readonly string[]; uid?: number } = {},
): Promise<ProbeOutput> {
  const [program = '', ...args] = command.argv;
  const [shell, ...shellArgs] = options.shell ?? [];
  return new Promise((resolve) => {
    const child = spawn(
      program === 'sh' && shell !== undefined ? shell : program === 'sh' ? '/bin/sh' : program,
      program === 'sh' ? [...shellArgs, ...args] : args,
      {
        env: {
          LC_ALL: 'C',
          PATH: options.path ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
      },
    );
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, command.timeoutMs);
    child.stdout?.on('data', (piece: Buffer) => out.push(piece));
    child.stderr?.on('data', (piece: Buffer) => err.push(piece));
    child.on('error', () => resolve(answer(127)));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(answer(code));
    });
    function answer(exitCode: number | null): ProbeOutput {
      return {
        exitCode,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString().slice(0, 4096),
        truncated: false,
        timedOut,
      };
    }
  });
}

/** A PATH on which only the named programs are found, so that a ladder's lower rungs are reached. */
export function pathWith(programs: readonly string[]): { path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'goodgate-path-'));
  for (const program of programs) {
    const at = program === 'nc' ? '/usr/bin/busybox' : found(program);
    if (at !== undefined) symlinkSync(at, join(folder, program));
  }
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function found(program: string): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', 'command -v "$1"', 'x', program], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

export const SMALL_TOOLS = [
  'sh',
  'grep',
  'head',
  'tail',
  'tr',
  'sed',
  'sleep',
  'timeout',
  'cat',
  'od',
  'dd',
  'wc',
  'awk',
  'date',
  'stat',
  'ls',
  'readlink',
];

export function outputOf(stdout: string, more: Partial<ProbeOutput> = {}): ProbeOutput {
  return { exitCode: 0, stdout, stderr: '', truncated: false, timedOut: false, ...more };
}
