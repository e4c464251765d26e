import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHostRunner, type HostRunnerOptions } from '../../src/adapters/host-runner.js';
import { openLocalChannel } from '../../src/adapters/local/local-channel.js';
import { bootstrap, dockerCommand, drawGreeting, shellCommand } from '../../src/adapters/runner/bootstrap.js';
import { startRunner } from '../../src/adapters/runner/runner-session.js';
import type { Host, HostFailure, SshTransport } from '../../src/domain/host.js';
import type { HostSession } from '../../src/ports.js';
import { startDelayRelay } from '../support/delay-relay.js';
import { outputOf, probe } from '../support/probe-commands.js';
import { freePort, type Sshd, startSshd } from '../support/sshd.js';

/** Those of them that this machine has. */
const LOGIN_SHELLS = [
  '/bin/sh',
  '/bin/bash',
  '/bin/dash',
  '/usr/bin/tcsh',
  '/usr/bin/fish',
  '/usr/bin/zsh',
  '/usr/bin/mksh',
];

const home = mkdtempSync(join(tmpdir(), 'goodgate-home-'));
const emptyHome = { home, configFile: join(home, '.ssh', 'config') };
let sshd: Sshd;

beforeAll(async () => {
  mkdirSync(join(home, '.ssh'), { mode: 0o700 });
  sshd = await startSshd(['MaxSessions 1', 'MaxAuthTries 6']);
});
afterAll(async () => {
  await sshd.stop();
  rmSync(home, { recursive: true, force: true });
});

function hostAt(server: Sshd, transport: Partial<SshTransport> = {}): Host {
  const way: SshTransport = {
    kind: 'ssh',
    address: '127.0.0.1',
    port: server.port,
    user: server.user,
    keyFile: server.keyFile,
    knownHostsFile: server.knownHostsFile,
    ...transport,
  };
  return { alias: 'docs-1', sudo: false, transport: way };
}

async function open(
  host: Host,
  options: HostRunnerOptions = {},
  connectTimeoutMs = 8_000,
): Promise<HostSession> {
  const opened = await createHostRunner({ sshEnvironment: emptyHome, ...options }).open(host, {
    connectTimeoutMs,
  });
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  return opened.session;
}

async function failureOf(
  host: Host,
  options: HostRunnerOptions = {},
  connectTimeoutMs = 8_000,
): Promise<HostFailure> {
  const opened = await createHostRunner({ sshEnvironment: emptyHome, ...options }).open(host, {
    connectTimeoutMs,
  });
  if (opened.ok) {
    await opened.session.close();
    throw new Error('it connected');
  }
  return opened.failure;
}

async function login(session: HostSession): Promise<string> {
  const command = probe(['id', '-un']);
  const results = await session.run([command]);
  await session.close();
  return outputOf(results, command).stdout.trim();
}

