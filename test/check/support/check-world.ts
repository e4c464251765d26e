import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { World } from '../../../playground/world/world.js';
import type { CheckRecord } from '../../../src/domain/check-record.js';
import { type Ended, goodgate } from '../adverse/support/goodgate.js';
import { contract, type Excerpt, type Result } from './contract.js';

export interface Checked {
  readonly result: Result;
  readonly record: CheckRecord;
  readonly recordFile: string;
  /** From the program's start to its end. */
  readonly tookMs: number;
}

const STATUS: Readonly<Record<Result['verdict'], number>> = {
  healthy: 0,
  'root-cause': 1,
  inconclusive: 1,
  unreachable: 3,
};

/**
 * Runs the real program against the world, over its sshd, and holds the answer to what holds for every answer: one
 * object of the contract, the exit status that its verdict means, and no excerpt that was not really there.
 */
export async function checkWorld(world: World): Promise<Checked> {
  const recordFile = join(world.folder, 'check.json');
  const began = performance.now();
  const ended = await goodgate([
    'check',
    world.names.target,
    '--config',
    world.configFile,
    '--format',
    'json',
    '--record',
    recordFile,
  ]);
  const tookMs = performance.now() - began;
  keepRecord(world, recordFile);
  const result = resultOf(ended);
  const record = JSON.parse(readFileSync(recordFile, 'utf8')) as CheckRecord;
  expect(madeUp(result, record), 'excerpts that no recorded output has').toEqual([]);
  return { result, record, recordFile, tookMs };
}

/** GOODGATE_RECORDS=FOLDER keeps what each check saw, for `goodgate replay` when a test has failed. */
function keepRecord({ layout }: World, recordFile: string): void {
  const folder = process.env['GOODGATE_RECORDS'];
  if (folder === undefined || folder === '' || !existsSync(recordFile)) return;
  mkdirSync(folder, { recursive: true });
  const test = expect.getState().currentTestName?.split(' > ').at(-1) ?? 'set-up';
  copyFileSync(recordFile, join(folder, `${layout} ${test.replaceAll(/[^\w ]+/gu, '-')}.json`));
}

/** One object of the contract and nothing else, and the exit status that its verdict means. */
export function resultOf(ended: Ended): Result {
  expect(ended.err).toBe('');
  const result = contract.parse(JSON.parse(ended.out));
  expect(ended.code, `the exit status for ${result.verdict}`).toBe(STATUS[result.verdict]);
  return result;
}

/** Excerpts that were not really there. */
export function madeUp(result: Result, record: CheckRecord): string[] {
  const cited = result.causes.flatMap(({ chain }) => chain.flatMap(({ evidence }) => evidence));
  return cited
    .filter((citation) => !isThere(citation, record))
    .map(({ probe, host, excerpt }) => `${probe} on ${host}: ${excerpt}`);
}

/** True where a look of that kind, on that host and at that time, brought a line that holds the excerpt. */
function isThere({ probe, host, at, excerpt }: Excerpt, { evidence }: CheckRecord): boolean {
  return evidence.some(
    (one) =>
      one.kind === probe &&
      // What was seen in a container of the host bears the container's name behind the host's.
      (one.host === host || one.host.startsWith(`${host}/`)) &&
      one.at === at &&
      `${one.output?.stdout ?? ''}\n${one.output?.stderr ?? ''}`
        .split('\n')
        .some((line) => line.includes(excerpt)),
  );
}

/** What an assertion shows beside its difference: the ranked causes with their chains, in a person's words. */
export function tell({ verdict, httpStatus, causes }: Result): string {
  const lines = causes.map(({ id, certainty, chain }) =>
    [`  ${id} (${certainty})`, ...chain.map(({ says }) => `    - ${says}`)].join('\n'),
  );
  return [`${verdict}, HTTP ${httpStatus ?? '-'}`, ...lines].join('\n');
}
