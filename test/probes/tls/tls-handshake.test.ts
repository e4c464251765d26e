import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseOpensslTime } from '../../../src/probes/tls/read-certificate.js';
import {
  parseTlsHandshake,
  type TlsHandshakeFacts,
  type TlsHandshakeParams,
  tlsHandshake,
} from '../../../src/probes/tls/tls-handshake.js';
import { frame } from '../fixture.js';
import { outputOf, pathWith, runHere, SMALL_TOOLS } from '../support/run-here.js';
import {
  closedPort,
  httpServer,
  type SickServer,
  selfSigned,
  tcpServer,
  tlsServer,
} from '../support/sick-servers.js';

const servers: Record<string, SickServer> = {};
const now = Math.floor(Date.now() / 1000);

beforeAll(async () => {
  const good = selfSigned();
  servers['good'] = await tlsServer(good);
  servers['tls12'] = await tlsServer(good, { maxVersion: 'TLSv1.2' });
  servers['wants-sni'] = await tlsServer(good, {
    SNICallback: (name, done) => {
      if (name === 'docs.example.test') done(null);
      else done(new Error('no such name'));
    },
  });
  servers['expired'] = await tlsServer(signedBetween('20200101000000Z', '20210101000000Z'));
  servers['early'] = await tlsServer(signedBetween('20900101000000Z', '20910101000000Z'));
  servers['picky'] = await tlsServer(good, {
    maxVersion: 'TLSv1.2',
    ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  });
  servers['http'] = await httpServer((_request, response) => void response.end('true'));
  servers['silent'] = await tcpServer(() => {});
  servers['closes'] = await tcpServer((socket) => socket.once('data', () => socket.end()));
  servers['ssh'] = await tcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2p1\r\n'));
}, 30_000);
afterAll(async () => {
  for (const server of Object.values(servers)) await server.close();
});

/** A self-signed certificate of its own time span: `openssl ca` alone takes both ends. */
function signedBetween(from: string, to: string): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'goodgate-span-'));
  const [key, request, cert] = ['key.pem', 'request.pem', 'cert.pem'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const openssl = (...args: string[]): Buffer =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const config =
    '[ca]\ndefault_ca=c\n[c]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n';
  execFileSync('sh', ['-c', 'printf "%s" "$1" > ca.cnf; : > index.txt; echo 01 > serial', 'sh', config], {
    cwd: folder,
  });
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    request,
    '-subj',
    '/CN=docs.example.test',
  );
  openssl(
    'ca',
    '-batch',
    '-config',
    'ca.cnf',
    '-selfsign',
    '-keyfile',
    key,
    '-in',
    request,
    '-out',
    cert,
    '-notext',
    '-startdate',
    from,
    '-enddate',
    to,
  );
  const files = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return files;
}

async function shaken(
  server: string | number,
  more: Partial<TlsHandshakeParams> = {},
): Promise<TlsHandshakeFacts & { cited: string | undefined }> {
  const port = typeof server === 'number' ? server : (servers[server]?.port ?? 0);
  const output = await runHere(tlsHandshake.command({ address: '127.0.0.1', port, ...more }));
  const parsed = tlsHandshake.parse(output);
  if (!parsed.ok) throw new Error(`${parsed.says}\n${output.stdout}${output.stderr}`);
  return { ...parsed.facts, cited: output.stdout.split('\n')[parsed.facts.line]?.trim() };
}

test('a self-signed certificate: the handshake comes about, the verification does not', async () => {
  const facts = await shaken('good', { sni: 'docs.example.test' });
  expect(facts).toMatchObject({
    ok: true,
    plainPort: false,
    connect: 'ok',
    protocol: 'TLSv1.3',
    verifyCode: 18,
    altNames: ['docs.example.test'],
    alert: null,
  });
  expect(facts.cipher).toMatch(/^TLS_/);
  expect(facts.verifyText).toMatch(/^self.signed certificate$/);
  expect(facts.subject).toMatch(/^CN ?= ?docs\.example\.test$/);
  expect(facts.issuer).toBe(facts.subject);
  expect((facts.notAfter ?? 0) - (facts.notBefore ?? 0)).toBe(2 * 86_400);
  expect(Math.abs((facts.notBefore ?? 0) - now)).toBeLessThan(3600);
  expect(facts.cited).toMatch(/^Verify return code: 18/);
});

