import { describe, expect, it } from 'vitest';
import { filterRulesMatching } from '../../../src/probes/net/filter-rules-matching.js';
import { parseNetAddresses } from '../../../src/probes/net/net-addresses.js';
import { parseNetCounters } from '../../../src/probes/net/net-counters.js';
import { type NetFilterFacts, parseNetFilter } from '../../../src/probes/net/net-filter.js';
import { parseNetListeners } from '../../../src/probes/net/net-listeners.js';
import { netRoute, parseNetRoute } from '../../../src/probes/net/net-route.js';
import { fixture, frame } from '../fixture.js';
import { outputOf } from '../output-of.js';

describe('net.listeners', () => {
  it.each([
    ['ss-root', 'ss', true, '*'],
    ['ss-unprivileged', 'ss', false, '*'],
    ['netstat-root', 'netstat', true, '*'],
    ['netstat-busybox', 'netstat', false, '*'],
    ['proc-net', 'proc', false, '*'],
  ])(
    '%s: the same listeners, and whether their owners were visible',
    (name, source, processesVisible, any) => {
      const parsed = parseNetListeners(outputOf(fixture('net', name)));
      expect(parsed).toMatchObject({ ok: true, facts: { source, processesVisible } });
      const listeners = parsed.ok ? parsed.facts.listeners : [];
      expect(listeners.map(({ family, address, port }) => [family, address, port])).toEqual(
        expect.arrayContaining([
          ['tcp', '127.0.0.1', 18231],
          ['tcp', '::1', 18232],
          ['tcp', any, 18233],
          ['tcp', '0.0.0.0', 2024],
        ]),
      );
      const lines = fixture('net', name).split('\n');
      const loopback = listeners.find(({ port }) => port === 18231);
      expect(lines[loopback?.line ?? 0]).toMatch(
        name === 'proc-net' ? /0100007F:4737/ : /127\.0\.0\.1:18231/,
      );
      expect(loopback?.processes.length).toBe(processesVisible ? 1 : 0);
    },
  );

  it('reads the backlog and a path with a blank', () => {
    const parsed = parseNetListeners(outputOf(fixture('net', 'ss-root')));
    const listeners = parsed.ok ? parsed.facts.listeners : [];
    expect(listeners.find(({ port }) => port === 18231)).toMatchObject({
      recvQ: 0,
      sendQ: 3,
      processes: [{ name: 'python3' }],
    });
    expect(listeners.find(({ family }) => family === 'unix')).toMatchObject({ path: '/run/my app.sock' });
  });

  it('reads the account and the control group where root in a container may not see the process', () => {
    const parsed = parseNetListeners(outputOf(fixture('net', 'ss-container')));
    const listeners = parsed.ok ? parsed.facts.listeners : [];
    const redis = listeners.find(({ port }) => port === 6379);
    expect(redis).toMatchObject({ processes: [], uid: 101 });
    expect(redis?.cgroup).toMatch(/\/system\.slice\/redis-server\.service$/);
    expect(listeners.find(({ port, address }) => port === 80 && address === '::')).toMatchObject({
      processes: [{ name: 'nginx', pid: 48 }],
      cgroup: expect.stringMatching(/nginx\.service$/),
    });
    expect(listeners.find(({ path }) => path === '/run/sapp.sock')).toMatchObject({
      processes: [{ name: 'systemd', pid: 1 }],
    });
    expect(listeners.find(({ path }) => path === '/run/sapp.sock')?.cgroup).toBeUndefined();
  });

  it('reads the device of a bound socket', () => {
    const text =
      'Netid State  Recv-Q Send-Q Local Address:Port\ntcp   LISTEN 0      4096      127.0.0.53%lo:53         0.0.0.0:*';
    const parsed = parseNetListeners(outputOf(frame('id -u', '0') + frame('ss -l', text)));
    expect(parsed.ok && parsed.facts.listeners[0]).toMatchObject({
      address: '127.0.0.53',
      device: 'lo',
      port: 53,
    });
  });

  it('does not take an empty answer for a host without listeners', () => {
    expect(parseNetListeners(outputOf(frame('id -u', '0') + frame('ss -l', '')))).toMatchObject({
      reason: 'unparseable',
    });
    expect(parseNetListeners(outputOf(''))).toMatchObject({ reason: 'unparseable' });
    expect(parseNetListeners(outputOf(fixture('net', 'ss-root').slice(0, 200)))).toMatchObject({
      reason: 'truncated',
    });
  });
});

