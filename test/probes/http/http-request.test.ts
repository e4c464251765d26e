import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpRequest } from '../../../src/probes/http/http-request.js';
import type { RequestFacts } from '../../../src/probes/http/request-facts.js';
import type { HttpRequestParams } from '../../../src/probes/http/request-params.js';
import { maskSecrets } from '../../../src/probes/mask-secrets.js';
import { outputOf, pathWith, runHere, SMALL_TOOLS } from '../support/run-here.js';
import {
  closedPort,
  httpServer,
  type SickServer,
  selfSigned,
  tcpServer,
  tlsServer,
} from '../support/sick-servers.js';

const marker = { trace: 'gg-7f3a91', version: '0.1.0' };
const rungs = {
  curl: [...SMALL_TOOLS, 'curl'],
  python3: [...SMALL_TOOLS, 'python3'],
  perl: [...SMALL_TOOLS, 'perl'],
  bash: [...SMALL_TOOLS, 'bash'],
  nc: [...SMALL_TOOLS, 'nc'],
};
const servers: Record<string, SickServer> = {};
const seen: { method?: string; url?: string; headers: IncomingMessage['headers'] }[] = [];
const folder = mkdtempSync(join(tmpdir(), 'goodgate-http-'));
let closed = 0;

beforeAll(async () => {
  closed = await closedPort();
  servers['healthy'] = await httpServer((request, response) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    if (request.url === '/bad')
      return void response.writeHead(502, { Server: 'nginx/1.22.1' }).end('<html>bad</html>\n');
    if (request.url === '/chunked') {
      response.write('tr');
      return void response.end('ue');
    }
    if (request.url === '/cookie') return void response.setHeader('Set-Cookie', 'x'.repeat(40_000)).end('ok');
    if (request.url === '/endless') {
      const timer = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.on('close', () => clearInterval(timer));
      return;
    }
    let bytes = 0;
    request.on('data', (piece: Buffer) => (bytes += piece.length));
    request.on('end', () => response.end(request.method === 'POST' ? `got ${bytes}` : 'true'));
  });
  servers['closes'] = await tcpServer((socket) => socket.once('data', () => socket.end()));
  servers['cuts'] = await tcpServer((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nonly this')),
  );
  servers['stops'] = await tcpServer((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Len')),
  );
  servers['plain lines'] = await tcpServer((socket) =>
    socket.once('data', () => socket.end('HTTP/1.0 200 OK\nServer: old\n\ntrue')),
  );
  servers['resets'] = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  servers['silent'] = await tcpServer(() => {});
  servers['ssh'] = await tcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n'));
  const certificate = selfSigned();
  servers['tls'] = await tlsServer(certificate);
  servers['unix'] = await tcpServer(
    (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nunix')),
    { path: join(folder, 'live.sock') },
  );
});
afterAll(async () => {
  for (const server of Object.values(servers)) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function asks(server: string | number, more: Partial<HttpRequestParams> = {}): HttpRequestParams {
  const port = typeof server === 'number' ? server : (servers[server]?.port ?? 0);
  return {
    label: 't',
    scheme: 'http',
    host: 'docs.example.test',
    uri: '/healthcheck',
    connect: { address: '127.0.0.1', port },
    timeoutSeconds: 2,
    marker,
    ...more,
  };
}

async function ask(
  rung: keyof typeof rungs,
  params: HttpRequestParams,
): Promise<RequestFacts & { cited: string }> {
  const { path, remove } = pathWith(rungs[rung]);
  // nc holds its end open for as long as it may wait.
  const output = await runHere(
    httpRequest.command(rung === 'nc' ? { ...params, timeoutSeconds: 1 } : params),
    { path },
  );
  remove();
  // A check masks secrets before it reads.
  const parsed = httpRequest.parse({ ...output, stdout: maskSecrets(output.stdout, 'k') });
  if (!parsed.ok)
    throw new Error(`${rung}: ${parsed.reason}: ${parsed.says}\n${output.stdout}\n${output.stderr}`);
  if (process.env['SHOW'] !== undefined)
    console.log(rung, output.stdout.slice(0, 1500), output.stderr, { ...parsed.facts, headers: 0 });
  expect(parsed.facts.via).toBe(rung);
  return { ...parsed.facts, cited: output.stdout.split('\n')[parsed.facts.line] ?? '' };
}

describe.each(['curl', 'python3', 'perl', 'bash', 'nc'] as const)('asked by %s', (rung) => {
  test('an answer arrives with its status, headers and body, and the marker reaches the server', async () => {
    seen.length = 0;
    const facts = await ask(rung, asks('healthy'));
    expect(facts).toMatchObject({ outcome: 'answered', status: 200, reason: 'OK', bodyExcerpt: 'true' });
    expect(facts.cited).toContain('HTTP/1.1 200 OK');
    expect(seen[0]?.headers).toMatchObject({
      host: 'docs.example.test',
      referer: 'http://goodgate.invalid/gg-7f3a91',
      'user-agent': 'goodgate/0.1.0 (gg-7f3a91)',
    });
  });
  test("a proxy's 502 is an answer", async () => {
    expect(await ask(rung, asks('healthy', { uri: '/bad' }))).toMatchObject({
      outcome: 'answered',
      status: 502,
      reason: 'Bad Gateway',
      says: 'HTTP/1.1 502 Bad Gateway',
    });
  });
  test('a chunked body is put together', async () => {
    expect((await ask(rung, asks('healthy', { uri: '/chunked' }))).bodyExcerpt).toBe('true');
  });
  test('a response header larger than any buffer is measured', async () => {
    expect((await ask(rung, asks('healthy', { uri: '/cookie' }))).headerBytes).toBeGreaterThan(40_000);
  });
  test('a body without end is read to the cap', async () => {
    expect(await ask(rung, asks('healthy', { uri: '/endless' }))).toMatchObject({
      outcome: 'answered',
      status: 200,
    });
  });
  test('a request body of the wanted size is sent', async () => {
    const facts = await ask(rung, asks('healthy', { method: 'POST', bodyBytes: 5000 }));
    expect(facts.bodyExcerpt).toBe('got 5000');
  });
  test('a closed port refuses', async () => {
    const facts = await ask(rung, asks(closed));
    expect(facts.outcome).toBe('refused');
    expect(facts.cited).toMatch(/refused/i);
  });
  test('a server that closes at once closed early', async () => {
    expect((await ask(rung, asks('closes'))).outcome).toBe('closed-early');
  });
  test('a server that stops within its header closed early', async () => {
    expect((await ask(rung, asks('stops'))).outcome).toBe('closed-early');
  });
  test('a server that ends its lines in its own way has answered', async () => {
    expect(await ask(rung, asks('plain lines'))).toMatchObject({
      outcome: 'answered',
      bodyExcerpt: expect.stringMatching(/^true/),
    });
  });
  test('a silent server is a time-out of the response', async () => {
    expect((await ask(rung, asks('silent', { timeoutSeconds: 1 }))).outcome).toBe('timeout-response');
  });
  test('an SSH banner is not HTTP, and its first bytes are shown', async () => {
    const facts = await ask(rung, asks('ssh'));
    expect(facts.outcome).toBe('invalid-http');
    expect(facts.firstBytes).toContain('SSH-2.0-OpenSSH_9.2p1');
    expect(facts.cited).toContain('SSH-2.0');
  });
  test('a name that does not exist is told from a closed port', async () => {
    const facts = await ask(rung, asks(80, { connect: { address: 'no-such-name.invalid', port: 80 } }));
    expect(facts.outcome).toBe('name-unresolved');
  });
  test('a WebSocket is granted', async () => {
    if (rung === 'curl')
      return expect((await ask(rung, asks('healthy', { upgrade: true, timeoutSeconds: 1 }))).status).toBe(
        101,
      );
    expect(await ask(rung, asks('healthy', { upgrade: true }))).toMatchObject({
      outcome: 'answered',
      status: 101,
    });
  });
});

describe.each(['curl', 'python3', 'perl', 'bash'] as const)('asked by %s, which can tell', (rung) => {
  test('a reset', async () => {
    expect((await ask(rung, asks('resets'))).outcome).toBe('reset');
  });
});

describe.each(['curl', 'python3', 'perl'] as const)(
  'asked by %s, which knows lengths and sockets',
  (rung) => {
    test('a body cut short closed early, with its status', async () => {
      expect(await ask(rung, asks('cuts'))).toMatchObject({ outcome: 'closed-early', status: 200 });
    });
    test('a unix socket answers', async () => {
      const facts = await ask(rung, asks(0, { connect: { socket: join(folder, 'live.sock') } }));
      expect(facts).toMatchObject({ outcome: 'answered', bodyExcerpt: 'unix' });
    });
    test('a unix socket that is not there is missing', async () => {
      const facts = await ask(rung, asks(0, { connect: { socket: join(folder, 'gone.sock') } }));
      expect(facts.outcome).toBe('socket-missing');
    });
    test('a plain request to a TLS port is not answered well', async () => {
      const facts = await ask(rung, asks('tls'));
      expect(['closed-early', 'reset', 'invalid-http']).toContain(facts.outcome);
    });
  },
);

describe.each(['curl', 'python3'] as const)('asked by %s over TLS', (rung) => {
  test('a self-signed certificate is refused, and accepted when told so', async () => {
    const strict = await ask(rung, asks('tls', { scheme: 'https', sni: 'docs.example.test' }));
    expect(strict).toMatchObject({ outcome: 'tls-error', tlsToPlain: false });
    const lax = await ask(rung, asks('tls', { scheme: 'https', sni: 'docs.example.test', insecure: true }));
    expect(lax).toMatchObject({ outcome: 'answered', status: 200, bodyExcerpt: 'ok' });
  });
  test('a port that speaks plain HTTP is told by its wrong version number', async () => {
    const facts = await ask(rung, asks('ssh', { scheme: 'https', insecure: true }));
    expect(facts).toMatchObject({ outcome: 'tls-error', tlsToPlain: true });
  });
});

test('the first program of the ladder that is there is used, and none is said to be missing', async () => {
  const { path, remove } = pathWith(SMALL_TOOLS);
  const parsed = httpRequest.parse(await runHere(httpRequest.command(asks('healthy')), { path }));
  remove();
  expect(parsed).toMatchObject({ ok: false, reason: 'command-not-found' });
});

test('a socket that may not be opened says so', async () => {
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'live.sock'), 0o600);
  const command = httpRequest.command(asks(0, { connect: { socket: join(folder, 'live.sock') } }));
  const parsed = httpRequest.parse(await runHere(command, { uid: 65_534 }));
  expect(parsed).toMatchObject({ ok: true, facts: { outcome: 'permission-denied' } });
});

test('dash, bash and BusyBox run the same snippet', async () => {
  for (const shell of [['/bin/dash'], ['/bin/bash', '--posix'], ['/bin/busybox', 'sh']]) {
    const parsed = httpRequest.parse(await runHere(httpRequest.command(asks('healthy')), { shell }));
    expect(parsed).toMatchObject({ ok: true, facts: { outcome: 'answered', status: 200 } });
  }
});

test('what a URI and a header may not hold never reaches the request line', () => {
  const { argv } = httpRequest.command(
    asks(1, {
      uri: "/a b\r\nX: y'$(id)#é",
      host: 'h\r\nEvil: 1',
      headers: [{ name: '@/etc/passwd', value: 'x' }],
    }),
  );
  expect(argv.join('\n')).toContain("GET /a%20b%0D%0AX:%20y'$(id)%23%C3%A9 HTTP/1.1\nHost: h  Evil: 1\n");
  expect(argv).not.toContain('@/etc/passwd: x');
});

test('any output at all is read without throwing', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'via: curl',
      'raw:',
      '| HTTP/1.1 200 OK\r',
      '| ',
      '|',
      '* Connected to',
      'curl: (7) x',
      'timing: connect=1 total=2 remote=',
      '| transfer-encoding: chunked',
      '| 5',
      '| HTTP/1.1 100 Continue',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.boolean(), (lines, timedOut) => {
      const parsed = httpRequest.parse(outputOf(lines.join('\n'), { timedOut }));
      if (parsed.ok) expect(parsed.facts.line).toBeLessThan(lines.join('\n').split('\n').length + 1);
    }),
  );
});

test('a host without ::1 has not run out of ports: the refusal of its other address counts', () => {
  const text = [
    'via: curl',
    '*   Trying 127.0.0.1:8000...',
    '* connect to 127.0.0.1 port 8000 failed: Connection refused',
    '*   Trying [::1]:8000...',
    '* Immediate connect fail for ::1: Cannot assign requested address',
    "* Failed to connect to localhost port 8000 after 28 ms: Couldn't connect to server",
    "curl: (7) Failed to connect to localhost port 8000 after 28 ms: Couldn't connect to server",
    'timing: connect=0.000000 total=0.028381 remote=',
    'exit: 7',
    'header: 1',
    'raw:',
    '| ',
    '',
  ];
  expect(httpRequest.parse(outputOf(text.join('\n')))).toMatchObject({
    ok: true,
    facts: { outcome: 'refused', line: 2 },
  });
  const alone = [...text.slice(0, 1), ...text.slice(3)].join('\n');
  expect(httpRequest.parse(outputOf(alone))).toMatchObject({ facts: { outcome: 'no-local-port' } });
});
