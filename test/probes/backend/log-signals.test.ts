import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backendLog } from '../../../src/probes/backend/backend-log.js';
import { type LogSignal, readLogSignals } from '../../../src/probes/backend/log-signals.js';
import { outputOf, runHere } from '../support/run-here.js';
import { closedPort, type SickServer, tcpServer } from '../support/sick-servers.js';

const now = Date.UTC(2026, 10, 20, 20, 10, 0) / 1000;
const folder = mkdtempSync(join(tmpdir(), 'goodgate-log-'));
let closed = 0;
let taken: SickServer;

beforeAll(async () => {
  closed = await closedPort();
  taken = await tcpServer(() => {});
});
afterAll(async () => {
  await taken.close();
  rmSync(folder, { recursive: true, force: true });
});

function signals(text: string, offsetSeconds = 3600): readonly LogSignal[] {
  const lines = text.split('\n').map((line, index) => ({ text: line, line: index }));
  return readLogSignals(lines, { nowEpoch: now, offsetSeconds }).signals;
}

function said(program: string, args: readonly string[], uid?: number): string {
  const { stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 20_000,
    ...(uid === undefined ? {} : { uid, gid: uid, cwd: '/' }),
  });
  return `${stdout}${stderr}`;
}

describe('what programs here really say when', () => {
  test('Node is refused', () => {
    const text = said('node', ['-e', `require("net").connect(${closed},"127.0.0.1")`]);
    expect(signals(text)).toContainEqual(
      expect.objectContaining({ kind: 'connection-refused', address: '127.0.0.1', port: closed }),
    );
  });
  test('Node finds its port taken', () => {
    const text = said('node', ['-e', `require("http").createServer().listen(${taken.port},"127.0.0.1")`]);
    expect(signals(text)).toContainEqual(
      expect.objectContaining({ kind: 'address-in-use', port: taken.port }),
    );
  });
  test('Node may not read a file, and another is not there', () => {
    const file = join(folder, 'local.json');
    writeFileSync(file, '{}', { mode: 0o600 });
    const script = 'try { require("fs").readFileSync(process.argv[1]) } catch (e) { console.error(e.stack) }';
    spawnSync('chmod', ['755', folder]);
    expect(signals(said('node', ['-e', script, file], 65_534))).toContainEqual(
      expect.objectContaining({ kind: 'permission-denied', path: file }),
    );
    expect(signals(said('node', ['-e', script, '/srv/gone/data']))).toContainEqual(
      expect.objectContaining({ kind: 'no-such-file', path: '/srv/gone/data' }),
    );
  });
  test('Node misses a module and a name', () => {
    expect(signals(said('node', ['-e', 'require("no-such-module")']))[0]).toMatchObject({
      kind: 'module-not-found',
      name: 'no-such-module',
    });
    expect(signals(said('node', ['-e', 'require("net").connect(80,"no-such.invalid")']))).toContainEqual(
      expect.objectContaining({ kind: 'name-not-found', name: 'no-such.invalid' }),
    );
  });
  test('Node runs out of memory', () => {
    const text = said('node', [
      '--max-old-space-size=16',
      '-e',
      'const a=[];for(;;)a.push(new Array(1e5).fill(1))',
    ]);
    expect(signals(text).map(({ kind }) => kind)).toContain('heap-out-of-memory');
  });
  test('Python is refused and misses a module', () => {
    expect(
      signals(
        said('python3', ['-c', `import socket; socket.create_connection(("127.0.0.1",${closed}))`]),
      ).map(({ kind }) => kind),
    ).toContain('connection-refused');
    expect(signals(said('python3', ['-c', 'import no_such_module'])).map(({ kind }) => kind)).toContain(
      'module-not-found',
    );
  });
  test('Redis finds its port taken', () => {
    const text = said('redis-server', ['--port', String(taken.port), '--bind', '127.0.0.1', '--save', '']);
    expect(signals(text)).toContainEqual(
      expect.objectContaining({ kind: 'address-in-use', port: taken.port }),
    );
  });
  test('a shell misses a command, and a program its library', () => {
    expect(signals(said('sh', ['-c', '/opt/gone/docservice'])).map(({ kind }) => kind)[0]).toMatch(
      /command-missing|no-such-file/,
    );
  });
});

