import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalChannel } from '../../src/adapters/local/local-channel.js';
import { bootstrap, drawGreeting } from '../../src/adapters/runner/bootstrap.js';
import { startRunner } from '../../src/adapters/runner/runner-session.js';
import type { HostSession } from '../../src/ports.js';
import { outputOf, probe } from '../support/probe-commands.js';

const folder = mkdtempSync(join(tmpdir(), 'goodgate-runner-'));
const bare = join(folder, 'bare');
const busybox = join(folder, 'busybox');
const BARE_TOOLS =
  'cat date echo env false find head id mkdir mkfifo od printf ps rm sh sleep true wc yes'.split(' ');

mkdirSync(bare);
for (const tool of [...BARE_TOOLS, 'dash', 'bash']) {
  const file = ['/usr/bin', '/bin'].map((place) => join(place, tool)).find((path) => existsSync(path));
  if (file === undefined) throw new Error(`this machine has no ${tool}`);
  symlinkSync(file, join(bare, tool));
}
mkdirSync(busybox);
execFileSync('busybox', ['--install', '-s', busybox]);

/** A full disk, for one process tree: every write to a file fails. */
const NO_WRITING = 'trap "" XFSZ; ulimit -f 0; ';

const hosts: readonly (readonly [string, string])[] = [
  ['dash', `exec dash`],
  ['bash', `exec bash`],
  ['BusyBox alone', `PATH=${busybox}; exec ${busybox}/sh`],
  ['dash without timeout and setsid', `PATH=${bare}; exec ${bare}/dash`],
  ['dash where nothing can be written', `${NO_WRITING}exec dash`],
  ['bash where nothing can be written', `${NO_WRITING}exec bash`],
  ['BusyBox where nothing can be written', `PATH=${busybox}; ${NO_WRITING}exec ${busybox}/sh`],
  ['dash with next to nothing', `PATH=${bare}; ${NO_WRITING}exec ${bare}/dash`],
];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function openHost(prefix: string): Promise<HostSession> {
  const greeting = drawGreeting();
  const channel = openLocalChannel(`${prefix} -c '${bootstrap(greeting)}' sh`);
  const started = await startRunner(channel, { greeting, helloTimeoutMs: 10_000, trySudo: false });
  if (!started.ok) throw new Error(JSON.stringify(started.failure));
  return started.session;
}

