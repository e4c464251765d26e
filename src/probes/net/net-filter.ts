import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, type Frame, framesOf, frameText } from '../framed-output.js';
import { deniesPermission, firstLine, unread } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import type { FilterChain, FilterRule } from './filter-rule.js';
import { readIptables } from './read-iptables.js';
import { readNft } from './read-nft.js';

export type { FilterChain, FilterRule, FilterVerdict } from './filter-rule.js';

export interface NetFilterFacts {
  /** What each tool came to. Rules are complete only for those that were read. */
  readonly sources: readonly {
    readonly tool: 'nft' | 'iptables-save' | 'ip6tables-save';
    readonly state: 'read' | 'not-found' | 'permission-denied' | 'failed';
    readonly says: string;
  }[];
  readonly chains: readonly FilterChain[];
  /** In the order of each chain. With iptables-nft the same rule may come from both tools. */
  readonly rules: readonly FilterRule[];
}

const SNIPPET = `${FRAME_SHELL}
look() {
  if command -v "$1" >/dev/null 2>&1; then say "$@"; else frame "$1" 127 "$1: not found"; fi
}
look nft -a list ruleset
look iptables-save -c
look ip6tables-save -c
`;

/** The packet filter's rules, from nft and from iptables. Needs root; without it the answer is permission-denied, not "no rules". */
export const netFilter: ProbeKind<void, NetFilterFacts> = {
  kind: 'net.filter',
  command: () => ({
    id: 'net.filter',
    kind: 'net.filter',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 6000,
    capBytes: 4 * 1024 * 1024,
    privileged: true,
  }),
  parse: parseNetFilter,
};

/** Samples: see readNft and readIptables. */
export function parseNetFilter(output: ProbeOutput): Parsed<NetFilterFacts> {
  const read = framesOf(output, 'packet filter');
  if (!read.ok) return read;
  const sources = read.frames.flatMap(sourceOf);
  if (sources.length === 0) return unread('unparseable', 'packet filter: not what the probe writes');
  if (sources.every(({ state }) => state !== 'read')) {
    const denied = sources.find(({ state }) => state === 'permission-denied');
    if (denied !== undefined) return unread('permission-denied', `${denied.tool}: ${denied.says}`);
    const failed = sources.find(({ state }) => state === 'failed');
    if (failed !== undefined) return unread('failed', `${failed.tool}: ${failed.says}`);
    return unread('command-not-found', 'packet filter: neither nft nor iptables-save is installed');
  }
  const tables = read.frames
    .filter(({ exitCode }) => exitCode === 0)
    .map((frame) => {
      if (frame.name.startsWith('nft')) return readNft(frame.lines);
      return readIptables(frame.lines, frame.name.startsWith('ip6') ? 'ip6' : 'ip');
    });
  return {
    ok: true,
    facts: {
      sources,
      chains: tables.flatMap(({ chains }) => chains),
      rules: tables.flatMap(({ rules }) => rules),
    },
  };
}

function sourceOf(frame: Frame): NetFilterFacts['sources'][number][] {
  const [tool] = frame.name.split(' ');
  if (tool !== 'nft' && tool !== 'iptables-save' && tool !== 'ip6tables-save') return [];
  const says = frame.exitCode === 0 ? '' : firstLine(frameText(frame));
  if (frame.exitCode === 0) return [{ tool, state: 'read', says }];
  if (frame.exitCode === 127) return [{ tool, state: 'not-found', says }];
  return [{ tool, state: deniesPermission(frameText(frame)) ? 'permission-denied' : 'failed', says }];
}
