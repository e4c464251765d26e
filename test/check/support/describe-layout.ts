import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../../playground/faults/fault.js';
import { noises } from '../../../playground/faults/noise.js';
import { canMakeMachines } from '../../../playground/world/machine.js';
import { type Layout, startWorld, type World } from '../../../playground/world/world.js';
import { causeGraph } from '../../../src/diagnosis/cause-graph.js';
import { loadCauseHeads } from '../../../src/playbook/load-causes.js';
import { type Checked, checkWorld, tell } from './check-world.js';
import { chooseFaults } from './choose-faults.js';
import type { Result } from './contract.js';
import { createScoreboard } from './scoreboard.js';
import { seedOfThisRun } from './seed.js';

/**
 * Causes of which one check cannot honestly say more than `likely`.
 * - backend-starting: that nothing listens yet and no error stands in the log fits a start, and a start that will fail.
 */
const AT_MOST_LIKELY: readonly string[] = ['backend-starting'];

/**
 * Causes that a failing backend hides from an honest check.
 * - websocket-upgrade-missing: whether an ordinary service takes WebSockets shows only while it answers; that
 *   OnlyOffice does is known beforehand.
 */
const HIDDEN_BY_A_FAILING_BACKEND: readonly string[] = ['websocket-upgrade-missing'];

const catalogue = loadCauseHeads(new URL('../../../playbooks/causes', import.meta.url).pathname);
const graph = causeGraph(catalogue);

/**
 * The tests of a layout: a world whose ports, paths and names are drawn for this run is broken in one way after the
 * other, and the real program has to name each cause. It is healthy before the first fault and after the last.
 */
export function describeLayout(layout: Layout, atLeastProven = 0): void {
  const choice = chooseFaults(layout);
  const seed = seedOfThisRun();
  const title = `${layout} (GOODGATE_SEED=${seed})`;

  describe(`a check of the layout ${layout}`, () => {
    const scoreboard = createScoreboard(title);
    let world: World | undefined;

    // A world that could not be mended is thrown away, so that one failure does not become many.
    const worldNow = async (): Promise<World> => {
      world ??= await startWorld({ layout, seed });
      return world;
    };
    const checkBroken = async (fault: Pick<Fault, 'break' | 'mend'>): Promise<Checked> => {
      const broken = await worldNow();
      await fault.break(broken);
      try {
        return await checkWorld(broken);
      } finally {
        await mendOrDiscard(fault, broken);
      }
    };
    const mendOrDiscard = async (fault: Pick<Fault, 'mend'>, broken: World): Promise<void> => {
      try {
        await fault.mend(broken);
      } catch (error) {
        world = undefined;
        await broken.stop();
        throw error;
      }
    };

    beforeAll(async () => {
      process.stdout.write(`${title}: ${choice.faults.length} faults, ${choice.pairs.length} pairs\n`);
      if (choice.impossible.length > 0)
        process.stdout.write(`not possible on this machine: ${choice.impossible.join(', ')}\n`);
      await worldNow();
    });
    afterAll(async () => {
      process.stdout.write(`${scoreboard.line()}\n`);
      await world?.stop();
    });

    it('calls the untouched service healthy and proposes nothing', async () => {
      const checked = await checkWorld(await worldNow());
      scoreboard.time(checked);
      expectHealthy(checked.result);
    });

    it.each(titled(choice.faults))('names the cause first, with proof: %s', async (_, fault) => {
      const checked = await checkBroken(fault);
      scoreboard.count(fault, checked);
      expectNamed(fault, checked.result);
    });

    it.each(titled(choice.pairs))('names both causes: %s', async (_, pair) => {
      const checked = await checkBroken(pair);
      scoreboard.time(checked);
      expectBothNamed(pair, checked.result, layout);
    });

    it.each(titled(noises))('calls the service healthy all the same: %s', async (_, noise) => {
      const checked = await checkBroken(noise);
      scoreboard.time(checked);
      expectHealthy(checked.result);
    });

    it('calls the mended service healthy, although the logs are full of what went before', async () => {
      const checked = await checkWorld(await worldNow());
      scoreboard.time(checked);
      expectHealthy(checked.result);
    });

    if (atLeastProven > 0) {
      it(`has named at least ${atLeastProven} different causes first, with proof`, () => {
        expect([...scoreboard.provenCauses()].length).toBeGreaterThanOrEqual(atLeastProven);
      });
    }
  });
}

