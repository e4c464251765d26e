import { spawn } from 'node:child_process';
import { createHost, type Host } from './host.js';
import type { Keeper } from './keeper.js';
import { withDescendants } from './process-table.js';
import type { Random } from './random.js';
import { waitUntil } from './wait-until.js';

/** A host made of namespaces: network, processes, mounts and name of its own, on this kernel and file system. */
export interface Machine extends Host {
  readonly namespace: string;
}

/** True where namespaces can be made: as root, with iproute2 and util-linux. */
export function canMakeMachines(): boolean {
  return process.getuid?.() === 0;
}

/** Draws a private network `10.a.b.` that this machine has no route for; returns its first three numbers. */
export async function drawNetwork(random: Random, main: Host): Promise<string> {
  const { stdout } = await main.run(['ip', '-4', 'route', 'show']);
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const network = `10.${random.between(64, 250)}.${random.between(1, 250)}`;
    if (!stdout.includes(`${network}.`)) return network;
  }
  throw new Error('No unused network 10.a.b.0/24 was found in 50 draws.');
}

/**
 * Makes a machine that this one reaches at `address` (a /30 of its own: the other end is ours).
 * Its first process is a shell that does nothing but reap; when that ends, all of the machine ends.
 */
export async function createMachine(
  keeper: Keeper,
  main: Host,
  hostName: string,
  address: string,
  ourAddress: string,
): Promise<Machine> {
  const namespace = `${hostName}-${process.pid % 10000}${Math.floor(Math.random() * 1000)}`;
  const link = `v${Math.floor(Math.random() * 0xffffffff).toString(36)}`;
  await must(main, ['ip', 'netns', 'add', namespace]);
  keeper.addUndo(['ip', 'netns', 'del', namespace]);
  await must(main, ['ip', 'link', 'add', `${link}a`, 'type', 'veth', 'peer', 'name', `${link}b`]);
  keeper.addUndo(['ip', 'link', 'del', `${link}a`]);
  await must(main, ['ip', 'link', 'set', `${link}b`, 'netns', namespace, 'name', 'eth0']);
  await must(main, ['ip', 'addr', 'add', `${ourAddress}/30`, 'dev', `${link}a`]);
  await must(main, ['ip', 'link', 'set', `${link}a`, 'up']);
  await must(main, ['ip', '-n', namespace, 'addr', 'add', `${address}/30`, 'dev', 'eth0']);
  await must(main, ['ip', '-n', namespace, 'link', 'set', 'lo', 'up']);
  await must(main, ['ip', '-n', namespace, 'link', 'set', 'eth0', 'up']);

  const init = ['sh', '-c', 'hostname "$1"; while :; do sleep 3600 & wait; done', 'init', hostName];
  const spaces = ['unshare', '--mount', '--pid', '--uts', '--fork', '--mount-proc', '--kill-child=SIGKILL'];
  const child = spawn('nsenter', [`--net=/run/netns/${namespace}`, ...spaces, ...init], {
    detached: true,
    stdio: 'ignore',
    cwd: keeper.folder,
  });
  child.unref();
  const outer = child.pid ?? 0;
  keeper.addProcess(outer);
  let first: number | undefined;
  await waitUntil('the machine has its first process', async () => {
    const inner = withDescendants([outer]).filter((pid) => pid !== outer);
    first = inner.length >= 2 ? Math.min(...inner) : undefined;
    return first !== undefined;
  });
  const entry = ['nsenter', '-t', String(first), '-m', '-p', '-n', '-u', '--'];
  return { ...createHost(address, keeper, entry), namespace };
}

/** A cable between two machines. */
export async function connectMachines(
  main: Host,
  one: { readonly machine: Machine; readonly address: string },
  other: { readonly machine: Machine; readonly address: string },
): Promise<void> {
  const link = `w${Math.floor(Math.random() * 0xffffffff).toString(36)}`;
  await must(main, ['ip', 'link', 'add', `${link}a`, 'type', 'veth', 'peer', 'name', `${link}b`]);
  for (const [end, { machine, address }] of [['a', one] as const, ['b', other] as const]) {
    await must(main, ['ip', 'link', 'set', `${link}${end}`, 'netns', machine.namespace, 'name', 'eth1']);
    await must(main, ['ip', '-n', machine.namespace, 'addr', 'add', `${address}/30`, 'dev', 'eth1']);
    await must(main, ['ip', '-n', machine.namespace, 'link', 'set', 'eth1', 'up']);
  }
}

/** Runs a command that has to succeed. */
export async function must(host: Host, argv: readonly [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await host.run(argv);
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${(stderr || stdout).trim()}`);
  return stdout;
}