describe('a host over SSH', () => {
  it('runs three rounds of 40 commands in one channel, where the server allows one session', async () => {
    const session = await open(hostAt(sshd));
    for (let round = 0; round < 3; round += 1) {
      const commands = Array.from({ length: 40 }, (_, index) => probe(['echo', `${round}.${index}`]));
      const seen: string[] = [];
      const results = await session.run(commands, (command) => seen.push(command.id));
      expect(commands.map((command) => outputOf(results, command).stdout)).toEqual(
        commands.map(({ argv }) => `${argv[1]}\n`),
      );
      expect(seen.sort()).toEqual(commands.map(({ id }) => id).sort());
    }
    expect(session.counts()).toEqual({ connections: 1, channels: 1 });
    expect(session.account()).toMatchObject({ user: sshd.user, sudo: 'not-asked' });
    await session.close();
  });

  it.each(LOGIN_SHELLS.filter(installed))('does not mind the login shell %s', (shell) => {
    // What sshd does: the account's shell is given the command with -c.
    const greeting = drawGreeting();
    for (const command of [
      shellCommand('none', greeting),
      shellCommand('sudo', greeting),
      dockerCommand('docs', 'none', greeting),
      dockerCommand('docs', 'sudo', greeting),
    ]) {
      expect(command).not.toMatch(/[\n\\!]/);
    }
    const said = execFileSync(shell, ['-c', shellCommand('none', greeting)], { input: '', encoding: 'utf8' });
    expect(said).toMatch(/^goodgate\/1 [0-9a-f]{16} \S{32,} \d+ not-asked \d+ \S+\n$/);
  });

  it('keeps what was answered before the connection was cut, and calls the rest lost', async () => {
    const relay = await startDelayRelay({ port: sshd.port });
    const session = await open(hostAt(sshd, { port: relay.port, hostKeys: [sshd.hostKey] }));
    const quick = probe(['echo', 'quick']);
    const slow = probe(['sleep', '2.25']);
    const results = await session.run([quick, slow], (command) => {
      if (command.id === quick.id) relay.cut();
    });
    expect(outputOf(results, quick).stdout).toBe('quick\n');
    expect(results.get(slow.id)).toMatchObject({ state: 'lost' });
    await expect.poll(() => running('sleep 2.25')).toBe(false);
    const later = probe(['echo', 'later']);
    expect((await session.run([later])).get(later.id)).toMatchObject({ state: 'lost' });
    await session.close();
    await relay.close();
  });

  it('gives a host up that froze in the middle', async () => {
    const relay = await startDelayRelay({ port: sshd.port });
    const session = await open(hostAt(sshd, { port: relay.port, hostKeys: [sshd.hostKey] }));
    relay.freeze();
    const command = probe(['echo', 'unheard'], { timeoutMs: 200 });
    expect((await session.run([command])).get(command.id)).toMatchObject({ state: 'lost' });
    await session.close();
    await relay.close();
  }, 20_000);

  it('ends what still runs on the host when the session is closed', async () => {
    const session = await open(hostAt(sshd));
    const slow = probe(['sleep', '29.375'], { timeoutMs: 30_000 });
    const round = session.run([slow]);
    await expect.poll(() => running('sleep 29.375')).toBe(true);
    await session.close();
    expect((await round).get(slow.id)).toMatchObject({ state: 'lost' });
    await expect.poll(() => running('sleep 29.375'), { timeout: 4_000 }).toBe(false);
  });

  it('takes no more memory for 1 GiB of output than its cap asks for', async () => {
    const limit = 64 * 1024 * 1024;
    const session = await open(hostAt(sshd));
    const flood = probe(['head', '-c', String(1024 ** 3), '/dev/zero'], {
      capBytes: 1_000_000,
      timeoutMs: 20_000,
    });
    const before = process.memoryUsage();
    let peak = 0;
    const watch = setInterval(() => {
      const { rss, arrayBuffers } = process.memoryUsage();
      peak = Math.max(peak, rss - before.rss, arrayBuffers - before.arrayBuffers);
    }, 5);
    const results = await session.run([flood]);
    clearInterval(watch);
    await session.close();
    expect(outputOf(results, flood)).toMatchObject({ truncated: true, exitCode: null, timedOut: false });
    expect(outputOf(results, flood).stdout.length).toBe(1_000_000);
    expect(peak).toBeLessThan(limit);
  });

  it('costs at most nine round trips cold, for a round of 40 commands', async () => {
    const trips = await countRoundTrips(sshd);
    expect(trips).toBeLessThanOrEqual(8);
  });
});

