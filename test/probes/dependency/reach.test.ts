import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { amqpGreeting, judgeAmqp } from '../../../src/probes/dependency/amqp-greeting.js';
import { judgeMysql, mysqlGreeting } from '../../../src/probes/dependency/mysql-greeting.js';
import { judgePostgres, postgresReady } from '../../../src/probes/dependency/postgres-ready.js';
import type { Reach } from '../../../src/probes/dependency/reach.js';
import { unescapeBytes } from '../../../src/probes/dependency/read-talk.js';
import { judgeRedis, redisPing } from '../../../src/probes/dependency/redis-ping.js';
import { tcpConnect } from '../../../src/probes/dependency/tcp-connect.js';
import type { ProbeKind } from '../../../src/probes/probe-kind.js';
import { outputOf, pathWith, runHere, SMALL_TOOLS } from '../support/run-here.js';
import { closedPort, type SickServer, tcpServer } from '../support/sick-servers.js';

const RUNGS = ['python3', 'perl', 'bash', 'nc'] as const;
const SOCKET_RUNGS = ['python3', 'perl'] as const;
const paths = new Map(RUNGS.map((rung) => [rung, pathWith([...SMALL_TOOLS, rung])]));
const folder = mkdtempSync(join(tmpdir(), 'goodgate-reach-'));
const servers: Record<string, SickServer> = {};
const redises: { end(): Promise<void> }[] = [];
let closed = 0;
let open = 0;
let guarded = 0;

