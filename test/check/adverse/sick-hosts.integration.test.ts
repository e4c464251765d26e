import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../../playground/world/world.js';
import type { Diagnosis, NotChecked } from '../../../src/domain/diagnosis.js';
import { expectHarmless, goodgate, missingOf, resultOf } from './support/goodgate.js';
import {
  busyboxTools,
  openDoor,
  ordinaryAccount,
  type SickHost,
  SYSTEM_PATH,
  standIns,
} from './support/sick-hosts.js';

let world: World;
let healthyDoor: SickHost;

beforeAll(async () => {
  world = await startWorld({ layout: 'machine', seed: 20_261_120 });
  healthyDoor = await openDoor(world);
});
afterAll(() => world.stop());

async function check(door: SickHost, more: readonly string[] = [], user?: string): Promise<Diagnosis> {
  const argv = ['check', '--url', world.url, ...door.argv(user), '--format', 'json', ...more];
  return resultOf(await goodgate(argv));
}

function reasonsOf(diagnosis: Diagnosis): Record<string, NotChecked['reason']> {
  return Object.fromEntries(diagnosis.notChecked.map(({ probe, reason }) => [probe, reason]));
}

/** The rest of the check arrived: the request was followed to its backend. */
function expectTheRest(diagnosis: Diagnosis): void {
  expect(diagnosis).toMatchObject({ verdict: 'healthy', httpStatus: 200 });
  expect(diagnosis.path).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ hop: 'nginx', state: 'ok' }),
      expect.objectContaining({ hop: 'upstream', state: 'ok' }),
    ]),
  );
}

const TOOLS = ['supervisorctl', 'docker', 'ss', 'df', 'nft'];

describe('a host whose programs do not do what they should', () => {
  it('hang: the check goes on without them, and says which', async () => {
    const folder = standIns(world, TOOLS, 'sleep 100000');
    const diagnosis = await check(
      await openDoor(world, { settings: [`SetEnv PATH=${folder}:${SYSTEM_PATH}`] }),
    );
    expectTheRest(diagnosis);
    expect(reasonsOf(diagnosis)).toMatchObject({
      'supervisor.status': 'timeout',
      'docker.containers': 'timeout',
      'net.filter': 'timeout',
    });
    expect(diagnosis.durationMs).toBeLessThan(30_000);
  });

  it('print without end: they are ended at their caps, and the host keeps its memory', async () => {
    const folder = standIns(world, TOOLS, 'exec yes "$0 $0 $0 $0 $0 $0"');
    const diagnosis = await check(
      await openDoor(world, { settings: [`SetEnv PATH=${folder}:${SYSTEM_PATH}`] }),
    );
    expectTheRest(diagnosis);
    expect(reasonsOf(diagnosis)).toMatchObject({
      'supervisor.status': 'truncated',
      'docker.containers': 'truncated',
      'host.disk': 'truncated',
    });
  });

  it('print bytes that are no text: what they said is unknown', async () => {
    const folder = standIns(world, TOOLS, 'exec head -c 100000 /dev/urandom');
    const door = await openDoor(world, { settings: [`SetEnv PATH=${folder}:${SYSTEM_PATH}`] });
    const diagnosis = await check(door);
    expectTheRest(diagnosis);
    expect(reasonsOf(diagnosis)).toMatchObject({
      'docker.containers': 'unparseable',
      'host.disk': 'unparseable',
    });
    const text = await goodgate(['check', '--url', world.url, ...door.argv(), '--verbose']);
    expectHarmless(text);
    expect(text.code).toBe(0);
  });

  it('answer in another language: nothing is misread', async () => {
    const words =
      'echo "Fehler: Zugriff verweigert – 权限被拒绝（13）"; echo "Dateisystem 1K-Blöcke Benutzt"; exit 1';
    const folder = standIns(world, TOOLS, words);
    const diagnosis = await check(
      await openDoor(world, { settings: [`SetEnv PATH=${folder}:${SYSTEM_PATH}`] }),
    );
    expectTheRest(diagnosis);
    expect(diagnosis.causes).toEqual([]);
    expect(missingOf(diagnosis, 'host.disk')).toHaveLength(1);
  });

  it('is a host with a foreign locale: the same is seen as without', async () => {
    const settings = ['SetEnv LANG=de_DE.UTF-8 LC_ALL=zh_CN.UTF-8 LANGUAGE=de TZ=Asia/Shanghai'];
    const [foreign, plain] = [await check(await openDoor(world, { settings })), await check(healthyDoor)];
    expectTheRest(foreign);
    expect(foreign.path.map(({ hop, state }) => [hop, state])).toEqual(
      plain.path.map(({ hop, state }) => [hop, state]),
    );
    expect(reasonsOf(foreign)).toEqual(reasonsOf(plain));
  });
});