describe('the way to a host', () => {
  it('refuses a host that nobody vouched for, and shows its fingerprint and the lines to add', async () => {
    const none = join(sshd.folder, 'nothing_known');
    const failure = await failureOf(hostAt(sshd, { knownHostsFile: none }));
    const fingerprint = execFileSync('ssh-keygen', ['-lf', join(sshd.folder, 'host_key.pub')], {
      encoding: 'utf8',
    }).split(' ')[1];
    expect(failure.reason).toBe('host-key-unknown');
    expect(failure.says).toContain(fingerprint);
    expect(failure.remedy).toContain(`hostKey: ${sshd.hostKey}`);
    expect(failure.remedy).toContain(`[127.0.0.1]:${sshd.port} ${sshd.hostKey}`);
  });

  it('connects once the line that it shows has been added', async () => {
    const none = join(sshd.folder, 'learned');
    const failure = await failureOf(hostAt(sshd, { knownHostsFile: none }));
    writeFileSync(none, `${failure.remedy.split('\n').at(-1)?.trim()}\n`);
    expect(await login(await open(hostAt(sshd, { knownHostsFile: none })))).toBe(sshd.user);
  });

  it('refuses loudly a host whose key has changed, pinned or known', async () => {
    const other = execFileSync('cat', [`${sshd.makeKey('other_host')}.pub`], { encoding: 'utf8' })
      .split(' ')
      .slice(0, 2)
      .join(' ');
    const pinned = await failureOf(hostAt(sshd, { hostKeys: [other] }));
    expect(pinned).toMatchObject({ reason: 'host-key-changed' });
    const file = join(sshd.folder, 'stale');
    writeFileSync(file, `# comment\n[127.0.0.1]:${sshd.port} ${other}\n`);
    const known = await failureOf(hostAt(sshd, { knownHostsFile: file }));
    expect(known.reason).toBe('host-key-changed');
    expect(known.says).toContain(`${file}, line 2`);
  });

  it('refuses a revoked key and says that authorities are not supported', async () => {
    const file = join(sshd.folder, 'marked');
    writeFileSync(file, `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n@revoked * ${sshd.hostKey}\n`);
    expect(await failureOf(hostAt(sshd, { knownHostsFile: file }))).toMatchObject({
      reason: 'host-key-changed',
      says: expect.stringContaining('REVOKED'),
    });
    writeFileSync(file, `@cert-authority * ${sshd.hostKey.replace(/.{4}$/, 'AAAA')}\n`);
    expect(await failureOf(hostAt(sshd, { knownHostsFile: file }))).toMatchObject({
      reason: 'host-key-unknown',
      says: expect.stringContaining('authority'),
    });
  });

  it('finds a hashed host, a pinned key and a pinned fingerprint', async () => {
    const file = join(sshd.folder, 'hashed');
    writeFileSync(file, `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    expect(await login(await open(hostAt(sshd, { knownHostsFile: file })))).toBe(sshd.user);
    expect(await login(await open(hostAt(sshd, { hostKeys: [`${sshd.hostKey} comment`] })))).toBe(sshd.user);
    const fingerprint =
      execFileSync('ssh-keygen', ['-lf', join(sshd.folder, 'host_key.pub')], { encoding: 'utf8' }).split(
        ' ',
      )[1] ?? '';
    expect(await login(await open(hostAt(sshd, { hostKeys: [fingerprint] })))).toBe(sshd.user);
  });

  it('asks a host with several keys for the one that is known', async () => {
    const second = await startSshd();
    const rsa = second.makeKey('host_rsa', { type: 'rsa' });
    const both = await startSshd([`HostKey ${rsa}`]);
    const key = execFileSync('cat', [`${rsa}.pub`], { encoding: 'utf8' })
      .split(' ')
      .slice(0, 2)
      .join(' ');
    expect(await login(await open(hostAt(both, { hostKeys: [key] })))).toBe(both.user);
    await both.stop();
    await second.stop();
  });

  it('names the keys that were tried when none is accepted', async () => {
    const keyFile = sshd.makeKey('stranger');
    const failure = await failureOf(hostAt(sshd, { keyFile }));
    expect(failure.reason).toBe('auth');
    expect(failure.says).toContain(keyFile);
  });

  it('tells a key that is not there, one that is public and one that is no key', async () => {
    expect(await failureOf(hostAt(sshd, { keyFile: '/no/such/key' }))).toMatchObject({
      reason: 'key-file',
      says: expect.stringContaining('/no/such/key'),
    });
    expect(await failureOf(hostAt(sshd, { keyFile: `${sshd.keyFile}.pub` }))).toMatchObject({
      reason: 'key-file',
      says: expect.stringContaining('public'),
    });
    const garbage = join(sshd.folder, 'garbage');
    writeFileSync(garbage, 'not a key');
    expect(await failureOf(hostAt(sshd, { keyFile: garbage }))).toMatchObject({ reason: 'key-file' });
  });

  it('asks for the passphrase of an encrypted key, and takes it', async () => {
    const keyFile = sshd.makeKey('locked', { passphrase: 'open sesame' });
    sshd.allow(keyFile);
    expect(await failureOf(hostAt(sshd, { keyFile }))).toMatchObject({
      reason: 'passphrase',
      remedy: expect.stringContaining(`ssh-add ${keyFile}`),
    });
    expect(await failureOf(hostAt(sshd, { keyFile }), { passphrase: 'wrong' })).toMatchObject({
      reason: 'passphrase',
    });
    expect(await login(await open(hostAt(sshd, { keyFile }), { passphrase: 'open sesame' }))).toBe(sshd.user);
  });

  it('lets an agent sign for an encrypted key', async () => {
    const agent = join(sshd.folder, 'agent');
    const child = spawn('ssh-agent', ['-D', '-a', agent], { stdio: 'ignore' });
    const keyFile = sshd.makeKey('held');
    sshd.allow(keyFile);
    await expect.poll(() => added(agent, keyFile)).toBe(true);
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'secret', '-P', '', '-f', keyFile]);
    expect(await login(await open(hostAt(sshd, { keyFile, agent })))).toBe(sshd.user);
    child.kill();
  });

  it('tells a closed port, a name that does not exist and a host that swallows everything', async () => {
    expect(await failureOf(hostAt(sshd, { port: await freePort() }))).toMatchObject({ reason: 'refused' });
    expect(await failureOf(hostAt(sshd, { address: 'goodgate.invalid' }))).toMatchObject({ reason: 'dns' });
    const full = await startFullListener();
    expect(await failureOf(hostAt(sshd, { port: full.port }), {}, 700)).toMatchObject({ reason: 'timeout' });
    full.stop();
  });

  it('does not wait for a host that accepts and says nothing, nor trust one that speaks another protocol', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    expect(await failureOf(hostAt(sshd, { port: portOf(silent.address()) }), {}, 500)).toMatchObject({
      reason: 'timeout',
    });
    silent.close();
    const web = createServer((socket) =>
      socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    expect(await failureOf(hostAt(sshd, { port: portOf(web.address()) }), {}, 2_000)).toMatchObject({
      reason: 'lost',
    });
    web.close();
  });

  it('says that an account has no shell', async () => {
    const closed = await startSshd(['ForceCommand echo This account is not available.; exit 1']);
    const failure = await failureOf(hostAt(closed));
    expect(failure).toMatchObject({ reason: 'no-shell', says: expect.stringContaining('status 1') });
    const none = await startSshd(['MaxSessions 0']);
    expect(await failureOf(hostAt(none))).toMatchObject({ reason: 'no-shell' });
    await closed.stop();
    await none.stop();
  });

  it.each([
    ['says little', "echo Welcome; printf 'goodgate/1 no\\n\\0'"],
    ['prints a megabyte', 'seq 150000'],
    ['leaves a line of a megabyte open', 'head -c 1000000 /dev/zero'],
    ['prints a hello that is not ours', `echo "goodgate/1 ${'a'.repeat(40)} 0 yes 1795224000 root"`],
    ['makes PATH lead nowhere', 'PATH=/nowhere; export PATH'],
    ['takes rights from new files', 'umask 777; CDPATH=/etc; IFS=0123456789; export CDPATH IFS'],
    ['stops at errors', 'set -eu; set -o noclobber'],
  ])('is not confused by a start-up file that %s', async (_name, before) => {
    const chatty = await startSshd([`ForceCommand ${before}; exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"`]);
    try {
      expect(await login(await open(hostAt(chatty)))).toBe(chatty.user);
    } finally {
      await chatty.stop();
    }
  });

  it.each([
    ['prints without end', 30_000, 'exec yes', { reason: 'no-shell', says: /printed more than 4 MiB/ }],
    [
      'never ends',
      2_000,
      'while :; do echo still here; sleep 0.1; done',
      { reason: 'timeout', says: /did not answer within 2 s; its shell printed \d+ bytes: still here/ },
    ],
    [
      'sends output elsewhere',
      2_000,
      'exec >&2; exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"',
      { reason: 'no-shell', says: /send standard output to standard error/ },
    ],
    [
      'refuses',
      9_000,
      'echo Not for you.; exit 1',
      { reason: 'no-shell', says: /status 1 .*: Not for you\.$/ },
    ],
  ])('says what it met at an account whose start-up file %s', async (_name, patience, instead, failure) => {
    const odd = await startSshd([`ForceCommand ${instead}`]);
    try {
      expect(await failureOf(hostAt(odd), {}, patience)).toMatchObject({
        reason: failure.reason,
        says: expect.stringMatching(failure.says),
      });
    } finally {
      await odd.stop();
    }
  });

  it('stops connecting when it is told to', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const abort = new AbortController();
    const opening = createHostRunner({ sshEnvironment: emptyHome }).open(
      hostAt(sshd, { port: portOf(silent.address()) }),
      {
        connectTimeoutMs: 30_000,
        signal: abort.signal,
      },
    );
    setTimeout(() => abort.abort(), 100);
    expect(await opening).toMatchObject({ ok: false, failure: { reason: 'lost' } });
    silent.close();
  });

  it.each([10, 500, 1_200, 1_500, 1_700, 2_100, 2_500])(
    'never takes a connection that is cut after %i bytes for a refusal',
    async (bytes) => {
      const relay = await startCuttingRelay(sshd.port, bytes);
      try {
        const host = hostAt(sshd, { port: relay.port, hostKeys: [sshd.hostKey] });
        expect(await failureOf(host)).toMatchObject({
          reason: 'lost',
          says: expect.stringContaining('ended'),
        });
      } finally {
        relay.stop();
      }
    },
  );

  it('goes through a chain of jump hosts and verifies each', async () => {
    const first = await startSshd();
    const second = await startSshd();
    const through = (server: Sshd, jump?: SshTransport): SshTransport => {
      const way = hostAt(server, jump === undefined ? {} : { jump }).transport;
      if (way.kind !== 'ssh') throw new Error('not ssh');
      return way;
    };
    const chain = { alias: 'docs-1', sudo: false, transport: through(sshd, through(second, through(first))) };
    expect(await login(await open(chain))).toBe(sshd.user);
    const stranger = { ...through(first), knownHostsFile: '/dev/null' };
    expect(await failureOf({ ...chain, transport: through(sshd, stranger) })).toMatchObject({
      reason: 'host-key-unknown',
    });
    const nowhere = { ...through(sshd, through(first)), port: await freePort() };
    expect(await failureOf({ ...chain, transport: nowhere })).toMatchObject({
      reason: 'refused',
      says: expect.stringContaining('jump host'),
    });
    await first.stop();
    await second.stop();
  });

  it('knows what ~/.ssh/config knows, and never runs what it says', async () => {
    const jump = await startSshd();
    const trap = join(home, 'was-run');
    writeFileSync(
      join(home, '.ssh', 'known_hosts'),
      `[127.0.0.1]:${jump.port} ${jump.hostKey}\nalias-of-docs ${sshd.hostKey}\n`,
    );
    writeFileSync(
      join(home, '.ssh', 'more.conf'),
      `Host docs\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  HostKeyAlias alias-of-docs\n  ProxyJump gate\n`,
    );
    writeFileSync(
      emptyHome.configFile,
      [
        'Include more.*',
        `Match exec "touch ${trap}"`,
        '  Port 1',
        'Host gate',
        '  HostName 127.0.0.1',
        `  Port ${jump.port}`,
        'Host *',
        '  StrictHostKeyChecking no',
        '  CanonicalizeHostname yes',
        `  User ${sshd.user}`,
        `  IdentityFile ${sshd.keyFile}`,
        `  IdentityFile ${jump.keyFile}`,
      ].join('\n'),
    );
    const docs: Host = { alias: 'docs', sudo: false, transport: { kind: 'ssh', address: 'docs' } };
    expect(await login(await open(docs))).toBe(sshd.user);
    expect(installed(trap)).toBe(false);
    const explicit: Host = { ...docs, transport: { kind: 'ssh', address: 'docs', port: await freePort() } };
    expect(await failureOf(explicit)).toMatchObject({ reason: 'refused' });
    const unknown: Host = { ...docs, transport: { kind: 'ssh', address: '127.0.0.1', port: sshd.port } };
    expect(await failureOf(unknown)).toMatchObject({ reason: 'host-key-unknown' });
    rmSync(emptyHome.configFile);
    await jump.stop();
  });
});