test.each([
  [
    '[2026-11-20T21:06:07.537] [ERROR] [localhost] [docId] [userId] nodeJS - [AMQP] Error: connect ECONNREFUSED 127.0.0.1:5672',
    { kind: 'connection-refused', address: '127.0.0.1', port: 5672 },
  ],
  [
    '\u001b[31m[2026-11-20T21:06:07.537] [ERROR] [localhost] [docId] [userId] nodeJS - \u001b[39mgetTableColumns error: Error: connect ECONNREFUSED 127.0.0.1:5432',
    { kind: 'connection-refused', port: 5432 },
  ],
  [
    '[2026-11-20T21:06:07.537] [ERROR] [localhost] [docId] [userId] nodeJS - uncaughtException:Error: listen EADDRINUSE: address already in use :::8000',
    { kind: 'address-in-use', port: 8000 },
  ],
  [
    "[2026-11-20T21:06:07.537] Error: Cannot parse config file: '/etc/onlyoffice/documentserver/local.json': SyntaxError: JSON5: invalid character '\"' at 23:9",
    { kind: 'config-parse', path: '/etc/onlyoffice/documentserver/local.json' },
  ],
  [
    '2026-11-20 21:06:07,537 ERROR error: password authentication failed for user "onlyoffice"',
    { kind: 'database-auth' },
  ],
  [
    '2026-11-20 21:06:07.537 CET [912] FATAL:  sorry, too many clients already',
    { kind: 'database-too-many' },
  ],
  [
    '2026-11-20 21:06:07 psycopg2.OperationalError: connection to server at "127.0.0.1", port 5432 failed: Connection refused',
    { kind: 'connection-refused', address: '127.0.0.1', port: 5432 },
  ],
  [
    '2026/11/20 21:06:07 dial tcp 10.1.2.3:6379: connect: connection refused',
    { kind: 'connection-refused', address: '10.1.2.3', port: 6379 },
  ],
  [
    '2026/11/20 21:06:07 main.go:42: dial tcp 10.1.2.3:6379: connect: connection refused',
    { kind: 'connection-refused', address: '10.1.2.3', port: 6379 },
  ],
  [
    '2026-11-20T21:06:07+01:00 server.js:12 cannot reach redis.internal:6379: connection refused',
    { kind: 'connection-refused', address: 'redis.internal', port: 6379 },
  ],
  [
    '2026-11-20T21:06:07+01:00 dial tcp [::1]:6379: connect: connection refused',
    { kind: 'connection-refused', address: '::1', port: 6379 },
  ],
  [
    '2026/11/20 21:06:07 dial tcp 10.1.2.3:6379: i/o timeout',
    { kind: 'connection-timeout', address: '10.1.2.3', port: 6379 },
  ],
  [
    '2026/11/20 21:06:07 dial tcp: lookup db.internal on 127.0.0.53:53: no such host',
    { kind: 'name-not-found', name: 'db.internal' },
  ],
  [
    '2026-11-20T21:06:07+01:00 ReplyError: WRONGPASS invalid username-password pair or user is disabled.',
    { kind: 'redis-auth' },
  ],
  ['2026-11-20T21:06:07+01:00 NOAUTH Authentication required.', { kind: 'redis-auth' }],
  [
    "[2026-11-20 21:06:07 +0100] [77] [ERROR] Connection in use: ('127.0.0.1', 8000)",
    { kind: 'address-in-use', port: 8000 },
  ],
  [
    '2026-11-20T21:06:07+01:00 Error: listen EACCES: permission denied 0.0.0.0:443',
    { kind: 'permission-denied', port: 443 },
  ],
  [
    "2026-11-20T21:06:07+01:00 Error: ENOSPC: no space left on device, write '/var/lib/app/x'",
    { kind: 'no-space' },
  ],
  [
    "2026-11-20T21:06:07+01:00 Error: EROFS: read-only file system, open '/var/log/app/out.log'",
    { kind: 'read-only-file-system', path: '/var/log/app/out.log' },
  ],
  ["2026-11-20T21:06:07+01:00 Error: EMFILE: too many open files, open '/x'", { kind: 'too-many-files' }],
  [
    '2026-11-20T21:06:07+01:00 /usr/bin/x: error while loading shared libraries: libfoo.so.1: cannot open shared object file: No such file or directory',
    { kind: 'library-missing', name: 'libfoo.so.1' },
  ],
  [
    "2026-11-20T21:06:07+01:00 /lib/libc.so.6: version `GLIBC_2.38' not found (required by ./docservice)",
    { kind: 'library-missing' },
  ],
  ['2026-11-20T21:06:07+01:00 exec /app/run: exec format error', { kind: 'exec-format' }],
  [
    '2026-11-20T21:06:07+01:00 checkJwt error: name = JsonWebTokenError message = invalid signature',
    { kind: 'jwt-error' },
  ],
  ['2026-11-20T21:06:07+01:00 Error: certificate is not yet valid', { kind: 'tls-clock' }],
  ['2026-11-20T21:06:07+01:00 bash: fork: retry: Resource temporarily unavailable', { kind: 'cannot-fork' }],
  ['2026-11-20T21:06:07+01:00 Listening on 0.0.0.0:8000', { kind: 'listening', port: 8000 }],
  [
    '2026-11-20T21:06:07+01:00 org.postgresql.util.PSQLException: FATAL: database "docs" does not exist',
    { kind: 'database-missing' },
  ],
  ['2026-11-20T21:06:07+01:00 TimeoutError: ResourceRequest timed out', { kind: 'pool-timeout' }],
  [
    'Nov 20 21:06:07 docs-1 app[812]: Error: connect ECONNREFUSED 127.0.0.1:6379',
    { kind: 'connection-refused', port: 6379 },
  ],
  [
    '{"level":50,"time":1795205167537,"msg":"connect ECONNREFUSED 127.0.0.1:6379"}',
    { kind: 'connection-refused', port: 6379 },
  ],
])('%s', (text, expected) => {
  expect(signals(text)[0]).toMatchObject({
    ...expected,
    at: Date.UTC(2026, 10, 20, 20, 6, 7) / 1000,
    line: 0,
  });
});