describe('a host of another make', () => {
  it('has BusyBox and nothing else: what it can show is shown', async () => {
    const tools = busyboxTools(world);
    const passwd = join(tools, 'passwd');
    const accounts = readFileSync('/etc/passwd', 'utf8');
    writeFileSync(passwd, accounts.replace(/^(root:.*):[^:]*$/mu, '$1:/bin/sh'));
    const before = [
      `mount --bind ${passwd} /etc/passwd`,
      `mount --bind ${tools} /usr/bin`,
      ...['sbin', 'local/bin', 'local/sbin'].map((place) => `/usr/bin/mount --bind ${tools} /usr/${place}`),
    ];
    const diagnosis = await check(await openDoor(world, { before: before.join('\n') }));
    expectTheRest(diagnosis);
    expect(reasonsOf(diagnosis)['net.filter']).toBe('command-not-found');
  });

  it('has no nginx: the check says so, and what else it saw', async () => {
    const before = 'mount --bind /dev/null /usr/sbin/nginx';
    const diagnosis = await check(await openDoor(world, { before }));
    expect(diagnosis.httpStatus).toBe(200);
    // What stands in nginx's place here is a device: "not there" and "may not be run" are both true of it.
    expect(missingOf(diagnosis, 'nginx.dump')).toEqual([
      expect.objectContaining({
        reason: expect.stringMatching(/^(command-not-found|permission-denied)$/),
        says: expect.stringContaining('nginx'),
      }),
    ]);
  });

  it('allows one session at a time: one connection and one channel are enough', async () => {
    const diagnosis = await check(await openDoor(world, { settings: ['MaxSessions 1'] }));
    expectTheRest(diagnosis);
    expect(diagnosis.hosts).toEqual([expect.objectContaining({ connections: 1, channels: 1 })]);
  });
});

describe('an ordinary account', () => {
  it('sees what it may; configuration, logs and sudo that are denied are named', async () => {
    chmodSync(world.paths.siteConf, 0o600);
    chmodSync(world.paths.errorLog, 0o600);
    try {
      const account = ordinaryAccount(world);
      const diagnosis = await check(healthyDoor, ['--sudo'], account);
      expect(diagnosis.httpStatus).toBe(200);
      expect(diagnosis.hosts).toEqual([expect.objectContaining({ user: account, root: false })]);
      expect(reasonsOf(diagnosis)).toMatchObject({
        sudo: 'permission-denied',
        'nginx.dump': 'permission-denied',
        'nginx.errorLog': 'permission-denied',
        'kernel.log': 'permission-denied',
      });
      expect(missingOf(diagnosis, 'sudo')[0]).toMatchObject({
        says: expect.stringContaining(account),
        remedy: expect.stringContaining('NOPASSWD'),
      });
      const text = await goodgate(['check', '--url', world.url, ...healthyDoor.argv(account)]);
      expectHarmless(text);
      expect(text.out).toContain('permission denied');
    } finally {
      chmodSync(world.paths.siteConf, 0o644);
      chmodSync(world.paths.errorLog, 0o644);
    }
  });

  it('is not told that the service is well, nor that nginx is at fault, when it sees a 502 and nothing else', async () => {
    const account = ordinaryAccount(world);
    chmodSync(world.paths.siteConf, 0o600);
    await world.supervisor.ctl('stop', 'all');
    try {
      const diagnosis = await check(healthyDoor, [], account);
      expect(diagnosis.httpStatus).toBe(502);
      expect(['inconclusive', 'root-cause']).toContain(diagnosis.verdict);
      expect(
        diagnosis.causes.filter(({ certainty }) => certainty === 'proven').map(({ id }) => id),
      ).not.toContain('proxy-config-invalid');
    } finally {
      chmodSync(world.paths.siteConf, 0o644);
      await world.heal();
    }
  });
});