describe('what ssh does and goodgate does not', () => {
  it('names a ProxyCommand and a certificate beside the failure, and runs neither', async () => {
    const trap = join(home, 'proxy-was-run');
    const certified = join(sshd.folder, 'certified');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', certified]);
    writeFileSync(`${certified}-cert.pub`, 'ssh-ed25519-cert-v01@openssh.com AAAA');
    writeFileSync(
      emptyHome.configFile,
      [
        `Host far\n  HostName 127.0.0.1\n  Port ${await freePort()}\n  ProxyCommand touch ${trap}`,
        `Host near\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  HostKeyAlias [127.0.0.1]:${sshd.port}`,
        `  IdentityFile ${certified}\n  User ${sshd.user}`,
      ].join('\n'),
    );
    const at = (address: string): Host => ({
      alias: address,
      sudo: false,
      transport: { kind: 'ssh', address, knownHostsFile: sshd.knownHostsFile, hostKeys: [sshd.hostKey] },
    });
    expect(await failureOf(at('far'))).toMatchObject({
      reason: 'refused',
      says: expect.stringMatching(/has a ProxyCommand for far, which goodgate does not run: .*ProxyJump/),
    });
    expect(installed(trap)).toBe(false);
    expect(await failureOf(at('near'))).toMatchObject({
      reason: 'auth',
      says: expect.stringMatching(/certified-cert\.pub is not used/),
    });
    rmSync(emptyHome.configFile);
  });

  it('takes ssh -W in a ProxyCommand for the jump that it is', async () => {
    const jump = await startSshd();
    writeFileSync(
      emptyHome.configFile,
      [
        `Host docs\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  ProxyCommand /usr/bin/ssh -q -W [%h]:%p gate`,
        `Host gate\n  HostName 127.0.0.1\n  Port ${jump.port}`,
        `Host *\n  User ${sshd.user}\n  IdentityFile ${sshd.keyFile}\n  IdentityFile ${jump.keyFile}`,
      ].join('\n'),
    );
    writeFileSync(
      join(home, '.ssh', 'known_hosts'),
      `[127.0.0.1]:${jump.port} ${jump.hostKey}\n[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`,
    );
    const before = jump.log();
    expect(
      await login(await open({ alias: 'docs', sudo: false, transport: { kind: 'ssh', address: 'docs' } })),
    ).toBe(sshd.user);
    expect(jump.log().slice(before.length)).toContain('Accepted publickey');
    rmSync(emptyHome.configFile);
    await jump.stop();
  });
});

