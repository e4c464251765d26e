import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostFailureReason } from '../../../src/domain/host.js';
import { freePort, type Sshd, startSshd } from '../../support/sshd.js';
import { expectHarmless, goodgate, missingOf, resultOf } from './support/goodgate.js';

const folder = mkdtempSync(join(tmpdir(), 'goodgate-way-'));
const closers: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
let sshd: Sshd;
/** Answers 502, as seen from outside. */
let url = '';
let silentPort = 0;
let otherPort = 0;
let droppingPort = 0;
let closedPort = 0;

beforeAll(async () => {
  sshd = await startSshd();
  closers.push(() => sshd.stop());
  const web = createHttpServer((_request, response) => response.writeHead(502).end('bad gateway'));
  url = `http://127.0.0.1:${await listen(web)}/`;
  silentPort = await listen(createServer((socket) => socket.on('error', () => undefined)));
  otherPort = await listen(
    createServer((socket) => socket.on('error', () => undefined).end('220 mail ready\r\n')),
  );
  droppingPort = await portThatDrops();
  closedPort = await freePort();
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A port whose queue is full and is never emptied: the kernel drops what else comes, as a firewall would. */
async function portThatDrops(): Promise<number> {
  const program = `const s = require('node:net').createServer();
    s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port));`;
  const child: ChildProcess = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve) => {
    child.stdout?.once('data', (text: Buffer) => resolve(Number(text.toString())));
  });
  child.kill('SIGSTOP');
  const queue = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  closers.push(() => {
    for (const socket of queue) socket.destroy();
    child.kill('SIGKILL');
  });
  return port;
}

