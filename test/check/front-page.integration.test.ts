import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faults } from '../../playground/faults/registry.js';
import { startWorld, type World } from '../../playground/world/world.js';
import { goodgate } from './adverse/support/goodgate.js';
import { resultOf } from './support/check-world.js';
import type { Result } from './support/contract.js';
import { seedOfThisRun } from './support/seed.js';

/** nginx answers the document server's front page by itself: a redirect, then a page of its own. */
describe('a target that names only the front page', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ layout: 'onlyoffice', seed: seedOfThisRun() });
  });
  afterAll(() => world.stop());

  const checkAt = async (path: string): Promise<Result> => {
    const config = join(world.folder, 'front-page.yaml');
    const text = readFileSync(world.configFile, 'utf8');
    writeFileSync(config, text.replace('/healthcheck', path));
    return resultOf(await goodgate(['check', world.names.target, '--config', config, '--format', 'json']));
  };
  const checkBroken = async (name: string, path: string): Promise<Result> => {
    const fault = faults.find((one) => one.name === name);
    if (!fault) throw new Error(`no fault ${name}`);
    await fault.break(world);
    try {
      return await checkAt(path);
    } finally {
      await fault.mend(world);
    }
  };

  it.each(['/', '/welcome/'])('is healthy while the health check answers true: %s', async (path) => {
    const { verdict, httpStatus, causes } = await checkAt(path);
    expect({ verdict, httpStatus, causes }).toEqual({ verdict: 'healthy', httpStatus: 200, causes: [] });
  });

  it.each([
    ['backend-stopped', '/', 'backend-stopped', 502],
    ['backend-stopped', '/welcome/', 'backend-stopped', 502],
    ['redis-lost', '/', 'redis-down', 200],
  ])('does not pass for well because that page is there: %s at %s', async (fault, path, cause, status) => {
    const { httpStatus, causes } = await checkBroken(fault, path);
    expect({ first: causes[0]?.id, certainty: causes[0]?.certainty, httpStatus }).toEqual({
      first: cause,
      certainty: 'proven',
      httpStatus: status,
    });
  });
});