describe('a container on a host', () => {
  it('refuses names that are none, and says when there is no docker or no such container', async () => {
    const container = (name: string): Host => ({
      alias: 'docs-1',
      sudo: false,
      transport: { kind: 'docker', container: name, over: { kind: 'local' } },
    });
    expect(await failureOf(container('x; id'))).toMatchObject({ reason: 'container' });
    expect(await failureOf(container('goodgate-no-such-container'))).toMatchObject({
      reason: 'container',
      says: expect.stringContaining('goodgate-no-such-container'),
    });
  });
});

describe('root by sudo', () => {
  it('asks sudo for a privileged probe alone where it does not give a shell, and goes without where it refuses', async () => {
    const tools = join(home, 'few');
    mkdirSync(tools);
    // Allows `id` and nothing else, as a narrow sudoers file does.
    writeFileSync(
      join(tools, 'sudo'),
      '#!/bin/sh\nshift\n[ "$1" = -- ] && shift\n[ "$1" = id ] && { echo by-sudo; exit 0; }\necho "sudo: a password is required" >&2; exit 1\n',
    );
    chmodSync(join(tools, 'sudo'), 0o755);
    const greeting = drawGreeting();
    const channel = openLocalChannel(
      `PATH=${tools}:$PATH; id() { echo 1000; }; set -- refused; eval '${bootstrap(greeting)}'`,
    );
    const started = await startRunner(channel, { greeting, helloTimeoutMs: 5_000, trySudo: true });
    if (!started.ok) throw new Error(JSON.stringify(started.failure));
    const allowed = probe(['id', '-u'], { privileged: true });
    const refused = probe(['sh', '-c', 'echo plain; exit 4'], { privileged: true });
    const ordinary = probe(['sh', '-c', 'id -u']);
    const results = await started.session.run([allowed, refused, ordinary]);
    await started.session.close();
    expect(started.session.account()).toMatchObject({ root: false, sudo: 'refused' });
    expect(outputOf(results, allowed).stdout).toBe('by-sudo\n');
    expect(outputOf(results, refused)).toMatchObject({ stdout: 'plain\n', stderr: '', exitCode: 4 });
    expect(outputOf(results, ordinary).stdout).not.toBe('by-sudo\n');
  });

  it('becomes root where sudo allows it, and says so where it does not', async () => {
    const tools = join(home, 'tools');
    mkdirSync(tools);
    const local: Host = { alias: 'here', sudo: true, transport: { kind: 'local' } };
    const path = process.env['PATH'];
    process.env['PATH'] = `${tools}:${path}`;
    try {
      writeFileSync(join(tools, 'sudo'), '#!/bin/sh\necho "sudo: a password is required" >&2\nexit 1\n');
      chmodSync(join(tools, 'sudo'), 0o755);
      const refused = await open(local);
      expect(refused.account().sudo).toBe('refused');
      expect(await login(refused)).not.toBe('');
      writeFileSync(join(tools, 'sudo'), '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n');
      const allowed = await open(local);
      expect(allowed.account().sudo).toBe('yes');
      expect(await login(allowed)).not.toBe('');
    } finally {
      process.env['PATH'] = path;
    }
  });
});

