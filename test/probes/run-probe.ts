/** Runs a probe's command on this machine, as a host would, and answers with what came back. */
import { spawnSync } from 'node:child_process';
import type { ProbeCommand, ProbeOutput } from '../../src/domain/evidence.js';

export type Shell = readonly string[];

export const SHELLS: readonly (readonly [string, Shell])[] = [
  ['sh', ['sh']],
  ['bash', ['bash']],
  ['BusyBox', ['busybox', 'sh']],
];

export function runProbe(
  command: ProbeCommand,
  shell: Shell = ['sh'],
  env: NodeJS.ProcessEnv = {},
): ProbeOutput {
  const [program = '', ...rest] = command.argv;
  const argv = program === 'sh' ? [...shell, ...rest] : [program, ...rest];
  const { status, stdout, stderr, error } = spawnSync(argv[0] ?? '', argv.slice(1), {
    env: { PATH: process.env['PATH'], ...env, LC_ALL: 'C' },
    input: '',
    maxBuffer: 64 * 1024 * 1024,
    timeout: 30_000,
    encoding: 'utf8',
  });
  const isAbsent = error !== undefined && 'code' in error && error.code === 'ENOENT';
  const exitCode = isAbsent ? 127 : status;
  return {
    exitCode,
    stdout: stdout ?? '',
    stderr: (stderr ?? '').slice(0, 4096),
    truncated: false,
    timedOut: false,
  };
}