describe.each(hosts)('the shell runner on %s', (_name, prefix) => {
  let session: HostSession;
  beforeAll(async () => {
    session = await openHost(prefix);
  });
  afterAll(() => session.close());

  it('tells exit status, output and error output apart, and a command that is not there', async () => {
    const speaks = probe(['sh', '-c', 'echo "it is"; echo \'not\' >&2; exit "$1"', 'goodgate', '7']);
    const absent = probe(['goodgate-no-such-command', 'x']);
    const nowhere = probe(['/goodgate/no/such/file']);
    const results = await session.run([speaks, absent, nowhere]);
    expect(outputOf(results, speaks)).toEqual({
      exitCode: 7,
      stdout: 'it is\n',
      stderr: 'not\n',
      truncated: false,
      timedOut: false,
    });
    expect(outputOf(results, absent).exitCode).toBe(127);
    expect(outputOf(results, absent).stderr).toContain('goodgate-no-such-command');
    expect(outputOf(results, nowhere).exitCode).toBe(127);
  });

  it('hands every argument on unchanged', async () => {
    const values = [
      `it's "quoted" and \\ slashed \\n`,
      'two\nlines\n\n',
      '$(touch /tmp/goodgate-owned)`id`$HOME;&|<>*?[a]~',
      'grüße 聁 😀 \u0081\u0088',
      '--help',
      '-n',
      '',
      ' ',
      '  spaced\t',
      '%s%n',
      '=',
      '%',
      '\r\n',
      '!history',
      'x'.repeat(10_240),
      'ü\n'.repeat(3_000),
      ['$', '{1}'].join(''),
      "'",
    ];
    const all = probe(['printf', '[%s]', ...values], { capBytes: 1_000_000 });
    const one = probe(['sh', '-c', `printf '%s|' "$@" 'it'"'"'s'`, 'goodgate', ...values], {
      capBytes: 1_000_000,
    });
    const results = await session.run([all, one]);
    expect(outputOf(results, all).stdout).toBe(values.map((value) => `[${value}]`).join(''));
    expect(outputOf(results, one).stdout).toBe([...values, "it's"].map((value) => `${value}|`).join(''));
  });

  it('hands any text on unchanged', async () => {
    const text = fc
      .string({ unit: 'binary', maxLength: 60 })
      .filter((value) => !value.includes('\0') && value === Buffer.from(value).toString());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(text, { maxLength: 5 }), { minLength: 1, maxLength: 12 }),
        async (lists) => {
          const commands = lists.map((list) => probe(['printf', '<%s>', ...list]));
          const results = await session.run(commands);
          lists.forEach((list, index) => {
            const expected = list.length === 0 ? '<>' : list.map((value) => `<${value}>`).join('');
            expect(outputOf(results, commands[index] ?? probe([])).stdout).toBe(expected);
          });
        },
      ),
      { numRuns: 12 },
    );
  });

  it('keeps binary output, and nothing that a probe prints passes for a frame', async () => {
    const binary = probe(['printf', 'a\\000b\\001\\033[31m']);
    const forged = probe([
      'printf',
      '\\nGG x end\\nGG 00000000 batch 1\\n1 d 0 1.00 1.00 0 0\\ngoodgate/1 00000000000000000000000000000000 0 yes 0 root\\n',
    ]);
    const after = probe(['echo', 'after']);
    const results = await session.run([binary, forged, after]);
    expect(outputOf(results, binary).stdout).toBe('a\0b\u0001\u001b[31m');
    expect(outputOf(results, forged).stdout).toContain('\nGG x end\nGG 00000000 batch 1\n');
    expect(outputOf(results, after).stdout).toBe('after\n');
  });

  it('ends what hangs, with all that it started, and what never stops printing', async () => {
    const mark = `98${Math.floor(Math.random() * 1e6)}.5`;
    const hangs = probe(['sleep', mark], { timeoutMs: 400 });
    const family = probe(['sh', '-c', 'sleep "$1" & sleep "$1"; echo never', 'goodgate', mark], {
      timeoutMs: 400,
    });
    const prints = probe(['yes', 'goodgate'], { capBytes: 1_000 });
    const complains = probe(['sh', '-c', 'yes no >&2'], { timeoutMs: 400 });
    const results = await session.run([hangs, family, prints, complains]);
    expect(outputOf(results, hangs)).toMatchObject({ exitCode: null, timedOut: true, truncated: false });
    expect(outputOf(results, family)).toMatchObject({ exitCode: null, stdout: '', timedOut: true });
    expect(outputOf(results, prints)).toMatchObject({
      truncated: true,
      timedOut: false,
      stdout: 'goodgate\n'.repeat(112).slice(0, 1_000),
    });
    expect(outputOf(results, complains).stderr.length).toBeLessThanOrEqual(4_096);
    expect(processesWith(mark)).toEqual([]);
  });

  it('tells exactly as much as the cap from more than the cap', async () => {
    const exact = probe(['printf', '12345'], { capBytes: 5 });
    const more = probe(['printf', '123456'], { capBytes: 5 });
    const results = await session.run([exact, more]);
    expect(outputOf(results, exact)).toMatchObject({ stdout: '12345', truncated: false, exitCode: 0 });
    expect(outputOf(results, more)).toMatchObject({ stdout: '12345', truncated: true });
  });

  it('runs 40 commands, round after round, in one channel', async () => {
    for (let round = 0; round < 3; round += 1) {
      const commands = Array.from({ length: 40 }, (_, index) => probe(['echo', `${round}.${index}`]));
      const results = await session.run(commands);
      expect(commands.map((command) => outputOf(results, command).stdout)).toEqual(
        commands.map(({ argv }) => `${argv[1]}\n`),
      );
    }
    expect(session.counts()).toEqual({ connections: 1, channels: 1 });
  });

  it('runs in the C locale, with the administrator’s folders on PATH and nothing to read', async () => {
    const facts = probe(['sh', '-c', 'echo "$LC_ALL $PATH"; cat']);
    const results = await session.run([facts]);
    expect(outputOf(results, facts).stdout).toMatch(/^C .*:\/usr\/sbin:\/sbin:/);
  });

  it('answers what no program can be started with', async () => {
    const commands = [probe([]), probe(['']), probe(['-c', 'id']), probe(['echo', 'a\0b'])];
    const results = await session.run(commands);
    expect(commands.map((command) => outputOf(results, command).exitCode)).toEqual([127, 127, 127, 127]);
  });

  it('leaves nothing behind', async () => {
    // What a runner left that somebody killed hard, before this test, is not this one's.
    const stood = new Set(leftFolders());
    const own = await openHost(prefix);
    const slow = probe(['sleep', '2.125']);
    const round = own.run([slow]);
    await own.close();
    await round;
    await expect.poll(() => processesWith('2.125'), { timeout: 5_000 }).toEqual([]);
    await session.close();
    session = await openHost(prefix);
    await session.run([probe(['true'])]);
    await session.close();
    await expect.poll(() => leftFolders().filter((name) => !stood.has(name)), { timeout: 5_000 }).toEqual([]);
    session = await openHost(prefix);
  });
});

/** Command lines of running processes that hold `text` as an argument. */
function processesWith(text: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (argv[0] !== undefined && !argv[0].includes('node') && argv.includes(text))
        found.push(argv.join(' '));
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** Folders of runners that no longer live: a living one belongs to another test. */
function leftFolders(): string[] {
  return readdirSync('/dev/shm').filter(
    (name) => name.startsWith('.goodgate-') && !inUse(join('/dev/shm', name)),
  );
}

function inUse(path: string): boolean {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
        if (readlinkSync(`/proc/${pid}/fd/${descriptor}`).startsWith(path)) return true;
      }
    } catch {
      // It ended while we looked.
    }
  }
  return false;
}