/** Elapsed time over a relay of 60 ms, less that over one without delay, in round trips; the fastest of three each. */
async function countRoundTrips(server: Sshd): Promise<number> {
  const fastest = async (roundTripMs: number): Promise<number> => {
    const times: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const relay = await startDelayRelay({ port: server.port }, roundTripMs);
      const started = performance.now();
      const session = await open(hostAt(server, { port: relay.port, hostKeys: [server.hostKey] }));
      await session.run(Array.from({ length: 40 }, () => probe(['cat', '/proc/loadavg'])));
      times.push(performance.now() - started);
      await session.close();
      await relay.close();
    }
    return Math.min(...times);
  };
  const near = await fastest(0);
  return Math.round((await fastest(60)) / 60 - near / 60);
}

function installed(file: string): boolean {
  try {
    execFileSync('test', ['-e', file]);
    return true;
  } catch {
    return false;
  }
}

function running(commandLine: string): boolean {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n').includes(commandLine);
}

function added(agent: string, keyFile: string): boolean {
  try {
    execFileSync('ssh-add', ['-q', keyFile], {
      env: { ...process.env, SSH_AUTH_SOCK: agent },
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return address.port;
}

/** Hands on so many bytes of what the server says, and then closes both ends. */
async function startCuttingRelay(
  to: number,
  bytes: number,
): Promise<{ readonly port: number; stop(): void }> {
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    let left = bytes;
    const end = (): void => {
      near.end();
      far.destroy();
    };
    far.on('data', (piece: Buffer) => {
      near.write(piece.subarray(0, left));
      left -= piece.length;
      if (left <= 0) end();
    });
    near.on('data', (piece: Buffer) => far.write(piece));
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: portOf(server.address()), stop: () => void server.close() };
}

/** A port whose queue is full: the kernel drops further SYNs, as a firewall does. */
async function startFullListener(): Promise<{ readonly port: number; stop(): void }> {
  const port = await freePort();
  const program = `
import socket, sys, time
s = socket.socket(); s.bind(('127.0.0.1', ${port})); s.listen(0)
kept = []
for _ in range(4):
    c = socket.socket(); c.setblocking(False); c.connect_ex(('127.0.0.1', ${port})); kept.append(c)
print('ready', flush=True); time.sleep(60)`;
  const child = spawn('python3', ['-c', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return { port, stop: () => void child.kill('SIGKILL') };
}