beforeAll(async () => {
  closed = await closedPort();
  open = await redis(['--unixsocket', join(folder, 'redis.sock')]);
  guarded = await redis(['--requirepass', 'not-told', '--unixsocket', join(folder, 'guarded.sock')]);
  servers['silent'] = await tcpServer(() => {});
  servers['closes'] = await tcpServer((socket) => socket.end());
  servers['resets'] = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  servers['ssh'] = await tcpServer((socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\\x41\r\n'));
  servers['binary'] = await tcpServer((socket) => socket.write(Buffer.from([...Array(256).keys()])));
}, 60_000);
afterAll(async () => {
  for (const server of Object.values(servers)) await server.close();
  for (const server of redises) await server.end();
  for (const path of paths.values()) path.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A real redis-server on a free loopback port; resolves when it answers. */
async function redis(options: readonly string[]): Promise<number> {
  const port = await closedPort();
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...options],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  redises.push({
    end: () =>
      new Promise((done) => {
        child.once('exit', () => done());
        child.kill();
      }),
  });
  await new Promise<void>((ready, failed) => {
    let said = '';
    child.once('exit', () => failed(new Error(`redis-server ended: ${said}`)));
    child.stdout.on('data', (piece: Buffer) => {
      said += piece.toString();
      if (said.includes('ccept connections')) ready();
    });
  });
  return port;
}

async function asked<Target>(
  probe: ProbeKind<Target, Reach>,
  target: Target,
  rung: (typeof RUNGS)[number] = 'python3',
): Promise<Reach & { cited: string | undefined }> {
  const output = await runHere(probe.command(target), { path: paths.get(rung)?.path ?? '' });
  const parsed = probe.parse(output);
  if (!parsed.ok) throw new Error(`${parsed.says}\n${output.stdout}${output.stderr}`);
  return { ...parsed.facts, cited: output.stdout.split('\n')[parsed.facts.line] };
}

const here = (port: number): { host: string; port: number } => ({ host: '127.0.0.1', port });
const server = (name: string): { host: string; port: number } => here(servers[name]?.port ?? 0);

describe.each(RUNGS)('by %s', (rung) => {
  test('a Redis that is well says PONG', async () => {
    const facts = await asked(redisPing, here(open), rung);
    expect(facts).toEqual({
      outcome: 'ok',
      says: '+PONG',
      via: rung,
      line: facts.line,
      cited: 'got: +PONG\\r\\n',
    });
  });
  test('a Redis that wants a password is told from one that is down', async () => {
    const facts = await asked(redisPing, here(guarded), rung);
    expect(facts).toMatchObject({ outcome: 'auth-required', says: '-NOAUTH Authentication required.' });
  });
  test("a closed port refuses, in the system's words", async () => {
    const facts = await asked(redisPing, here(closed), rung);
    expect(facts.outcome).toBe('refused');
    expect(facts.says).toMatch(/connection refused/i);
    expect(facts.cited).toBe(facts.says);
  });
  test('a port that never answers is silent, not refused', async () => {
    expect((await asked(redisPing, server('silent'), rung)).outcome).toBe('timeout-response');
  });
  test('a port that closes at once closed early', async () => {
    expect((await asked(mysqlGreeting, server('closes'), rung)).outcome).toBe('closed-early');
  });
  test('another service is named by its own words', async () => {
    const facts = await asked(redisPing, server('ssh'), rung);
    expect(facts).toMatchObject({ outcome: 'wrong-service', says: 'SSH-2.0-OpenSSH_9.2p1\\\\x41' });
  });
  test('every byte comes back as it was sent, in one line', async () => {
    const command = mysqlGreeting.command(server('binary'));
    const { stdout } = await runHere(command, { path: paths.get(rung)?.path ?? '' });
    const rows = stdout.split('\n').filter((row) => row.startsWith('got: '));
    const bytes = unescapeBytes(rows[0]?.slice(5) ?? '');
    expect(Array.from(bytes, (one) => one.charCodeAt(0))).toEqual([...Array(256).keys()]);
  });
  test('a connection alone is enough for tcp.connect, even where nothing is said', async () => {
    expect((await asked(tcpConnect, server('silent'), rung)).outcome).toBe('ok');
    expect((await asked(tcpConnect, here(closed), rung)).outcome).toBe('refused');
  });
  test('a name that does not resolve is said to be that', async () => {
    const facts = await asked(tcpConnect, { host: 'no-such-host.invalid', port: 6379 }, rung);
    expect(facts.outcome).toBe('name-unresolved');
  }, 15_000);
});

describe.each(['python3', 'perl', 'bash'] as const)('by %s, more exactly', (rung) => {
  test('a reset is told from a close', async () => {
    expect((await asked(redisPing, server('resets'), rung)).outcome).toBe('reset');
  });
  test('an address without a route is unreachable, not refused', async () => {
    // Linux lets no TCP connection go to the broadcast address: ENETUNREACH.
    const facts = await asked(tcpConnect, { host: '255.255.255.255', port: 9 }, rung);
    expect(facts.outcome).toBe('unreachable');
    expect(facts.says).toMatch(/network is unreachable/i);
  });
});

describe.each(SOCKET_RUNGS)('a unix socket by %s', (rung) => {
  test('Redis answers there', async () => {
    const open = await asked(redisPing, { socket: join(folder, 'redis.sock') }, rung);
    const shut = await asked(redisPing, { socket: join(folder, 'guarded.sock') }, rung);
    expect([open.outcome, shut.outcome]).toEqual(['ok', 'auth-required']);
  });
  test('a socket that is not there is missing', async () => {
    expect((await asked(redisPing, { socket: join(folder, 'none.sock') }, rung)).outcome).toBe(
      'socket-missing',
    );
  });
  test('a file that nobody listens on refuses', async () => {
    const path = join(folder, `left-${rung}.sock`);
    execFileSync('python3', [
      '-c',
      'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])',
      path,
    ]);
    expect((await asked(redisPing, { socket: path }, rung)).outcome).toBe('refused');
  });
});

test('a host on which nothing can connect says so', async () => {
  const bare = pathWith(['sh', 'grep', 'cat']);
  const output = await runHere(redisPing.command(here(open)), { path: bare.path });
  bare.remove();
  expect(redisPing.parse(output)).toMatchObject({ ok: false, reason: 'command-not-found' });
});

test.each([['bash'], ['busybox', 'sh']])('the snippet is understood by %s', async (...shell) => {
  const output = await runHere(redisPing.command(here(open)), { shell });
  expect(redisPing.parse(output)).toMatchObject({ ok: true, facts: { outcome: 'ok' } });
});

test('a foreign value is an argument and nothing else, or refused', () => {
  for (const host of ['-x', '$(id)', 'a b', '', 'a;b', 'x:y', '127.0.0.1\n'])
    expect(() => redisPing.command({ host, port: 6379 })).toThrow('parameter "host"');
  expect(() => tcpConnect.command({ host: 'localhost', port: 65_536 })).toThrow('parameter "port"');
  expect(() => postgresReady.command({ socket: 'run/x' })).toThrow('parameter "socket"');
  const first = redisPing.command({ host: 'one', port: 1 });
  const second = redisPing.command({ host: '[::1]', port: 2 });
  expect(first.argv[2]).toBe(second.argv[2]);
  expect(second.id).toBe('redis.ping:[::1]:2');
  expect(second.argv.slice(4, 6)).toEqual(['::1', '2']);
});

describe('what the servers say', () => {
  test.each([
    ['+PONG\r\n', 'ok'],
    ['-NOAUTH Authentication required.\r\n', 'auth-required'],
    ['-LOADING Redis is loading the dataset in memory\r\n', 'loading'],
    ['-ERR max number of clients reached\r\n', 'too-many'],
    ['-DENIED Redis is running in protected mode because protected mode is enabled', 'permission-denied'],
    ['-MISCONF Redis is configured to save RDB snapshots', 'unknown'],
    ['HTTP/1.1 400 Bad Request\r\n', 'wrong-service'],
    ['', 'wrong-service'],
  ])('Redis: %j is %s', (answer, outcome) => {
    expect(judgeRedis(answer).outcome).toBe(outcome);
  });

  const start = (properties: string): string =>
    `\u0001\0\0\0\0\u0001\xf8\0\n\0\n\0\t\0\0\u0001\xd3${properties}`;
  test('RabbitMQ names itself and its version', () => {
    const answer = start('\u0007productS\0\0\0\u0008RabbitMQ\u0007versionS\0\0\0\u00063.10.8');
    expect(judgeAmqp(answer)).toEqual({
      outcome: 'ok',
      says: 'Connection.Start RabbitMQ 3.10.8',
      version: '3.10.8',
    });
    expect(judgeAmqp(start('\u0007versionS\0\0\0\u00063.'))).toMatchObject({ outcome: 'ok' });
    expect(judgeAmqp('AMQP\0\0\t\u0001').outcome).toBe('ok');
    expect(judgeAmqp('HTTP/1.1 400').outcome).toBe('wrong-service');
  });

  const refusal = (code: string, message: string): string =>
    `E\0\0\0\u006aSFATAL\0VFATAL\0C${code}\0M${message}\0Fpostmaster.c\0L2353\0\0`;
  test.each([
    ['R\0\0\0\u0017\0\0\0\nSCRAM-SHA-256\0\0', 'ok'],
    [refusal('28000', 'no pg_hba.conf entry for host'), 'ok'],
    [refusal('53300', 'sorry, too many clients already'), 'too-many'],
    [refusal('08P01', 'no more connections allowed (max_client_conn)'), 'too-many'],
    [refusal('57P03', 'the database system is starting up'), 'loading'],
    [refusal('XX000', 'could not open file'), 'unknown'],
    ['SSH-2.0-OpenSSH', 'wrong-service'],
    ['E\0\0', 'wrong-service'],
  ])('PostgreSQL: %j is %s', (answer, outcome) => {
    expect(judgePostgres(answer).outcome).toBe(outcome);
  });

  const packet = (body: string): string => `${String.fromCharCode(body.length)}\0\0\0${body}`;
  test.each([
    [packet('\n5.5.5-10.11.6-MariaDB-0+deb12u1\0\u0005\0\0\0'), 'ok', '5.5.5-10.11.6-MariaDB-0+deb12u1'],
    [packet('\xff\u0010\u0004Too many connections'), 'too-many', undefined],
    [packet("\xff\u0069\u0004Host '192.0.2.1' is blocked"), 'permission-denied', undefined],
    [packet('\xff\u0000\u0001Something'), 'unknown', undefined],
    ['SSH-2.0-OpenSSH_9.2p1\r\n', 'wrong-service', undefined],
    [packet('\n8.0'), 'wrong-service', undefined],
  ])('MySQL: %j is %s', (answer, outcome, version) => {
    const verdict = judgeMysql(answer);
    expect([verdict.outcome, verdict.version]).toEqual([outcome, version]);
  });
});

describe('outputs that are not what was asked', () => {
  test('an output that breaks off is unknown or a silence, never ok', () => {
    expect(redisPing.parse(outputOf(''))).toMatchObject({ ok: false, reason: 'unparseable' });
    expect(redisPing.parse(outputOf('', { timedOut: true, exitCode: null }))).toMatchObject({
      reason: 'timeout',
    });
    expect(redisPing.parse(outputOf('via: python3\n'))).toMatchObject({ facts: { outcome: 'unknown' } });
    const cut = outputOf('via: nc\n* Connected to ::1 port 1\n', { timedOut: true, exitCode: null });
    expect(redisPing.parse(cut)).toMatchObject({ facts: { outcome: 'timeout-response', line: 1 } });
    const dark = outputOf('via: bash\n', { timedOut: true, exitCode: null });
    expect(redisPing.parse(dark)).toMatchObject({ facts: { outcome: 'timeout-connect' } });
  });
  test.each([
    ['127.0.0.1:5432 - accepting connections', 'ok'],
    ['/run/postgresql:5432 - rejecting connections', 'loading'],
    ['127.0.0.1:5432 - no response', 'unknown'],
  ])('pg_isready: %s is %s', (text, outcome) => {
    const parsed = postgresReady.parse(outputOf(`via: pg_isready\n${text}\n`));
    expect(parsed).toMatchObject({ ok: true, facts: { outcome, says: text, line: 1, via: 'pg_isready' } });
  });
  test('no output makes a parser throw, and its line lies within the output', () => {
    const pieces = fc.constantFrom(
      'via: nc',
      'got: ',
      '* Connected to x port 1',
      'bash: ',
      '\\x4',
      '\\',
      '\0',
      '\n',
      'E\0\0',
    );
    const noise = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(noise, fc.boolean(), (text, timedOut) => {
        const stdout = `via: nc\n${text}`;
        for (const probe of [redisPing, amqpGreeting, postgresReady, mysqlGreeting, tcpConnect]) {
          probe.parse(outputOf(text, { timedOut }));
          const parsed = probe.parse(outputOf(stdout, { timedOut }));
          expect(parsed.ok).toBe(true);
          if (!parsed.ok) return;
          expect(parsed.facts.line).toBeLessThan(stdout.split('\n').length);
          expect(parsed.facts.says).toMatch(/^[ -~]{0,300}$/);
        }
      }),
    );
  });
});
