/**
 * What looking at a host costs: the same 40 read-only commands through goodgate's runner, ansible, and three ways of
 * ssh, alternately against one private sshd; then with 50 ms of added round trip; then the memory that 1 GiB of output takes.
 *
 * `node dist/bench/probes.js [ROUNDS]`
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHostRunner } from '../src/adapters/host-runner.js';
import type { ProbeCommand } from '../src/domain/evidence.js';
import type { Host } from '../src/domain/host.js';
import { startDelayRelay } from '../test/support/delay-relay.js';
import { type Sshd, startSshd } from '../test/support/sshd.js';

const COMMANDS: readonly (readonly string[])[] = [
  ...[
    'loadavg',
    'meminfo',
    'stat',
    'uptime',
    'version',
    'mounts',
    'swaps',
    'vmstat',
    'cpuinfo',
    'filesystems',
  ],
  ...['cmdline', 'partitions', 'diskstats', 'interrupts', 'net/dev', 'net/tcp', 'net/route', 'net/sockstat'],
  ...['sys/fs/file-nr', 'sys/kernel/hostname', 'sys/kernel/pid_max', 'sys/net/core/somaxconn', 'self/limits'],
]
  .map((name) => ['cat', `/proc/${name}`])
  .concat([
    ['ss', '-tlnp'],
    ['ss', '-s'],
    ['df', '-P'],
    ['df', '-Pi'],
    ['ps', '-eo', 'pid,ppid,stat,rss,etime,comm'],
    ['uname', '-a'],
    ['id'],
    ['date', '+%s'],
    ['hostname'],
    ['getent', 'hosts', 'localhost'],
    ['getent', 'passwd', 'root'],
    ['cat', '/etc/os-release'],
    ['cat', '/etc/resolv.conf'],
    ['ls', '-l', '/etc/nginx'],
    ['ls', '-l', '/var/log'],
    ['stat', '/tmp'],
    ['nproc'],
  ]);

const ADDED_MS = 50;
const GIB = 1024 ** 3;
const self = fileURLToPath(import.meta.url);

function hostAt(port: number, keyFile: string, hostKey: string, user: string): Host {
  const transport = { kind: 'ssh', address: '127.0.0.1', port, user, keyFile, hostKeys: [hostKey] } as const;
  return { alias: 'bench', sudo: false, transport };
}

async function runGoodgate(host: Host): Promise<void> {
  const opened = await createHostRunner().open(host, { connectTimeoutMs: 20_000 });
  if (!opened.ok) throw new Error(opened.failure.says);
  const commands = COMMANDS.map((argv, index): ProbeCommand => {
    return { id: String(index), kind: 'bench', argv, timeoutMs: 10_000, capBytes: 1_000_000 };
  });
  const results = await opened.session.run(commands);
  const answered = [...results.values()].filter(({ state }) => state === 'answered').length;
  if (answered !== COMMANDS.length) throw new Error(`${answered} of ${COMMANDS.length} answered`);
  await opened.session.close();
}

function runProgram(
  program: string,
  args: readonly string[],
  input = '',
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'pipe', env: { ...process.env, ...env } });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('latin1');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString('latin1');
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ended with ${code}: ${output.slice(-2000)}`));
    });
  });
}

interface Way {
  readonly name: string;
  run(): Promise<void>;
}

function sshArgs(sshd: Sshd, knownHosts: string, port: number): string[] {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
    'IdentitiesOnly=yes',
  ];
  return [
    '-F',
    '/dev/null',
    '-p',
    String(port),
    '-i',
    sshd.keyFile,
    ...options.flatMap((option) => ['-o', option]),
    `${sshd.user}@127.0.0.1`,
  ];
}

/** Commands whose files some machines lack (/etc/nginx) may fail; that is their answer. */
const LINES = COMMANDS.map((argv) => `${argv.join(' ')} || :`);

