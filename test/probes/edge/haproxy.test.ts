import { describe, expect, it } from 'vitest';
import { haproxyStatus, parseHaproxyStatus } from '../../../src/probes/edge/haproxy-status.js';
import { readHaproxyConfig } from '../../../src/probes/edge/read-haproxy-config.js';
import { maskSecrets } from '../../../src/probes/mask-secrets.js';
import { fixture, frame } from '../fixture.js';
import { outputOf } from '../output-of.js';

const down = fixture('edge', 'haproxy-down');

function read(text: string) {
  return readHaproxyConfig(text.split('\n').map((line, index) => ({ text: line, line: index })));
}

describe('haproxy.status', () => {
  it('tells which servers are set aside, by which check, and the line that says so', () => {
    const parsed = parseHaproxyStatus(outputOf(down));
    if (!parsed.ok) throw new Error(parsed.says);
    expect(parsed.facts.servers).toEqual([
      {
        backend: 'shops',
        name: 's1',
        status: 'DOWN',
        checkStatus: 'L7STS',
        checkCode: 404,
        checkText: 'Layer7 wrong status',
        address: '127.0.0.1:8080',
        lines: [expect.any(Number)],
      },
    ]);
    const [line = -1] = parsed.facts.servers[0]?.lines ?? [];
    expect(down.split('\n')[line]).toBe('S.3.1.65.check_desc.1:MOP:str:Layer7 wrong status');
    expect(parsed.facts.sections).toMatchObject([
      { kind: 'frontend', name: 'web', ports: [80], uses: ['shops'] },
      { kind: 'backend', name: 'shops', checkUri: '/missing', servers: [{ name: 's1', tls: false }] },
    ]);
  });

  it('says that none runs', () => {
    expect(parseHaproxyStatus(outputOf(frame('none', '')))).toEqual({
      ok: true,
      facts: { running: false, sections: [], servers: [] },
    });
  });

  it('keeps the configuration where its socket may not be opened, and says what is missing', () => {
    const text = `${frame('cat -- /etc/haproxy/haproxy.cfg', 'frontend web\n bind :80\n')}${frame('show stat typed /run/x.sock', 'PermissionError: [Errno 13] Permission denied', 1)}`;
    expect(parseHaproxyStatus(outputOf(text))).toMatchObject({
      ok: true,
      facts: { running: true, servers: [], sections: [{ name: 'web', ports: [80] }] },
      missing: { reason: 'permission-denied' },
    });
  });

  it('says that a directory of configuration was not read', () => {
    const text = frame('cat -- /etc/haproxy/conf.d', 'cat: /etc/haproxy/conf.d: Is a directory', 1);
    expect(parseHaproxyStatus(outputOf(text))).toMatchObject({
      ok: true,
      facts: { running: true, sections: [] },
      missing: { reason: 'failed', says: expect.stringContaining('Is a directory') },
    });
  });

  it('is not led astray by cut, empty or foreign output', () => {
    expect(parseHaproxyStatus(outputOf(''))).toMatchObject({ ok: false });
    expect(parseHaproxyStatus(outputOf(down.slice(0, 900), { truncated: true }))).toMatchObject({
      ok: false,
    });
    expect(
      parseHaproxyStatus(outputOf(frame('show stat typed /x', 'S.3.1.17.status\nS.:::\nUnknown command'))),
    ).toMatchObject({ ok: true, facts: { servers: [] } });
  });

  it('asks for statistics and for nothing else', () => {
    const script = haproxyStatus.command(undefined).argv[2] ?? '';
    expect(script.match(/show [a-z]+|set [a-z]+|enable|disable|shutdown/gu)).toEqual(
      expect.arrayContaining(['show stat']),
    );
    expect(script).not.toMatch(/(?<!-)\b(?:set server|enable|disable|shutdown|clear)\b/u);
  });
});

describe('a balancer’s configuration', () => {
  it('names ports, backends, checks and their own ports, whichever way they are written', () => {
    expect(
      read(
        [
          'defaults',
          '  option httpchk /not-of-a-section',
          'frontend f',
          '  bind 10.0.0.1:8000-8010,:443 ssl crt /x.pem',
          '  use_backend api if { path_beg /api }',
          '  default_backend web # the rest',
          'backend api',
          '  http-check send meth GET uri /health hdr Host x',
          '  server a 10.0.0.2:9000 check port 9001 inter 2s ssl verify none',
          'listen all',
          '  bind *:80',
          '  option httpchk',
          '  server b [2001:db8::1]:80',
        ].join('\n'),
      ),
    ).toMatchObject([
      { kind: 'frontend', ports: [8000, 443], uses: ['api', 'web'] },
      { kind: 'backend', checkUri: '/health', servers: [{ name: 'a', checkPort: 9001, tls: true }] },
      { kind: 'listen', ports: [80], checkUri: '/', servers: [{ address: '[2001:db8::1]:80' }] },
    ]);
  });

  it('inherits its checks from the defaults before it, or from those that it names', () => {
    const sections = read(
      [
        'defaults http',
        '  option httpchk',
        '  http-check send meth GET uri /ready hdr Host shop.example',
        '  default-server check port 8081',
        'backend plain',
        '  server a 10.0.0.1:80',
        '  server b 10.0.0.2:443 ssl port 443 addr 10.0.0.9',
        'backend own',
        '  option httpchk /own',
        '  server c 10.0.0.3:80',
        'backend none',
        '  no option httpchk',
        'backend redis',
        '  option redis-check',
        'defaults',
        '  mode tcp',
        'backend connects',
        '  server d 10.0.0.4:80 check',
        'backend named from http',
        '  http-check expect string fine',
      ].join('\n'),
    );
    expect(sections).toMatchObject([
      {
        name: 'plain',
        checkUri: '/ready',
        checkMethod: 'GET',
        checkHost: 'shop.example',
        checkComplex: false,
        checkLine: 2,
        servers: [
          { name: 'a', checkPort: 8081, checkTls: false },
          { name: 'b', checkPort: 443, checkAddress: '10.0.0.9', tls: true, checkTls: false },
        ],
      },
      { name: 'own', checkUri: '/own', checkMethod: 'OPTIONS', checkLine: 8 },
      { name: 'none' },
      { name: 'redis' },
      { name: 'connects', servers: [{ name: 'd', checkTls: false }] },
      { name: 'named', checkUri: '/', checkComplex: true },
    ]);
    expect(sections.filter(({ checkUri }) => checkUri === undefined).map(({ name }) => name)).toEqual([
      'none',
      'redis',
      'connects',
    ]);
  });

  it('keeps no password', () => {
    const text =
      'stats auth admin:Tr0ub4dor\nuser ops insecure-password hunter2hunter2\n  user old password $5$abcdef123456';
    const masked = maskSecrets(text, 'k');
    for (const secret of ['Tr0ub4dor', 'hunter2hunter2', 'abcdef123456'])
      expect(masked).not.toContain(secret);
  });
});