function filterFacts(name: string): NetFilterFacts {
  const parsed = parseNetFilter(outputOf(fixture('net', name)));
  if (!parsed.ok) throw new Error(parsed.says);
  return parsed.facts;
}

describe('net.filter', () => {
  it('reads rules of nft', () => {
    const { rules, chains } = filterFacts('filter-nft');
    expect(chains[0]).toMatchObject({ chain: 'input', hook: 'input', policy: 'accept', family: 'inet' });
    expect(rules.find(({ text }) => text.includes('8000-8010'))).toMatchObject({
      verdict: 'accept',
      protocols: ['tcp'],
      dports: [{ first: 22 }, { first: 80 }, { first: 8000, last: 8010 }],
      saddr: { not: false, any: ['10.0.0.0/8'] },
      packets: 0,
      undecided: false,
    });
    expect(rules.find(({ text }) => text.includes('@blocked'))).toMatchObject({
      saddr: { any: ['1.2.3.4', '5.6.0.0/16'] },
    });
    expect(rules.find(({ text }) => text.includes('limit rate'))).toMatchObject({
      verdict: 'reject',
      undecided: true,
    });
  });

  it('names the drop that a new connection would meet, past the accepts that do not match', () => {
    const facts = filterFacts('filter-nft');
    const question = { protocol: 'tcp', daddr: '10.0.0.5', dport: 8000, direction: 'in' } as const;
    const fromOutside = filterRulesMatching(facts, { ...question, saddr: '192.0.2.7', iif: 'eth0' });
    expect(fromOutside[0]?.rule?.text).toContain('tcp dport 8000');
    expect(fromOutside[0]?.verdict).toBe('drop');
    expect(
      filterRulesMatching(facts, { ...question, saddr: '10.0.0.9', iif: 'eth0' }).filter(
        ({ certain }) => certain,
      ),
    ).toEqual([]);
    expect(filterRulesMatching(facts, { ...question, daddr: '127.0.0.1' })).toEqual([]);
  });

  it('reads iptables, its policy and words in comments that look like verdicts', () => {
    const facts = filterFacts('filter-iptables');
    const legacy = { ...facts, chains: facts.chains.filter(({ source }) => source === 'iptables') };
    const ask = (dport: number, saddr = '10.0.0.9') =>
      filterRulesMatching(legacy, {
        protocol: 'tcp',
        daddr: '10.2.0.1',
        dport,
        direction: 'in',
        saddr,
        iif: 'eth0',
      });
    expect(ask(8005)).toEqual([]);
    expect(ask(9001)).toMatchObject([{ verdict: 'drop', certain: true, rule: { chain: 'INPUT' } }]);
    expect(ask(9000)).toMatchObject([{ verdict: 'reject', certain: true }]);
    expect(ask(1234)[0]).toMatchObject({ verdict: 'drop', certain: true });
    expect(ask(1234)[0]?.rule).toBeUndefined();
    expect(facts.rules.find(({ text }) => text.includes('--ctstate'))?.states).toEqual({
      not: false,
      any: ['related', 'established'],
    });
  });

  it('follows jumps for forwarded connections', () => {
    const hits = filterRulesMatching(filterFacts('filter-iptables'), {
      protocol: 'tcp',
      daddr: '172.17.0.2',
      dport: 5432,
      direction: 'forward',
    });
    expect(hits.length).toBeGreaterThan(0);
    expect(hits[0]).toMatchObject({ verdict: 'drop', certain: true, rule: { chain: 'DOCKER-USER' } });
  });

  it('does not take missing permission or missing tools for a host without rules', () => {
    expect(parseNetFilter(outputOf(fixture('net', 'filter-unprivileged')))).toMatchObject({
      reason: 'permission-denied',
    });
    const none = ['nft', 'iptables-save', 'ip6tables-save']
      .map((tool) => frame(tool, `${tool}: not found`, 127))
      .join('');
    expect(parseNetFilter(outputOf(none))).toMatchObject({ reason: 'command-not-found' });
    const empty = frame('nft -a list ruleset', '');
    expect(parseNetFilter(outputOf(empty))).toMatchObject({ ok: true, facts: { rules: [] } });
  });

  it('ends on chains that jump in circles', () => {
    const text = [
      '*filter',
      ':INPUT DROP [0:0]',
      ':A - [0:0]',
      ':B - [0:0]',
      '-A INPUT -j A',
      '-A A -j B',
      '-A B -j A',
    ].join('\n');
    const parsed = parseNetFilter(outputOf(frame('iptables-save -c', text)));
    const facts = parsed.ok ? parsed.facts : { sources: [], chains: [], rules: [] };
    const hits = filterRulesMatching(facts, {
      protocol: 'tcp',
      daddr: '10.0.0.1',
      dport: 80,
      direction: 'in',
    });
    expect(hits).toMatchObject([{ verdict: 'drop', certain: false }]);
  });
});

