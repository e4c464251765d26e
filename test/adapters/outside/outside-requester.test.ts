import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outsideRequester } from '../../../src/adapters/outside/outside-requester.js';
import { httpRequest } from '../../../src/probes/http/http-request.js';
import type { RequestFacts } from '../../../src/probes/http/request-facts.js';
import type { HttpRequestParams } from '../../../src/probes/http/request-params.js';
import {
  closedPort,
  httpServer,
  type SickServer,
  selfSigned,
  tcpServer,
  tlsServer,
} from '../../probes/support/sick-servers.js';

const servers: Record<string, SickServer> = {};
const folder = mkdtempSync(join(tmpdir(), 'goodgate-outside-'));
const seen: string[] = [];

beforeAll(async () => {
  servers['healthy'] = await httpServer((request, response) => {
    seen.push(`${request.headers.host} ${request.headers.referer}`);
    if (request.url === '/bad') return void response.writeHead(502, { Server: 'nginx' }).end('bad');
    if (request.url === '/cookie') return void response.setHeader('Set-Cookie', 'x'.repeat(40_000)).end('ok');
    if (request.url === '/redirect') return void response.writeHead(302, { Location: '/welcome/' }).end();
    if (request.url === '/chunked') response.write('tr');
    response.end(request.url === '/chunked' ? 'ue' : 'true');
  });
  servers['closes'] = await tcpServer((socket) => socket.once('data', () => socket.end()));
  servers['cuts'] = await tcpServer((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nonly this')),
  );
  servers['resets'] = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  servers['silent'] = await tcpServer(() => {});
  servers['ssh'] = await tcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2p1\r\n'));
  servers['tls'] = await tlsServer(selfSigned());
  servers['unix'] = await tcpServer(
    (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nunix')),
    { path: join(folder, 'live.sock') },
  );
});
afterAll(async () => {
  for (const server of Object.values(servers)) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(
  server: string | number,
  more: Partial<HttpRequestParams> = {},
): Promise<RequestFacts & { cited: string }> {
  const port = typeof server === 'number' ? server : (servers[server]?.port ?? 0);
  const { output } = await outsideRequester.request({
    label: 'outside',
    scheme: 'http',
    host: 'docs.example.test',
    uri: '/healthcheck',
    connect: { address: '127.0.0.1', port },
    timeoutSeconds: 2,
    marker: { trace: 'gg-1', version: '0.1.0' },
    ...more,
  });
  const parsed = httpRequest.parse(output);
  if (!parsed.ok) throw new Error(parsed.says);
  expect(parsed.facts.via).toBe('goodgate');
  return { ...parsed.facts, cited: output.stdout.split('\n')[parsed.facts.line] ?? '' };
}

test('an answer arrives whole, and the marker reaches the server', async () => {
  const facts = await ask('healthy');
  expect(facts).toMatchObject({
    outcome: 'answered',
    status: 200,
    bodyExcerpt: 'true',
    remoteAddress: '127.0.0.1',
  });
  expect(facts.cited).toContain('HTTP/1.1 200 OK');
  expect(seen).toContain('docs.example.test http://goodgate.invalid/gg-1');
});

test.each([
  ['/bad', { outcome: 'answered', status: 502, reason: 'Bad Gateway', bodyExcerpt: 'bad' }],
  ['/chunked', { outcome: 'answered', status: 200, bodyExcerpt: 'true' }],
  ['/redirect', { outcome: 'answered', status: 302, location: '/welcome/' }],
])('%s is an answer', async (uri, expected) => {
  expect(await ask('healthy', { uri })).toMatchObject(expected);
});

test('a large response header is measured', async () => {
  expect((await ask('healthy', { uri: '/cookie' })).headerBytes).toBeGreaterThan(40_000);
});

test.each([
  ['closes', 'closed-early'],
  ['cuts', 'closed-early'],
  ['resets', 'reset'],
  ['silent', 'timeout-response'],
  ['ssh', 'invalid-http'],
])('a server that %s is %s', async (server, outcome) => {
  expect((await ask(server, { timeoutSeconds: 1 })).outcome).toBe(outcome);
});

test('a closed port refuses, on a line that says so', async () => {
  const facts = await ask(await closedPort());
  expect(facts.outcome).toBe('refused');
  expect(facts.cited).toContain('Connection refused');
});

test('a name that does not exist is told from a closed port', async () => {
  const facts = await ask(80, { connect: { address: 'no-such-name.invalid', port: 80 } });
  expect(facts.outcome).toBe('name-unresolved');
});

test('sockets: one that answers, one that is not there', async () => {
  expect(await ask(0, { connect: { socket: join(folder, 'live.sock') } })).toMatchObject({
    bodyExcerpt: 'unix',
  });
  expect((await ask(0, { connect: { socket: join(folder, 'gone.sock') } })).outcome).toBe('socket-missing');
});

test('a self-signed certificate is refused, and accepted when told so', async () => {
  const tls = { scheme: 'https', sni: 'docs.example.test' } as const;
  const strict = await ask('tls', tls);
  expect(strict).toMatchObject({ outcome: 'tls-error', tlsToPlain: false });
  expect(strict.says).toMatch(/self[- ]signed/i);
  expect(await ask('tls', { ...tls, insecure: true })).toMatchObject({
    outcome: 'answered',
    bodyExcerpt: 'ok',
  });
});

test('TLS spoken to a plain port is told by its wrong version number', async () => {
  expect(await ask('ssh', { scheme: 'https', insecure: true })).toMatchObject({
    outcome: 'tls-error',
    tlsToPlain: true,
  });
});

test('a WebSocket is granted', async () => {
  expect(await ask('healthy', { upgrade: true })).toMatchObject({ outcome: 'answered', status: 101 });
});

test('a body of the wanted size is sent', async () => {
  const counted = await httpServer((request, response) => {
    let bytes = 0;
    request.on('data', (piece: Buffer) => (bytes += piece.length));
    request.on('end', () => response.end(`got ${bytes}`));
  });
  const facts = await ask(counted.port, { method: 'POST', bodyBytes: 300_000 });
  await counted.close();
  expect(facts.bodyExcerpt).toBe('got 300000');
});