test('an expired certificate is cited by its notAfter', async () => {
  const facts = await shaken('expired');
  expect(facts).toMatchObject({ ok: true, notAfter: Date.UTC(2021, 0, 1) / 1000, verifyCode: 10 });
  expect(facts.cited).toBe('notAfter=Jan  1 00:00:00 2021 GMT');
});

test('a certificate of the future is cited by its notBefore', async () => {
  const facts = await shaken('early');
  expect(facts).toMatchObject({ ok: true, notBefore: Date.UTC(2090, 0, 1) / 1000, verifyCode: 9 });
  expect(facts.cited).toBe('notBefore=Jan  1 00:00:00 2090 GMT');
});

test('an older protocol is named', async () => {
  expect(await shaken('tls12')).toMatchObject({ ok: true, protocol: 'TLSv1.2', cipher: /^ECDHE/ });
});

test('a server that wants a name shakes hands only when it is told', async () => {
  const without = await shaken('wants-sni');
  const told = await shaken('wants-sni', { sni: 'docs.example.test' });
  const wrong = await shaken('wants-sni', { sni: 'other.example.test' });
  expect([told.ok, wrong.ok]).toEqual([true, false]);
  // Node asks its callback only where a name was sent.
  expect(without.ok).toBe(true);
  expect(wrong).toMatchObject({ connect: 'ok', plainPort: false, verifyCode: null, verifyText: null });
});

test('no cipher in common: the alert that the server sent', async () => {
  const facts = await shaken('picky');
  expect(facts).toMatchObject({ ok: false, connect: 'ok', plainPort: false, alert: 'handshake failure' });
  expect(facts.cited).toContain('SSL alert number 40');
});

test.each(['http', 'ssh'])('a port that speaks %s in plain is no TLS port', async (name) => {
  const facts = await shaken(name);
  expect(facts).toMatchObject({ ok: false, plainPort: true, connect: 'ok', verifyCode: null, altNames: [] });
  expect(facts.cited).toContain('error:');
});

test('a port that closes, or is silent, is not called plain', async () => {
  const [closes, silent] = await Promise.all([shaken('closes'), shaken('silent')]);
  expect(closes).toMatchObject({ ok: false, plainPort: false, connect: 'ok' });
  expect(silent).toMatchObject({ ok: false, plainPort: false, connect: 'ok', notAfter: null });
}, 15_000);

test('what cannot be reached is told apart', async () => {
  expect(await shaken(await closedPort())).toMatchObject({ ok: false, connect: 'refused', verifyCode: null });
  expect(await shaken(443, { address: '255.255.255.255' })).toMatchObject({ connect: 'unreachable' });
  expect(await shaken(443, { address: 'no-such-host.invalid' })).toMatchObject({
    ok: false,
    connect: 'unknown',
  });
}, 15_000);

test('no key, session or certificate body is kept', async () => {
  const output = await runHere(
    tlsHandshake.command({ address: '127.0.0.1', port: servers['tls12']?.port ?? 0 }),
  );
  expect(output.stdout).not.toMatch(/BEGIN CERTIFICATE|Master-Key|Session-ID/);
  expect(parseTlsHandshake(output).ok).toBe(true);
});

test.each([['bash'], ['busybox', 'sh']])('the snippet is understood by %s', async (...shell) => {
  const command = tlsHandshake.command({ address: '127.0.0.1', port: servers['good']?.port ?? 0 });
  const parsed = parseTlsHandshake(await runHere(command, { shell }));
  expect(parsed).toMatchObject({ ok: true, facts: { ok: true, altNames: ['docs.example.test'] } });
});

test('a host without openssl says so', async () => {
  const bare = pathWith(SMALL_TOOLS);
  const output = await runHere(tlsHandshake.command({ address: '127.0.0.1', port: 1 }), { path: bare.path });
  bare.remove();
  expect(parseTlsHandshake(output)).toMatchObject({ ok: false, reason: 'command-not-found' });
});

