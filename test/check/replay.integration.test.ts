import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../playground/faults/fault.js';
import { faults } from '../../playground/faults/registry.js';
import { startWorld } from '../../playground/world/world.js';
import { goodgate } from './adverse/support/goodgate.js';
import { checkWorld, resultOf } from './support/check-world.js';
import type { Result } from './support/contract.js';
import { seedOfThisRun } from './support/seed.js';

/** Recorded while the world stood, and replayed after it is gone. */
const RECORDED = ['healthy', 'nginx-stopped', 'backend-stopped', 'redis-down'] as const;

describe('goodgate replay', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goodgate-replay-'));
  const recordOf = (name: string): string => join(folder, `${name}.json`);
  const results = new Map<string, Result>();

  beforeAll(async () => {
    const world = await startWorld({ layout: 'plain', seed: seedOfThisRun() });
    const record = async (name: string): Promise<void> => {
      const { result, recordFile } = await checkWorld(world);
      copyFileSync(recordFile, recordOf(name));
      results.set(name, result);
    };
    try {
      for (const name of RECORDED) {
        if (name === 'healthy') {
          await record(name);
          continue;
        }
        await faultNamed(name).break(world);
        await record(name);
        await faultNamed(name).mend(world);
      }
    } finally {
      await world.stop();
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(RECORDED)('gives the diagnosis of the recorded check again: %s', async (name) => {
    const again = resultOf(await goodgate(['replay', recordOf(name), '--format', 'json']));
    expect(again).toEqual(results.get(name));
  });

  it('tells the same causes in Chinese', async () => {
    const chinese = resultOf(
      await goodgate(['replay', recordOf('redis-down'), '--format', 'json', '--lang', 'zh']),
    );
    expect(chinese.causes.map(({ id, certainty }) => [id, certainty])).toEqual(
      results.get('redis-down')?.causes.map(({ id, certainty }) => [id, certainty]),
    );
    expect(chinese.causes[0]?.title).toMatch(/\p{Script=Han}/u);
  });

  it('gives two replays of one record that are alike to the byte', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(() => goodgate(['replay', recordOf('redis-down'), '--format', 'json'])),
    );
    expect(one).toEqual(other);
  });
});

function faultNamed(name: string): Fault {
  const found = faults.find((fault) => fault.name === name);
  if (found === undefined) throw new Error(`no fault ${name}`);
  return found;
}
