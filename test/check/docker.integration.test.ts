import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoContainers } from '../../playground/docker/engine.js';
import { type ContainerFault, containerFaults, healthyWays } from '../../playground/docker/faults.js';
import { openStage, type Stage } from '../../playground/docker/stage.js';
import { requestOnce } from '../../playground/world/request.js';
import { waitUntil } from '../../playground/world/wait-until.js';
import type { CheckRecord } from '../../src/domain/check-record.js';
import { goodgate } from './adverse/support/goodgate.js';
import { madeUp, resultOf, tell } from './support/check-world.js';
import type { Result } from './support/contract.js';
import { seedOfThisRun } from './support/seed.js';

const obstacle = whyNoContainers();
const seed = seedOfThisRun();

if (obstacle === undefined) describeContainers();
else describeWithoutContainers(obstacle);

function describeContainers(): void {
  describe(`a check of services in containers (GOODGATE_SEED=${seed})`, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await openStage(seed);
    });
    afterAll(async () => {
      await stage?.stop();
    });

    it.each(titled(healthyWays))('calls it healthy: %s', async (_, way) => {
      await stage.clear();
      await way.arrange(stage);
      await waitUntil('the service answers', async () => (await requestOnce(stage.url)).status === 200);
      const { verdict, httpStatus, causes } = await check(stage);
      expect({ verdict, httpStatus, causes }).toEqual({ verdict: 'healthy', httpStatus: 200, causes: [] });
    });

    it.each(titled(containerFaults))('names the cause first, with proof: %s', async (_, fault) => {
      await stage.clear();
      await fault.arrange(stage);
      const result = await check(stage);
      const [first] = result.causes;
      expect(
        { verdict: result.verdict, first: first?.id, certainty: first?.certainty },
        tell(result),
      ).toEqual({
        verdict: 'root-cause',
        first: fault.cause,
        certainty: 'proven',
      });
      const others = result.causes.filter(
        ({ id, certainty }) => certainty === 'proven' && id !== fault.cause,
      );
      expect(others, tell(result)).toEqual([]);
    });
  });
}

/** The real program on this machine itself, which also holds every answer to what holds for all answers. */
async function check(stage: Stage): Promise<Result> {
  const recordFile = join(stage.folder, 'check.json');
  const argv = ['check', '--url', stage.url, '--local', '--format', 'json', '--record', recordFile];
  const result = resultOf(await goodgate(argv, { env: stage.env }));
  const record = JSON.parse(readFileSync(recordFile, 'utf8')) as CheckRecord;
  expect(madeUp(result, record), 'excerpts that no recorded output has').toEqual([]);
  expect(result.hosts.map(({ connections, channels }) => ({ connections, channels }))).toEqual([
    { connections: 1, channels: 1 },
  ]);
  return result;
}

function describeWithoutContainers(why: string): void {
  process.stdout.write(`docker: ${why}; its faults are not tried in this run\n`);
  describe('services in containers, where none can be made', () => {
    it('tries no fault, and says why', () => {
      expect(why).not.toBe('');
      expect(containerFaults.map(({ cause }) => cause)).toContain('container-not-running');
    });
  });
}

/** With the name as its own value, for titles without quotation marks. */
function titled<T extends Pick<ContainerFault, 'name'>>(all: readonly T[]): [string, T][] {
  return all.map((one) => [one.name, one]);
}
