import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NginxAccessLogFacts, nginxAccessLog } from '../../../src/probes/nginx/access-log.js';
import {
  type NginxErrorEntry,
  type NginxErrorLogFacts,
  nginxErrorLog,
  readErrorLine,
} from '../../../src/probes/nginx/error-log.js';
import { curl, type RealNginx, startNginx } from '../support/real-nginx.js';
import { outputOf, runHere } from '../support/run-here.js';
import {
  closedPort,
  httpServer,
  type SickServer,
  selfSigned,
  tcpServer,
  tlsServer,
} from '../support/sick-servers.js';

let nginx: RealNginx;
let port = 0;
let facts: NginxErrorLogFacts;
let access: NginxAccessLogFacts;
let stdout: string[] = [];
const servers: SickServer[] = [];
const FORMAT =
  '{"t":"$msec","r":"$request","s":$status,"up":"$upstream_addr","us":"$upstream_status","ref":"$http_referer"}';

beforeAll(async () => {
  port = await closedPort();
  const dead = await closedPort();
  const start = async (server: Promise<SickServer>) => {
    servers.push(await server);
    return servers.at(-1)?.port ?? 0;
  };
  const healthy = await start(httpServer((_request, response) => response.end('ok')));
  const cookie = await start(
    httpServer((_request, response) => response.setHeader('Set-Cookie', 'x'.repeat(16_000)).end()),
  );
  const slow = await start(tcpServer(() => {}));
  const closes = await start(tcpServer((socket) => socket.once('data', () => socket.end())));
  const resets = await start(tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
  const ssh = await start(tcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2p1\r\n')));
  const badHeader = await start(
    tcpServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\x01bad header\r\n\r\n'))),
  );
  const tls = await start(tlsServer(selfSigned()));
  const tls13 = await start(tlsServer(selfSigned(), { minVersion: 'TLSv1.3' }));
  nginx = await startNginx(
    port,
    `log_format j escape=json '${FORMAT}'; access_log JSONLOG j;
  limit_req_zone $server_name zone=slowly:1m rate=1r/m; limit_conn_zone $server_name zone=few:1m;
  upstream none { server 127.0.0.1:${dead} max_fails=1 fail_timeout=60s; server 127.0.0.1:${dead + 0} max_fails=1 fail_timeout=60s; }
  server { listen 127.0.0.1:${port}; server_name docs; }
  server { listen 127.0.0.1:${port}; server_name docs; }
  server { listen 127.0.0.1:${port} default_server; server_name first; root ROOT;
    location /ok { proxy_pass http://127.0.0.1:${healthy}; }
    location /refused { proxy_pass http://127.0.0.1:${dead}; }
    location /none { proxy_pass http://none; }
    location /slow { proxy_pass http://127.0.0.1:${slow}; proxy_read_timeout 1s; }
    location /closes { proxy_pass http://127.0.0.1:${closes}; }
    location /resets { proxy_pass http://127.0.0.1:${resets}; }
    location /ssh { proxy_pass http://127.0.0.1:${ssh}; proxy_http_version 1.1; }
    location /badheader { proxy_pass http://127.0.0.1:${badHeader}; }
    location /cookie { proxy_pass http://127.0.0.1:${cookie}; }
    location /nosocket { proxy_pass http://unix:ROOT/gone.sock:/; }
    location /denied { proxy_pass http://unix:ROOT/secret/live.sock:/; }
    location /tlsplain { proxy_pass https://127.0.0.1:${healthy}; }
    location /untrusted { proxy_pass https://127.0.0.1:${tls}; proxy_ssl_verify on; proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt; }
    location /oldtls { proxy_pass https://127.0.0.1:${tls13}; proxy_ssl_protocols TLSv1.2; }
    location /name { resolver 127.0.0.1:${dead} valid=1s; resolver_timeout 1s; set $u no-such.invalid; proxy_pass http://$u; }
    location /small { client_max_body_size 1k; proxy_pass http://127.0.0.1:${healthy}; }
    location /limited { limit_req zone=slowly; proxy_pass http://127.0.0.1:${healthy}; }
    location /conn { limit_conn few 1; proxy_pass http://127.0.0.1:${slow}; proxy_read_timeout 2s; }
    location /forbidden { deny all; }
    location /missing/ { }
  }`
      .replaceAll('ROOT', '/tmp')
      .replace('JSONLOG', `/tmp/goodgate-json-${port}.log`),
  );
  const at = `http://127.0.0.1:${port}`;
  for (const path of [
    'refused',
    'none',
    'none',
    'slow',
    'closes',
    'resets',
    'ssh',
    'badheader',
    'cookie',
    'nosocket',
    'tlsplain',
    'untrusted',
    'oldtls',
    'name',
    'limited',
    'limited',
    'forbidden',
    'missing/x',
    'ok',
  ])
    await curl(`${at}/${path}`, '-e', `http://goodgate.invalid/${path.replace('/', '_')}`);
  // Warnings of the first start go to standard error; those of a reload, to the log.
  nginx.master.kill('SIGHUP');
  for (let tries = 0; tries < 100 && !nginx.errorLog().includes('conflicting'); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  writeFileSync(join(nginx.folder, 'big'), 'x'.repeat(4000));
  await curl(`${at}/small`, '-e', 'http://goodgate.invalid/small', '--data-binary', `@${nginx.folder}/big`);
  const output = await runHere(nginxErrorLog.command({ path: join(nginx.folder, 'error.log') }));
  stdout = output.stdout.split('\n');
  const parsed = nginxErrorLog.parse(output);
  if (!parsed.ok) throw new Error(parsed.says);
  facts = parsed.facts;
  const log = nginxAccessLog.parse(
    await runHere(nginxAccessLog.command({ path: `/tmp/goodgate-json-${port}.log`, format: FORMAT })),
  );
  if (!log.ok) throw new Error(log.says);
  access = log.facts;
  if (process.env['SHOW'] !== undefined)
    console.log(
      stdout.join('\n'),
      facts.entries.map((e) => [e.kind, e.trace, e.errno]),
    );
}, 60_000);
afterAll(async () => {
  rmSync(`/tmp/goodgate-json-${port}.log`, { force: true });
  await nginx.stop();
  for (const server of servers) await server.close();
});

function marked(trace: string): NginxErrorEntry {
  const entry = facts.entries.find((candidate) => candidate.trace === trace);
  if (entry === undefined) throw new Error(`no line for ${trace}`);
  return entry;
}

test.each([
  ['refused', { kind: 'connect-failed', errno: 111, phase: 'connecting to upstream', level: 'error' }],
  ['slow', { kind: 'upstream-timed-out', errno: 110, stage: 'read' }],
  ['closes', { kind: 'prematurely-closed', phase: 'reading response header from upstream' }],
  ['resets', { kind: 'recv-failed', errno: 104 }],
  ['ssh', { kind: 'invalid-header' }],
  ['badheader', { kind: 'invalid-header' }],
  ['cookie', { kind: 'too-big-header' }],
  ['nosocket', { kind: 'connect-failed', errno: 2, path: '/tmp/gone.sock' }],
  ['tlsplain', { kind: 'ssl-handshake-failed' }],
  ['untrusted', { kind: 'ssl-verify-error', verifyCode: 18 }],
  ['oldtls', { kind: 'ssl-handshake-failed' }],
  ['name', { kind: 'could-not-be-resolved', name: 'no-such.invalid' }],
  ['limited', { kind: 'limiting-requests', zone: 'slowly' }],
  ['forbidden', { kind: 'access-forbidden' }],
  ['missing_x', { kind: 'open-failed', errno: 2 }],
  ['small', { kind: 'body-too-large' }],
])(
  'what nginx logs for /%s is understood, and the marked request is found by its trace',
  (trace, expected) => {
    const entry = marked(trace);
    expect(entry).toMatchObject(expected);
    expect(stdout[entry.line]).toBe(entry.text);
    expect(entry.client).toBe('127.0.0.1');
    expect(entry.server).toBe('first');
  },
);

test('a group whose servers all failed is named beside the failure itself', () => {
  expect(facts.entries.filter((entry) => entry.trace === 'none').map((entry) => entry.kind)).toContain(
    'no-live-upstreams',
  );
});
test('two servers of one name are warned about', () => {
  expect(
    facts.entries.some((entry) => entry.kind === 'conflicting-server-name' && entry.level === 'warn'),
  ).toBe(true);
});
test("a line's time is the host's, whatever the bot's zone", () => {
  for (const entry of facts.entries) expect(Math.abs(entry.at - facts.nowEpoch)).toBeLessThan(120);
});
test('the wrong version number of a plain port is kept', () => {
  expect(marked('tlsplain').detail).toContain('wrong version number');
});
test('a JSON access log is read by its own log_format', () => {
  expect(access.unread).toBe(0);
  const entry = access.entries.find((candidate) => candidate.trace === 'refused');
  expect(entry).toMatchObject({ status: 502, request: 'GET /refused HTTP/1.1', upstreamStatuses: [502] });
  expect(entry?.upstreamAddresses[0]).toMatch(/^127\.0\.0\.1:\d+$/);
});
test('the combined access log has the marker in the referrer', async () => {
  const parsed = nginxAccessLog.parse(
    await runHere(nginxAccessLog.command({ path: join(nginx.folder, 'access.log') })),
  );
  // access_log in the same block twice: both are written.
  expect(parsed.ok && parsed.facts.entries.find((entry) => entry.trace === 'ok')).toMatchObject({
    status: 200,
    client: '127.0.0.1',
  });
});

describe('logs that cannot be read', () => {
  test.each([
    ['/nonexistent/error.log', undefined, 'not-found'],
    ['/dev/null', undefined, 'not-found'],
  ])('%s', async (path, _uid, reason) => {
    expect(nginxErrorLog.parse(await runHere(nginxErrorLog.command({ path })))).toMatchObject({
      ok: false,
      reason,
    });
  });
  test('without permission', async () => {
    const folder = join(nginx.folder, 'closed');
    mkdirSync(folder);
    writeFileSync(join(folder, 'error.log'), 'x', { mode: 0o600 });
    const output = await runHere(nginxErrorLog.command({ path: join(folder, 'error.log') }), { uid: 65_534 });
    expect(nginxErrorLog.parse(output)).toMatchObject({ ok: false, reason: 'permission-denied' });
  });
});

test.each([
  [
    'connect() failed (113: No route to host) while connecting to upstream',
    { kind: 'connect-failed', errno: 113 },
  ],
  [
    'connect() failed (101: Network is unreachable) while connecting to upstream',
    { kind: 'connect-failed', errno: 101 },
  ],
  [
    'connect() to 127.0.0.1:8000 failed (99: Cannot assign requested address) while connecting to upstream',
    { kind: 'connect-failed', errno: 99 },
  ],
  [
    'connect() to unix:/run/a.sock failed (13: Permission denied) while connecting to upstream',
    { kind: 'connect-failed', errno: 13, path: '/run/a.sock' },
  ],
  [
    'upstream timed out (110: Connection timed out) while connecting to upstream',
    { kind: 'upstream-timed-out', stage: 'connect' },
  ],
  ['16 worker_connections are not enough while connecting to upstream', { kind: 'worker-connections' }],
  [
    'socket() failed (24: Too many open files) while connecting to upstream',
    { kind: 'too-many-open-files', errno: 24 },
  ],
  [
    'pwrite() "/var/lib/nginx/body/0000000001" failed (28: No space left on device)',
    { kind: 'no-space', path: '/var/lib/nginx/body/0000000001' },
  ],
  ['host not found in upstream "app" in /etc/nginx/nginx.conf:3', { kind: 'host-not-found', name: 'app' }],
  ['limiting connections by zone "few"', { kind: 'limiting-connections', zone: 'few' }],
  [
    'bind() to 0.0.0.0:80 failed (98: Address already in use)',
    { kind: 'bind-failed', errno: 98, path: '0.0.0.0:80' },
  ],
  [
    'upstream server temporarily disabled while connecting to upstream',
    { kind: 'upstream-server-temporarily-disabled' },
  ],
  ['unknown directive "x" in /etc/nginx/nginx.conf:3', { kind: 'other' }],
])('%s', (message, expected) => {
  const entry = readErrorLine(
    `2026/11/20 21:06:07 [error] 813#813: *5 ${message}, client: 10.0.0.9, server: docs, request: "GET /a, upstream: x HTTP/1.1", upstream: "http://[::1]:8000/a", host: "docs"`,
    3600,
    7,
  );
  expect(entry).toMatchObject({
    ...expected,
    at: Date.UTC(2026, 10, 20, 20, 6, 7) / 1000,
    pid: 813,
    connection: 5,
    client: '10.0.0.9',
    request: 'GET /a, upstream: x HTTP/1.1',
    upstreamAddress: '[::1]:8000',
    line: 7,
  });
});

test('garbage, pieces of lines and hostile lines are passed over, quickly', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string(),
          fc.constant('2026/11/20 21:06:07 [error] 1#1: *1 '),
          fc.constant(`2026/11/20 21:06:07 [error] 1#1: *1 x, client: ${', request: "'.repeat(500)}`),
        ),
      ),
      (lines) => {
        const parsed = nginxErrorLog.parse(outputOf(`clock 1 +0000\nsize 1 mtime 1\n${lines.join('\n')}`));
        expect(parsed.ok).toBe(true);
        expect(nginxAccessLog.parse(outputOf(`clock 1 +0000\n${lines.join('\n')}`)).ok).toBe(true);
      },
    ),
  );
  expect(nginxErrorLog.parse(outputOf('')).ok).toBe(false);
});