function waysTo(sshd: Sshd, folder: string): Way[] {
  const ssh = sshArgs(sshd, sshd.knownHostsFile, sshd.port);
  const master = join(folder, 'm');
  let turn = 0;
  return [
    { name: 'goodgate', run: () => runGoodgate(hostAt(sshd.port, sshd.keyFile, sshd.hostKey, sshd.user)) },
    {
      name: 'goodgate, whole process',
      run: async () => {
        await runProgram(process.execPath, [
          self,
          '--once',
          String(sshd.port),
          sshd.keyFile,
          sshd.hostKey,
          sshd.user,
        ]);
      },
    },
    {
      name: 'ssh host sh -s',
      run: async () => void (await runProgram('ssh', [...ssh, 'sh', '-s'], LINES.join('\n'))),
    },
    {
      name: 'ssh with ControlMaster',
      run: async () => {
        const shared = ['-o', `ControlPath=${master}`];
        await runProgram('ssh', ['-o', 'ControlMaster=yes', ...shared, '-fN', ...ssh]);
        for (const line of LINES) await runProgram('ssh', [...shared, ...ssh, line]);
        await runProgram('ssh', ['-O', 'exit', ...shared, ...ssh]);
      },
    },
    {
      name: 'ssh one by one',
      run: async () => {
        for (const line of LINES) await runProgram('ssh', [...ssh, line]);
      },
    },
    {
      name: 'ansible-playbook, pipelining',
      run: async () => {
        turn += 1;
        await runAnsible(sshd, folder, turn);
      },
    },
  ];
}

async function runAnsible(sshd: Sshd, folder: string, turn: number): Promise<void> {
  const tasks = COMMANDS.map((argv) => ({ command: { argv }, changed_when: false, failed_when: false }));
  const playbook = join(folder, 'playbook.json');
  writeFileSync(playbook, JSON.stringify([{ hosts: 'all', gather_facts: false, tasks }]));
  const inventory = join(folder, 'inventory');
  const variables = [
    'ansible_host=127.0.0.1',
    `ansible_port=${sshd.port}`,
    `ansible_user=${sshd.user}`,
    `ansible_ssh_private_key_file=${sshd.keyFile}`,
    `ansible_ssh_common_args='-F /dev/null -o UserKnownHostsFile=${sshd.knownHostsFile} -o IdentitiesOnly=yes'`,
    'ansible_python_interpreter=/usr/bin/python3',
  ];
  writeFileSync(inventory, `bench ${variables.join(' ')}\n`);
  await runProgram('ansible-playbook', ['-i', inventory, playbook], '', {
    ANSIBLE_PIPELINING: 'True',
    ANSIBLE_LOCALHOST_WARNING: 'False',
    // A folder of its own for each turn: every way starts cold.
    ANSIBLE_SSH_CONTROL_PATH_DIR: join(folder, `cp${turn}`),
    ANSIBLE_SSH_ARGS: '-o ControlMaster=auto -o ControlPersist=2s',
    ANSIBLE_LOCAL_TEMP: join(folder, 'ansible'),
  });
}

async function timed(run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (upper + lower) / 2;
}

function range(values: readonly number[]): string {
  return `${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)}`;
}

async function compareWays(sshd: Sshd, folder: string, rounds: number): Promise<void> {
  const ways = waysTo(sshd, folder);
  const times = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, run } of ways) times.get(name)?.push(await timed(run));
  }
  const own = median(times.get('goodgate') ?? []);
  console.log(`${COMMANDS.length} commands on one host, cold, ${rounds} rounds, ways alternating\n`);
  console.log(
    `${'way'.padEnd(32)}${'median ms'.padStart(10)}${'min–max ms'.padStart(16)}${'× goodgate'.padStart(12)}`,
  );
  for (const [name, values] of times) {
    const ratio = (median(values) / own).toFixed(2);
    console.log(
      `${name.padEnd(32)}${median(values).toFixed(0).padStart(10)}${range(values).padStart(16)}${ratio.padStart(12)}`,
    );
  }
  const plain = own / median(times.get('ssh host sh -s') ?? []);
  const ansible = median(times.get('ansible-playbook, pipelining') ?? []) / own;
  console.log(`\ngoodgate / ssh host sh -s = ${plain.toFixed(2)} (goal: at most 1.30)`);
  console.log(`ansible / goodgate = ${ansible.toFixed(1)} (goal: at least 12)`);
}