/** As `describeLayout`, for a layout whose hosts are network namespaces: only root may make them. */
export function describeLayoutOfMachines(layout: Layout): void {
  if (canMakeMachines()) {
    describeLayout(layout);
    return;
  }
  const { faults, impossible } = chooseFaults(layout);
  process.stdout.write(`${layout}: only root may make its machines; its faults are not tried in this run\n`);
  describe(`the layout ${layout} without root`, () => {
    it('tries no fault, and says of each that it needs root', () => {
      expect(faults).toEqual([]);
      expect(impossible).not.toEqual([]);
      expect(impossible.filter((one) => !one.endsWith('(needs root)'))).toEqual([]);
    });
  });
}

/** With the name as its own value, for titles without quotation marks. */
function titled<T extends Pick<Fault, 'name'>>(all: readonly T[]): [string, T][] {
  return all.map((one) => [one.name, one]);
}

function expectHealthy(result: Result): void {
  const named = result.causes.map(({ id }) => id);
  const broken = result.path.filter(({ state }) => state === 'broken').map(({ hop }) => hop);
  expect({ verdict: result.verdict, httpStatus: result.httpStatus, named, broken }, tell(result)).toEqual({
    verdict: 'healthy',
    httpStatus: 200,
    named: [],
    broken: [],
  });
}

function expectNamed(fault: Fault, result: Result): void {
  const [first] = result.causes;
  const { httpStatus } = fault.expect;
  expect(catalogue.map(({ id }) => id)).toContain(fault.cause);
  expect(
    {
      verdict: result.verdict,
      httpStatus: result.httpStatus,
      first: first?.id,
      falselyProven: falselyProven(fault, result),
    },
    tell(result),
  ).toEqual({
    verdict: 'root-cause',
    httpStatus: httpStatus === 0 ? null : httpStatus,
    first: fault.cause,
    falselyProven: [],
  });
  const allowed = AT_MOST_LIKELY.includes(fault.cause) ? ['proven', 'likely'] : ['proven'];
  expect(allowed, tell(result)).toContain(first?.certainty);
}

/** Both stand among the causes; where one brings about the other, that other may stand in its chain instead. */
function expectBothNamed(pair: Fault, result: Result, layout: Layout): void {
  const both = [pair.cause, ...(pair.alsoCauses ?? [])];
  const knowable = both.filter((id) => layout === 'onlyoffice' || !HIDDEN_BY_A_FAILING_BACKEND.includes(id));
  const roots = knowable.filter((id) => !both.some((other) => other !== id && graph.leadsTo(other, id)));
  expect(result.verdict, tell(result)).toBe('root-cause');
  expect(
    result.causes.filter(({ certainty }) => certainty !== 'possible').map(({ id }) => id),
    tell(result),
  ).toEqual(expect.arrayContaining(roots));
  expect(both, tell(result)).toContain(result.causes[0]?.id);
  expect(result.causes[0]?.certainty, tell(result)).toBe('proven');
  expect(falselyProven(pair, result), tell(result)).toEqual([]);
}

/** Proven causes that nobody brought about. */
function falselyProven({ cause, alsoCauses = [] }: Fault, { causes }: Result): string[] {
  return causes
    .filter(({ id, certainty }) => certainty === 'proven' && id !== cause && !alsoCauses.includes(id))
    .map(({ id }) => id);
}