interface Way {
  readonly name: string;
  readonly reason: HostFailureReason;
  readonly says: RegExp;
  readonly remedy: RegExp;
  readonly argv: () => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const letIn = (): string[] => ['-i', sshd.keyFile, '--known-hosts', sshd.knownHostsFile];
const here = (port: number): string[] => ['--host', `${sshd.user}@127.0.0.1:${port}`];
const known = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const ways: readonly Way[] = [
  {
    name: 'a host behind which packets disappear',
    reason: 'timeout',
    says: /did not accept a TCP connection within 2 s/u,
    remedy: /firewall/u,
    argv: () => [...letIn(), ...here(droppingPort), '--timeout', '2'],
  },
  {
    name: 'a closed port',
    reason: 'refused',
    says: /refused the connection/u,
    remedy: /sshd/u,
    argv: () => [...letIn(), ...here(closedPort)],
  },
  {
    name: 'a name that does not resolve',
    reason: 'dns',
    says: /no-such-host\.invalid could not be resolved/u,
    remedy: /getent hosts no-such-host\.invalid/u,
    argv: () => [...letIn(), '--host', 'root@no-such-host.invalid'],
  },
  {
    name: 'a port that accepts and says nothing',
    reason: 'timeout',
    says: /login was not done within 2 s/u,
    remedy: /ssh -v/u,
    argv: () => [...letIn(), ...here(silentPort), '--timeout', '2'],
  },
  {
    name: 'a port at which something else than SSH answers',
    reason: 'lost',
    says: /ended the connection before the login/u,
    remedy: /SSH server/u,
    argv: () => [...letIn(), ...here(otherPort), '--timeout', '2'],
  },
  {
    name: 'an unknown host key',
    reason: 'host-key-unknown',
    says: /not known: SHA256:[\w+/]{43}/u,
    remedy: /\n {2}hostKey: ssh-ed25519 AAAA[\s\S]*\n {2}\[127\.0\.0\.1\]:\d+ ssh-ed25519 AAAA/u,
    argv: () => ['-i', sshd.keyFile, '--known-hosts', known('none', ''), ...here(sshd.port)],
  },
  {
    name: 'a changed host key',
    reason: 'host-key-changed',
    says: /HAS CHANGED: .*line 1.*SHA256:/u,
    remedy: /do not connect before you know why/u,
    argv: () => {
      const other = readFileSync(`${otherKey()}.pub`, 'utf8');
      const file = known('changed', `[127.0.0.1]:${sshd.port} ${other}`);
      return ['-i', sshd.keyFile, '--known-hosts', file, ...here(sshd.port)];
    },
  },
  {
    name: 'another host key than the pinned one',
    reason: 'host-key-changed',
    says: /HAS CHANGED/u,
    remedy: /do not connect before you know why/u,
    argv: () => {
      const [type, key] = readFileSync(`${otherKey()}.pub`, 'utf8').split(' ');
      return ['-i', sshd.keyFile, '--host-key', `${type} ${key}`, ...here(sshd.port)];
    },
  },
  {
    name: 'a key that is not let in',
    reason: 'auth',
    says: /did not accept .*: tried .*stranger/u,
    remedy: /ssh-copy-id/u,
    argv: () => ['-i', otherKey(), '--known-hosts', sshd.knownHostsFile, ...here(sshd.port)],
  },
  {
    name: 'a user that does not exist',
    reason: 'auth',
    says: /did not accept nosuchuser/u,
    remedy: /ssh-copy-id/u,
    argv: () => [...letIn(), '--host', `nosuchuser@127.0.0.1:${sshd.port}`],
  },
  {
    name: 'a key with a passphrase',
    reason: 'passphrase',
    says: /is encrypted, and no agent holds it/u,
    remedy: /ssh-add .*GOODGATE_KEY_PASSPHRASE/u,
    argv: () => ['-i', lockedKey(), '--known-hosts', sshd.knownHostsFile, ...here(sshd.port)],
  },
  {
    name: 'a wrong passphrase',
    reason: 'passphrase',
    says: /GOODGATE_KEY_PASSPHRASE does not open it/u,
    remedy: /ssh-add/u,
    argv: () => ['-i', lockedKey(), '--known-hosts', sshd.knownHostsFile, ...here(sshd.port)],
    env: { GOODGATE_KEY_PASSPHRASE: 'wrong-passphrase' },
  },
  {
    name: 'a key file that is not there',
    reason: 'key-file',
    says: /there is no such file/u,
    remedy: /`keyFile`/u,
    argv: () => ['-i', join(folder, 'no-key'), ...here(sshd.port)],
  },
  {
    name: 'a key file that is no key',
    reason: 'key-file',
    says: /not a private key/u,
    remedy: /`keyFile`/u,
    argv: () => ['-i', known('no-key.txt', 'nothing\n'), ...here(sshd.port)],
  },
  {
    name: 'a public key instead of the private one',
    reason: 'key-file',
    says: /public key; the private one is needed/u,
    remedy: /`keyFile`/u,
    argv: () => ['-i', `${sshd.keyFile}.pub`, ...here(sshd.port)],
  },
  {
    name: 'a jump host that cannot be reached',
    reason: 'refused',
    says: /on the way to .*refused the connection/u,
    remedy: /sshd/u,
    argv: () => [...letIn(), ...here(sshd.port), '-J', `root@127.0.0.1:${closedPort}`],
  },
];

let made: { stranger?: string; locked?: string } = {};
function otherKey(): string {
  made = { ...made, stranger: made.stranger ?? sshd.makeKey('stranger') };
  return made.stranger ?? '';
}
function lockedKey(): string {
  if (made.locked === undefined) {
    const file = sshd.makeKey('locked', { passphrase: 'open sesame' });
    sshd.allow(file);
    made = { ...made, locked: file };
  }
  return made.locked ?? '';
}

describe('a host that cannot be looked at', () => {
  it.each(ways)('$name: status 3, why, what to do, and what is seen from outside', async (way) => {
    const options = { ...(way.env === undefined ? {} : { env: way.env }) };
    const argv = ['check', '--url', url, ...way.argv()];
    const diagnosis = resultOf(await goodgate([...argv, '--format', 'json'], options));
    expect(diagnosis).toMatchObject({ verdict: 'unreachable', httpStatus: 502, causes: [] });
    expect(diagnosis.symptom).toContain('502');
    const [missing, ...more] = missingOf(diagnosis, 'connect');
    expect(more).toEqual([]);
    expect(missing?.reason).toBe(way.reason);
    expect(missing?.says).toMatch(way.says);
    expect(missing?.says).not.toContain('\n');
    expect(missing?.remedy).toMatch(way.remedy);
  });

  it('shows fingerprint and the lines to add as they are to be copied', async () => {
    const argv = ['-i', sshd.keyFile, '--known-hosts', known('none', ''), ...here(sshd.port)];
    const ended = await goodgate(['check', '--url', url, ...argv], { env: { COLUMNS: '60' } });
    expectHarmless(ended);
    expect(ended.code).toBe(3);
    expect(ended.out).toMatch(/^\S+ UNREACHABLE .*502$/mu);
    const lines = ended.out.split('\n').map((line) => line.trim());
    expect(lines).toContain(`hostKey: ${sshd.hostKey}`);
    expect(lines).toContain(`[127.0.0.1]:${sshd.port} ${sshd.hostKey}`);
    const fingerprint = /SHA256:\S+/u.exec(
      execFileSync('ssh-keygen', ['-lf', `${sshd.folder}/host_key.pub`], { encoding: 'utf8' }),
    );
    expect(ended.out).toContain(fingerprint?.[0]);
  });

  it('is loud about a changed key, in either language', async () => {
    const other = readFileSync(`${otherKey()}.pub`, 'utf8');
    const file = known('changed', `[127.0.0.1]:${sshd.port} ${other}`);
    const argv = ['check', '--url', url, '-i', sshd.keyFile, '--known-hosts', file, ...here(sshd.port)];
    expect((await goodgate(argv)).out).toContain('HOST KEY CHANGED');
    const chinese = await goodgate([...argv, '--lang', 'zh']);
    expectHarmless(chinese);
    expect(chinese.code).toBe(3);
    expect(chinese.out).toMatch(/主机密钥/u);
  });

  it('keeps its exit status where nobody reads the result', async () => {
    const argv = ['check', '--url', url, ...letIn(), ...here(closedPort)];
    expect((await goodgate(argv, { unread: true })).code).toBe(3);
    expect((await goodgate([...argv, '--format', 'json'], { unread: true })).code).toBe(3);
  });

  it('ends at once at Ctrl-C, also while the service itself gives no answer', async () => {
    const silent = `http://127.0.0.1:${silentPort}/`;
    const argv = ['check', '--url', silent, ...letIn(), ...here(sshd.port)];
    const ended = await goodgate(argv, { interruptAfter: /looking/u });
    expectHarmless(ended);
    expect({ code: ended.code, out: ended.out }).toEqual({ code: 130, out: '' });
  });

  it('is a host whose account has no shell', async () => {
    const forced = await startSshd(['ForceCommand echo This account is not available; exit 1']);
    closers.push(() => forced.stop());
    const argv = ['-i', forced.keyFile, '--known-hosts', forced.knownHostsFile];
    const host = `${forced.user}@127.0.0.1:${forced.port}`;
    const diagnosis = resultOf(
      await goodgate(['check', '--url', url, ...argv, '--host', host, '--format', 'json']),
    );
    expect(diagnosis).toMatchObject({ verdict: 'unreachable', httpStatus: 502 });
    expect(missingOf(diagnosis, 'connect')).toEqual([expect.objectContaining({ reason: 'no-shell' })]);
  });
});
