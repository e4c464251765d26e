import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FilteredConnection, filterRulesMatching } from '../../src/probes/net/filter-rules-matching.js';
import { parseNetFilter } from '../../src/probes/net/net-filter.js';
import { systemProbes } from '../../src/probes/system-probes.js';
import { frame } from './fixture.js';
import { outputOf } from './output-of.js';

const ROOMS = ['dns', 'host', 'net', 'process', 'service'];
const RECORDED = ROOMS.flatMap((room) => {
  const folder = new URL(`./${room}/fixtures/`, import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8').slice(0, 20_000));
});
const NAMES = [
  ...[
    'ss -l',
    'netstat -l',
    'id -u',
    'cat /proc/net/tcp',
    'nft -a list ruleset',
    'iptables-save -c',
    'systemctl show',
    'dmesg',
  ],
  ...[
    'docker inspect',
    'installed',
    'instance 7',
    'cat /x',
    'date +%s',
    'tail',
    'dig',
    'cat /etc/hosts',
    'df -PkT',
    '/',
    'first',
  ],
];

/** Recorded output that is cut, spliced and garbled, and frames of anything. */
const anyOutput = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .tuple(fc.constantFrom(...RECORDED), fc.constantFrom(...RECORDED), fc.nat(2000), fc.nat(2000))
      .map(([one, other, at, from]) => one.slice(0, at) + other.slice(from)),
    fc
      .array(
        fc.tuple(
          fc.constantFrom(...NAMES),
          fc.string({ unit: 'binary', maxLength: 80 }),
          fc.constantFrom(0, 1, 127),
        ),
        { maxLength: 5 },
      )
      .map((frames) =>
        frames.map(([name, text, exitCode]) => frame(name, text.replaceAll('\r', ''), exitCode)).join(''),
      ),
    fc
      .tuple(fc.constantFrom(...RECORDED), fc.nat(3000), fc.string({ unit: 'binary', maxLength: 20 }))
      .map(([text, at, junk]) => text.slice(0, at) + junk + text.slice(at + junk.length)),
  )
  .chain((stdout) =>
    fc.record({
      stdout: fc.constant(stdout),
      exitCode: fc.constantFrom(0, 1, 2, 3, 4, 126, 127, 255, null),
      stderr: fc.constantFrom('', 'x: Permission denied', 'Berechtigung nicht erteilt', '没有权限'),
      truncated: fc.boolean(),
      timedOut: fc.boolean(),
    }),
  );

describe('parsers of the system probes', () => {
  it.each(systemProbes.map((probe) => [probe.kind, probe] as const))(
    '%s never throws, and gives facts or a reason',
    (_, probe) => {
      fc.assert(
        fc.property(anyOutput, (output) => {
          const parsed = probe.parse(output);
          if (!parsed.ok) expect(parsed.says).not.toBe('');
        }),
        { numRuns: 150 },
      );
    },
  );

  it.each(systemProbes.map((probe) => [probe.kind, probe] as const))(
    '%s: time out, and no such command, are never facts',
    (_, probe) => {
      expect(probe.parse(outputOf('', { exitCode: null, timedOut: true }))).toMatchObject({
        ok: false,
        reason: 'timeout',
      });
      expect(probe.parse(outputOf('', { exitCode: 127, stderr: 'sh: x: not found' }))).toMatchObject({
        reason: 'command-not-found',
      });
    },
  );

  it.each(systemProbes.map((probe) => [probe.kind, probe] as const))(
    '%s reads a very long line at once',
    (_, probe) => {
      for (const unit of ['a', ' ', '"', '1 ', 'F 1 ', '(', '\\', 'cat: ', '[1', '/', '{ ']) {
        const line = unit.repeat(200_000);
        expect(probe.parse(outputOf(line))).toBeDefined();
        for (const name of NAMES)
          expect(
            probe.parse(outputOf(frame('id -u', '0') + frame(name, line.slice(0, 20_000)))),
          ).toBeDefined();
      }
    },
  );

  it('the packet filter decides about any connection without throwing', () => {
    const connection: fc.Arbitrary<FilteredConnection> = fc.record({
      protocol: fc.constantFrom('tcp', 'udp'),
      daddr: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()),
      dport: fc.nat(65_535),
      direction: fc.constantFrom('in', 'out', 'forward'),
      saddr: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()),
    });
    const filters = RECORDED.filter((text) => /nft -a list|iptables-save/.test(text));
    fc.assert(
      fc.property(fc.constantFrom(...filters), connection, (text, asked) => {
        const parsed = parseNetFilter(outputOf(text));
        if (parsed.ok) expect(Array.isArray(filterRulesMatching(parsed.facts, asked))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
