import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPortDrawer } from '../../playground/world/free-port.js';
import { createRandom } from '../../playground/world/random.js';
import { requestOnce } from '../../playground/world/request.js';
import { waitUntil } from '../../playground/world/wait-until.js';
import { startWorld, type World } from '../../playground/world/world.js';
import { goodgate } from './adverse/support/goodgate.js';
import { resultOf } from './support/check-world.js';
import type { Result } from './support/contract.js';
import { seedOfThisRun } from './support/seed.js';

/** HAProxy in front of nginx, which it asks by HTTP whether it is well. */
describe('a check through a balancer', () => {
  let world: World;
  let port = 0;
  let balancer: ChildProcess | undefined;
  beforeAll(async () => {
    world = await startWorld({ layout: 'plain', seed: seedOfThisRun() });
    port = await createPortDrawer(createRandom(seedOfThisRun() + 1))();
  });
  afterEach(() => end(balancer));
  afterAll(() => world.stop());

  /** `server` is what stands behind the server's name; the status is the one that clients then get. */
  const balance = async (expected: number, server: string, status: number, rise = 1): Promise<Result> => {
    const config = join(world.folder, 'haproxy.cfg');
    writeFileSync(
      config,
      [
        'global',
        `  stats socket ${join(world.folder, 'haproxy.sock')} mode 600 level user`,
        'defaults',
        '  mode http',
        '  timeout connect 2s',
        '  timeout client 9s',
        '  timeout server 9s',
        // Without it a check has no longer than its interval, which is short for a busy machine.
        '  timeout check 5s',
        '  option httpchk GET /healthz',
        `  http-check expect status ${expected}`,
        'frontend web',
        `  bind 127.0.0.1:${port}`,
        '  default_backend pool',
        'backend pool',
        `  server one ${server} check inter 300ms fall 2 rise ${rise}`,
        '',
      ].join('\n'),
    );
    balancer = spawn('haproxy', ['-db', '-f', config], { stdio: 'ignore' });
    await waitUntil(`HAProxy answers ${status}`, async () => {
      const seen = await requestOnce(`http://127.0.0.1:${port}/healthz`, {});
      return seen.status === status || String(seen.status);
    });
    const file = join(world.folder, 'balanced.yaml');
    writeFileSync(
      file,
      readFileSync(world.configFile, 'utf8').replace(world.url, `http://127.0.0.1:${port}/healthz`),
    );
    return check();
  };
  const check = async (): Promise<Result> => {
    const file = join(world.folder, 'balanced.yaml');
    return resultOf(await goodgate(['check', world.names.target, '--config', file, '--format', 'json']));
  };
  const nginxAddress = () => new URL(world.url).host;

  it('is healthy where every hop is, and shows the balancer on the way', async () => {
    const result = await balance(200, nginxAddress(), 200);
    expect(result).toMatchObject({ verdict: 'healthy', causes: [] });
    expect(result.path.map(({ hop, state }) => `${hop} ${state}`)).toContain('haproxy ok');
  });

  it('names a health check that sets a good server aside', async () => {
    const { causes, httpStatus } = await balance(204, nginxAddress(), 503);
    expect({ first: causes[0]?.id, certainty: causes[0]?.certainty, httpStatus }).toEqual({
      first: 'lb-health-check-wrong',
      certainty: 'proven',
      httpStatus: 503,
    });
    expect(causes[0]?.chain[0]?.says).toContain('health check of /healthz');
  });

  it('does not blame the check of a server that comes back and waits for its turn', async () => {
    const program = `${world.names.group}:${world.names.program}`;
    await world.supervisor.ctl('stop', program);
    try {
      await balance(200, nginxAddress(), 503, 1000);
    } finally {
      await world.supervisor.ctl('start', program);
    }
    await waitUntil('nginx answers well again', async () => (await world.health()) === 'ok');
    await waitUntil('HAProxy has counted a good check', async () => {
      const { path } = await check();
      return path.some(({ hop, state }) => hop === 'haproxy' && state === 'unknown');
    });
    const { causes, httpStatus } = await check();
    expect(httpStatus).toBe(503);
    expect(causes.map(({ id }) => id)).not.toContain('lb-health-check-wrong');
  });

  it('tells a balancer that asks at a wrong address from a failing origin', async () => {
    const { causes } = await balance(200, `127.0.0.1:${world.ports.spare}`, 503);
    expect({ first: causes[0]?.id, certainty: causes[0]?.certainty }).toEqual({
      first: 'edge-only-failure',
      certainty: 'proven',
    });
  });

  it('looks past a balancer that is right to set a server aside', async () => {
    const program = `${world.names.group}:${world.names.program}`;
    await world.supervisor.ctl('stop', program);
    try {
      const { causes } = await balance(200, nginxAddress(), 503);
      expect({ first: causes[0]?.id, certainty: causes[0]?.certainty }).toEqual({
        first: 'backend-stopped',
        certainty: 'proven',
      });
      expect(causes.map(({ id }) => id)).not.toContain('lb-health-check-wrong');
    } finally {
      await world.supervisor.ctl('start', program);
    }
  });
});

async function end(process: ChildProcess | undefined): Promise<void> {
  if (process === undefined || process.exitCode !== null) return;
  const ended = new Promise((resolve) => process.once('exit', resolve));
  process.kill('SIGKILL');
  await ended;
}
