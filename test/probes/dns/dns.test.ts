import { describe, expect, it } from 'vitest';
import { parseDnsConfig } from '../../../src/probes/dns/dns-config.js';
import { dnsLookup, parseDnsLookup } from '../../../src/probes/dns/dns-lookup.js';
import { dnsQuery, parseDnsQuery } from '../../../src/probes/dns/dns-query.js';
import { fixture, frame } from '../fixture.js';
import { outputOf } from '../output-of.js';

const BOTH = ['10.0.0.9', 'fd00::9'];

describe.each(['dig', 'host', 'nslookup', 'bbnslookup', 'python3', 'perl'])('dns.query by %s', (tool) => {
  it.each([
    ['ok', 'answered', tool === 'perl' ? ['10.0.0.9'] : BOTH],
    ['none', 'answered', []],
    ['nx', 'nxdomain', []],
    ['sf', 'servfail', []],
    ['rf', 'refused', []],
    ['silent', 'timeout', []],
  ])('%s is %s', (name, answer, addresses) => {
    const parsed = parseDnsQuery(outputOf(fixture('dns', `${tool}-${name}`)));
    expect(parsed).toMatchObject({ ok: true, facts: { answer, addresses } });
  });
});

describe('dns.query', () => {
  it.each(['dig', 'python3'])('tells a closed port from silence, by %s', (tool) => {
    expect(parseDnsQuery(outputOf(fixture('dns', `${tool}-closed`)))).toMatchObject({
      facts: { answer: 'unreachable' },
    });
  });

  it('says that no tool is there', () => {
    expect(parseDnsQuery(outputOf('', { exitCode: 127 }))).toMatchObject({ reason: 'command-not-found' });
  });

  it('refuses names and servers that are none', () => {
    expect(() => dnsQuery.command({ name: '-f/etc/passwd', server: '127.0.0.1' })).toThrow(/name/);
    expect(() => dnsQuery.command({ name: 'a', server: 'localhost' })).toThrow(/server/);
  });
});

describe('dns.lookup', () => {
  it('reads addresses once each', () => {
    const text =
      '10.0.0.9        STREAM docs\n10.0.0.9        DGRAM  \n10.0.0.9        RAW    \nfd00::9         STREAM \n';
    expect(parseDnsLookup(outputOf(text))).toMatchObject({
      facts: { found: true, addresses: BOTH, canonicalName: 'docs', line: 0 },
    });
  });

  it('tells a name that is not found from a missing tool and from garbage', () => {
    expect(parseDnsLookup(outputOf('', { exitCode: 2 }))).toMatchObject({
      ok: true,
      facts: { found: false },
    });
    expect(parseDnsLookup(outputOf('', { exitCode: 127 }))).toMatchObject({ reason: 'command-not-found' });
    expect(parseDnsLookup(outputOf('nichts gefunden\n'))).toMatchObject({ reason: 'unparseable' });
  });

  it('refuses a name that getent would take for an option', () => {
    expect(() => dnsLookup.command({ name: '--help' })).toThrow(/name/);
  });
});

describe('dns.config', () => {
  it('reads name servers, sources and the hosts file with its line', () => {
    const text =
      frame(
        'cat /etc/resolv.conf',
        '# made by hand\nnameserver 127.0.0.9\nsearch lan example.org\noptions timeout:1 edns0',
      ) +
      frame('cat /etc/nsswitch.conf', 'passwd: files\nhosts:          files dns # both') +
      frame('cat /etc/hosts', '127.0.0.1 localhost\n\n10.0.0.8\tdocs-backend docs # moved');
    const parsed = parseDnsConfig(outputOf(text));
    expect(parsed).toMatchObject({
      ok: true,
      facts: {
        nameservers: [{ address: '127.0.0.9', line: 2 }],
        search: ['lan', 'example.org'],
        options: ['timeout:1', 'edns0'],
        hostsSources: ['files', 'dns'],
      },
    });
    const entry = parsed.ok ? parsed.facts.hosts[1] : undefined;
    expect(entry).toMatchObject({ address: '10.0.0.8', names: ['docs-backend', 'docs'], fileLine: 3 });
    expect(text.split('\n')[entry?.line ?? 0]).toContain('docs-backend');
  });
});