describe('net.route', () => {
  it.each([
    ['Network is unreachable', 'no-route'],
    ['No route to host', 'unreachable'],
    ['Permission denied', 'prohibit'],
    ['Invalid argument', 'blackhole'],
  ])('%s is no way to the address', (words, problem) => {
    const parsed = parseNetRoute(outputOf(`RTNETLINK answers: ${words}\n`, { exitCode: 2 }));
    expect(parsed).toMatchObject({ ok: true, facts: { reachable: false, problem, line: 0 } });
  });

  it('reads the way', () => {
    const text = '10.0.0.9 via 10.0.0.1 dev eth0 src 10.0.0.5 uid 0 \n    cache \n';
    expect(parseNetRoute(outputOf(text))).toMatchObject({
      ok: true,
      facts: { via: '10.0.0.1', dev: 'eth0', source: '10.0.0.5' },
    });
  });

  it('refuses what is no address', () => {
    for (const address of ['10.0.0.1; id', 'fe80::1%eth0', 'example.org', '']) {
      expect(() => netRoute.command({ address })).toThrow(/address/);
    }
  });
});

describe('net.addresses and net.counters', () => {
  it('reads ifconfig of two generations and hostname -I', () => {
    const text =
      'eth0: flags=4163\n        inet 10.0.0.5  netmask 255.255.255.0\nlo        Link encap\n          inet addr:127.0.0.1  Mask';
    const parsed = parseNetAddresses(outputOf(frame('ifconfig -a', text)));
    expect(parsed.ok && parsed.facts.addresses.map((one) => [one.interface, one.address])).toEqual([
      ['eth0', '10.0.0.5'],
      ['lo', '127.0.0.1'],
    ]);
    expect(parseNetAddresses(outputOf(frame('hostname -I', '10.0.0.5 fe80::1 ')))).toMatchObject({
      ok: true,
    });
  });

  it('reads the counts that are there and leaves out those that are not', () => {
    const text = [
      '/proc/net/sockstat:TCP: inuse 21 orphan 0 tw 28230 alloc 25 mem 3',
      '/proc/net/netstat:TcpExt: SyncookiesSent ListenOverflows ListenDrops',
      '/proc/net/netstat:TcpExt: 0 12 13',
      '/proc/sys/net/ipv4/ip_local_port_range:32768\t60999',
      '/proc/sys/fs/file-nr:1216\t0\t9223372036854775807',
    ].join('\n');
    const parsed = parseNetCounters(outputOf(text, { exitCode: 2 }));
    expect(parsed).toMatchObject({
      ok: true,
      facts: {
        timeWait: 28230,
        listenOverflows: 12,
        listenDrops: 13,
        portRange: { first: 32768, last: 60999, count: 28232 },
        fileNr: 1216,
      },
    });
    expect(parsed.ok && 'conntrackCount' in parsed.facts).toBe(false);
    expect(parsed.ok && parsed.facts.lines['timeWait']).toBe(0);
  });
});