test.each([
  '[2026-11-20T21:06:07.537] [INFO] [localhost] [docId] [userId] nodeJS - healthCheck start',
  '[2026-11-20T21:06:07.537] [INFO] - 0 errors, connection refused count is not kept here'.replace(
    'connection refused',
    'retries',
  ),
  'GET /healthcheck 200 4 - 1.2 ms',
  '',
])('no trouble is seen in: %s', (text) => {
  expect(signals(text)).toEqual([]);
});

test("a stack belongs to its first line's time, and a log without times has none", () => {
  const [first] = signals('2026-11-20T20:00:00Z Error\n    at x\nError: connect ECONNREFUSED 127.0.0.1:1');
  expect(first?.at).toBe(Date.UTC(2026, 10, 20, 20, 0, 0) / 1000);
  expect(signals('Error: connect ECONNREFUSED 127.0.0.1:1')[0]?.at).toBeUndefined();
});

test("a December line read in January is last year's", () => {
  const january = Date.UTC(2027, 0, 2) / 1000;
  const { signals: found } = readLogSignals([{ text: 'Dec 31 23:00:00 h app: ECONNREFUSED', line: 0 }], {
    nowEpoch: january,
    offsetSeconds: 0,
  });
  expect(found[0]?.at).toBe(Date.UTC(2026, 11, 31, 23) / 1000);
});

test('a file is read on the host, and each signal cites the line that is there', async () => {
  const path = join(folder, 'out.log');
  writeFileSync(
    path,
    `started\n[2026-11-20T21:06:07.537] [ERROR] Error: connect ECONNREFUSED 127.0.0.1:5672\n`,
  );
  const output = await runHere(backendLog.command({ path, bytes: 65_536 }));
  const parsed = backendLog.parse(output);
  if (!parsed.ok) throw new Error(parsed.says);
  const [signal] = parsed.facts.signals;
  expect(output.stdout.split('\n')[signal?.line ?? -1]).toContain('ECONNREFUSED 127.0.0.1:5672');
  expect(
    backendLog.parse(await runHere(backendLog.command({ path: join(folder, 'gone.log'), bytes: 1 }))),
  ).toMatchObject({ ok: false, reason: 'not-found' });
});

test('any text is read without throwing, and long lines quickly', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'ECONNREFUSED ',
      'permission denied ',
      '2026-11-20T21:06:07Z ',
      'listening ',
      ':'.repeat(3000),
      '1.'.repeat(3000),
      '/a'.repeat(3000),
      'connect to '.repeat(500),
      '\u001b[',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      signals(pieces.join(''));
      backendLog.parse(outputOf(pieces.join('\n')));
    }),
    { numRuns: 200 },
  );
});
