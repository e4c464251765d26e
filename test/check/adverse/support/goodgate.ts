import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Diagnosis } from '../../../../src/domain/diagnosis.js';

const PROGRAM = fileURLToPath(new URL('../../../../bin/goodgate.js', import.meta.url));

/** Nothing that a host or a person does may hold a check longer than this. */
const PATIENCE_MS = 40_000;

export interface Ended {
  /** Null where the program had to be ended. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Nobody reads what it prints, as after `| head -1`. */
  readonly unread?: boolean;
  /** Ctrl-C, as soon as it has said this on standard error. */
  readonly interruptAfter?: RegExp;
}

/** Runs the real program, with a home of its own and no agent, as somebody does who has just installed it. */
export function goodgate(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const home = mkdtempSync(join(tmpdir(), 'goodgate-home-'));
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C.UTF-8', ...options.env };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, ...argv], { cwd: options.cwd ?? home, env });
    const limit = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    let interrupted = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      if (interrupted || options.interruptAfter?.test(err) !== true) return;
      interrupted = true;
      child.kill('SIGINT');
    });
    if (options.unread === true) for (const stream of [child.stdout, child.stderr]) stream.destroy();
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.once('close', (code) => {
      clearTimeout(limit);
      rmSync(home, { recursive: true, force: true });
      resolve({ code, out, err });
    });
  });
}

/** One clear sentence on standard error, nothing on standard output, status 2. */
export function expectRefusal(ended: Ended, says: RegExp | string): void {
  expect({ code: ended.code, out: ended.out }).toEqual({ code: 2, out: '' });
  expect(ended.err).toMatch(says);
  expect(ended.err).toMatch(/^goodgate: [^\n]{1,700}\n$/u);
  expectHarmless(ended);
}

/** The result of a check with `--format json`: one object and nothing else, and the status that its verdict means. */
export function resultOf(ended: Ended): Diagnosis {
  expectHarmless(ended);
  expect(ended.err).toBe('');
  const diagnosis = JSON.parse(ended.out) as Diagnosis;
  expect(Object.keys(diagnosis)).toEqual(expect.arrayContaining([...CONTRACT]));
  const status = { healthy: 0, 'root-cause': 1, inconclusive: 1, unreachable: 3 }[diagnosis.verdict];
  expect(ended.code).toBe(status);
  return diagnosis;
}

const CONTRACT = [
  'schema',
  'target',
  'verdict',
  'httpStatus',
  'causes',
  'ruledOut',
  'notChecked',
  'path',
  'startedAt',
  'durationMs',
  'hosts',
] as const;

/** No stack trace, no word of a bug, and nothing that a terminal would obey. */
export function expectHarmless({ out, err }: Ended): void {
  const all = `${out}${err}`;
  expect(all).not.toMatch(/\n\s+at [^\n]+:\d+:\d+/u);
  expect(all).not.toMatch(/This is a bug|could not start|UnhandledPromise|\[object Object\]|\bundefined\b/u);
  expect(all).not.toMatch(/[^\P{Cc}\n]/u);
}

/** What the diagnosis says about a probe or a host that could not be looked at. */
export function missingOf(diagnosis: Diagnosis, probe: string): Diagnosis['notChecked'] {
  return diagnosis.notChecked.filter((one) => one.probe === probe);
}