async function countRoundTrips(sshd: Sshd, folder: string, rounds: number): Promise<void> {
  const near = await startDelayRelay({ port: sshd.port }, 0);
  const far = await startDelayRelay({ port: sshd.port }, ADDED_MS);
  const knownHosts = join(folder, 'relays');
  writeFileSync(knownHosts, [near, far].map(({ port }) => `[127.0.0.1]:${port} ${sshd.hostKey}\n`).join(''));
  const goodgate = (port: number) =>
    timed(() => runGoodgate(hostAt(port, sshd.keyFile, sshd.hostKey, sshd.user)));
  const plain = (port: number) =>
    timed(
      async () =>
        void (await runProgram('ssh', [...sshArgs(sshd, knownHosts, port), 'sh', '-s'], LINES.join('\n'))),
    );
  console.log(`\nwith ${ADDED_MS} ms of added round trip, cold, median of ${rounds}`);
  for (const [name, run] of [['goodgate', goodgate] as const, ['ssh host sh -s', plain] as const]) {
    const base: number[] = [];
    const delayed: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      base.push(await run(near.port));
      delayed.push(await run(far.port));
    }
    const growth = median(delayed) - median(base);
    const trips = (growth / ADDED_MS).toFixed(1);
    console.log(
      `${name.padEnd(32)}${median(base).toFixed(0)} -> ${median(delayed).toFixed(0)} ms: ${trips} round trips`,
    );
  }
  console.log(
    '(goal: at most 9; from connecting to having closed; TCP’s own handshake is not delayed by the relay)',
  );
  await near.close();
  await far.close();
}

async function checkOneSession(): Promise<void> {
  const sshd = await startSshd(['MaxSessions 1']);
  try {
    await runGoodgate(hostAt(sshd.port, sshd.keyFile, sshd.hostKey, sshd.user));
    console.log(`\nMaxSessions 1: ${COMMANDS.length} of ${COMMANDS.length} answered`);
  } finally {
    await sshd.stop();
  }
}

async function floodOnce(host: Host): Promise<void> {
  const opened = await createHostRunner().open(host, { connectTimeoutMs: 20_000 });
  if (!opened.ok) throw new Error(opened.failure.says);
  const base = { kind: 'bench', timeoutMs: 30_000, capBytes: 1_000_000 } as const;
  await opened.session.run([{ ...base, id: 'warm', argv: ['echo', 'warm'] }]);
  const before = process.resourceUsage().maxRSS;
  const started = performance.now();
  const results = await opened.session.run([
    { ...base, id: 'flood', argv: ['head', '-c', String(GIB), '/dev/zero'] },
  ]);
  const elapsed = performance.now() - started;
  const flood = results.get('flood');
  const grown = (process.resourceUsage().maxRSS - before) / 1024;
  const ended =
    flood?.state === 'answered' && flood.output.truncated && flood.output.stdout.length === 1_000_000;
  console.log(
    `a probe that prints 1 GiB: ${ended ? 'ended at its cap' : 'NOT ended at its cap'} after ${elapsed.toFixed(0)} ms; peak memory +${grown.toFixed(1)} MiB (goal: less than 64)`,
  );
  await opened.session.close();
}

async function main(args: readonly string[]): Promise<void> {
  const [mode, port, keyFile = '', hostKey = '', user = ''] = args;
  if (mode === '--once') return runGoodgate(hostAt(Number(port), keyFile, hostKey, user));
  if (mode === '--flood') return floodOnce(hostAt(Number(port), keyFile, hostKey, user));
  const rounds = Math.max(1, Number(mode ?? 5));
  const folder = mkdtempSync(join(tmpdir(), 'gg-'));
  const sshd = await startSshd();
  try {
    await compareWays(sshd, folder, rounds);
    await countRoundTrips(sshd, folder, rounds);
    await checkOneSession();
    process.stdout.write(
      await runProgram(process.execPath, [
        self,
        '--flood',
        String(sshd.port),
        sshd.keyFile,
        sshd.hostKey,
        sshd.user,
      ]),
    );
  } finally {
    await sshd.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main(process.argv.slice(2));
