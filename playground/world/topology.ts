import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from './host.js';
import type { Keeper } from './keeper.js';
import { connectMachines, createMachine, drawNetwork, must } from './machine.js';
import type { Names } from './names.js';
import type { Daemon } from './nginx.js';
import type { Paths } from './paths.js';
import type { Random } from './random.js';
import { createSmallDaemon } from './small-daemon.js';
import { pause } from './wait-until.js';
import type { Layout, Ports, WorldHost } from './world-types.js';

/** Which hosts there are and how the proxy finds the backend. */
export interface Sites {
  readonly proxy: Host;
  readonly backend: Host;
  /** The address at which the backend listens. */
  readonly backendAddress: string;
  /** What nginx's upstream says: an address or a name. */
  readonly backendName: string;
  readonly nginxLines: readonly string[];
  readonly nameServer: Daemon | undefined;
  readonly hosts: readonly Omit<WorldHost, 'ssh'>[];
}

export interface SitePlan {
  readonly keeper: Keeper;
  readonly main: Host;
  readonly random: Random;
  readonly names: Names;
  readonly paths: Paths;
  readonly ports: Ports;
}

export async function layOutSites(layout: Layout, plan: SitePlan): Promise<Sites> {
  if (layout === 'machine') return oneMachine(plan);
  if (layout === 'two-hosts') return twoMachines(plan);
  return {
    proxy: plan.main,
    backend: plan.main,
    backendAddress: '127.0.0.1',
    backendName: layout === 'onlyoffice' ? 'localhost' : '127.0.0.1',
    nginxLines: [],
    nameServer: undefined,
    hosts: [{ alias: plan.names.host, roles: ['proxy', 'backend'], host: plan.main }],
  };
}

async function oneMachine({ keeper, main, random, names, paths }: SitePlan): Promise<Sites> {
  const network = await drawNetwork(random, main);
  const address = `${network}.2`;
  const machine = await createMachine(keeper, main, names.host, address, `${network}.1`);
  const backendAddress = `${network}.66`;
  await must(machine, ['ip', 'addr', 'add', `${backendAddress}/32`, 'dev', 'lo']);
  mkdirSync(join(paths.zoneFile, '..'), { recursive: true });
  writeFileSync(
    paths.zoneFile,
    `${names.backendName} ${backendAddress}\n${names.host}.internal ${address}\n`,
  );
  const resolvConf = join(paths.zoneFile, '../resolv.conf');
  const hostsFile = join(paths.zoneFile, '../hosts');
  writeFileSync(resolvConf, `nameserver ${address}\noptions timeout:1 attempts:1\n`);
  writeFileSync(hostsFile, `127.0.0.1 localhost\n::1 localhost\n${address} ${names.host}\n`);
  await must(machine, ['mount', '--bind', resolvConf, '/etc/resolv.conf']);
  await must(machine, ['mount', '--bind', hostsFile, '/etc/hosts']);
  const command = [
    process.execPath,
    join(paths.appFolder, 'nameserver.js'),
    address,
    '53',
    paths.zoneFile,
  ] as const;
  const nameServer = createSmallDaemon(machine, [...command], join(paths.zoneFile, '../log'), async () => {
    await pause(100);
    return (await machine.run(['getent', 'ahostsv4', names.backendName])).stdout.includes(backendAddress);
  });
  return {
    proxy: machine,
    backend: machine,
    backendAddress,
    backendName: names.backendName,
    nginxLines: [`resolver ${address} valid=10s ipv6=off;`, 'resolver_timeout 2s;'],
    nameServer,
    hosts: [{ alias: names.host, roles: ['proxy', 'backend'], host: machine }],
  };
}

async function twoMachines({ keeper, main, random, names }: SitePlan): Promise<Sites> {
  const network = await drawNetwork(random, main);
  const proxy = await createMachine(keeper, main, names.host, `${network}.2`, `${network}.1`);
  const backend = await createMachine(keeper, main, names.backendHost, `${network}.6`, `${network}.5`);
  const backendAddress = `${network}.10`;
  await connectMachines(
    main,
    { machine: proxy, address: `${network}.9` },
    { machine: backend, address: backendAddress },
  );
  return {
    proxy,
    backend,
    backendAddress,
    backendName: backendAddress,
    nginxLines: [],
    nameServer: undefined,
    hosts: [
      { alias: names.host, roles: ['proxy'], host: proxy },
      { alias: names.backendHost, roles: ['backend'], host: backend },
    ],
  };
}