test('a foreign value is an argument and nothing else, or refused', () => {
  expect(() => tlsHandshake.command({ address: '-x', port: 1 })).toThrow('parameter "address"');
  expect(() => tlsHandshake.command({ address: 'a', port: 1, sni: '-x $(id)' })).toThrow('parameter "sni"');
  expect(() => tlsHandshake.command({ address: 'a', port: 0 })).toThrow('parameter "port"');
  const six = tlsHandshake.command({ address: '::1', port: 443, sni: 'a.test' });
  expect([six.id, ...six.argv.slice(4)]).toEqual(['tls.handshake:[::1]:443:a.test', '[::1]:443', 'a.test']);
});

describe('outputs of other versions, and none', () => {
  test('OpenSSL 1.0 names the protocol in the session', () => {
    const text =
      'CONNECTED(00000003)\nNew, TLSv1/SSLv3, Cipher is ECDHE-RSA-AES256-GCM-SHA384\nSSL-Session:\n    Protocol  : TLSv1.2\n    Verify return code: 0 (ok)';
    expect(parseTlsHandshake(outputOf(frame('s_client', text)))).toMatchObject({
      ok: true,
      facts: { ok: true, protocol: 'TLSv1.2', verifyCode: 0, verifyText: 'ok', line: 5 },
    });
  });
  test('OpenSSL 1.1 writes its errors another way', () => {
    const text =
      'CONNECTED(00000003)\n140735:error:14094410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:../ssl/record/rec_layer_s3.c:1544:SSL alert number 40\nNew, (NONE), Cipher is (NONE)\nVerify return code: 0 (ok)';
    expect(parseTlsHandshake(outputOf(frame('s_client', text, 1)))).toMatchObject({
      facts: { ok: false, alert: 'handshake failure', verifyCode: null, line: 2 },
    });
  });
  test('a time limit before the connection is a time-out', () => {
    expect(parseTlsHandshake(outputOf(frame('s_client', '', 124)))).toMatchObject({
      ok: true,
      facts: { ok: false, connect: 'timeout', plainPort: false },
    });
  });
  test('empty, cut or other text is not judged', () => {
    for (const stdout of [
      '',
      'F 9 0 s_client\nCONNECTED(00000003)\n',
      'bonjour\n',
      frame('x509', 'subject=CN = a'),
    ])
      expect(parseTlsHandshake(outputOf(stdout)).ok).toBe(false);
    expect(parseTlsHandshake(outputOf('', { timedOut: true, exitCode: null }))).toMatchObject({
      reason: 'timeout',
    });
  });
  test('times of openssl, and what is none', () => {
    expect(parseOpensslTime('Nov 20 21:06:07 2026 GMT')).toBe(Date.UTC(2026, 10, 20, 21, 6, 7) / 1000);
    expect(parseOpensslTime('Nov  1 00:00:00 2026 GMT')).toBe(Date.UTC(2026, 10, 1) / 1000);
    for (const text of [
      '',
      'Nov 20 21:06:07 2026',
      'Bad time value',
      '20 nov. 2026',
      'Abc 20 21:06:07 2026 GMT',
    ])
      expect(parseOpensslTime(text)).toBeUndefined();
  });
  test('no output makes the parser throw, and its line lies within the output', () => {
    const pieces = fc.constantFrom(
      'CONNECTED(00000003)',
      'New, TLSv1.3, Cipher is A',
      'Verify return code: 10 (x',
      ':error:',
      'notAfter=',
      'verify error:num=10:',
      '\n',
    );
    const noise = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 15 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(noise, noise, fc.nat(255), (said, seen, exitCode) => {
        parseTlsHandshake(outputOf(said));
        const stdout =
          frame('s_client', said, exitCode) + frame('x509', seen) + frame('subjectAltName', seen);
        const parsed = parseTlsHandshake(outputOf(stdout));
        if (parsed.ok) expect(parsed.facts.line).toBeLessThan(stdout.split('\n').length);
      }),
    );
  });
});
