/** Which rules would hit a new connection: the packet filter's decision, worked out on the rules as they were read. */
import { BlockList, isIP } from 'node:net';
import type { AddressMatch, FilterChain, FilterRule, NameMatch, PortRange } from './filter-rule.js';
import type { NetFilterFacts } from './net-filter.js';

export interface FilteredConnection {
  readonly protocol: 'tcp' | 'udp';
  readonly daddr: string;
  readonly dport: number;
  /** Where it is looked at: at the host that is asked (in), that asks (out), or on the way between others (forward). */
  readonly direction: 'in' | 'out' | 'forward';
  readonly saddr?: string | undefined;
  readonly iif?: string | undefined;
  readonly oif?: string | undefined;
}

export interface FilterHit {
  readonly verdict: 'drop' | 'reject';
  /** Absent where the chain's policy decides. */
  readonly rule?: FilterRule | undefined;
  readonly chain: FilterChain;
  /** False where it depends on something that is not known: a match that is not read, the source, the interface. */
  readonly certain: boolean;
  readonly line: number;
}

type Match = 'yes' | 'no' | 'maybe';
type Walk = 'ended' | 'passed';

const HOOKS = {
  in: ['ingress', 'prerouting', 'input'],
  out: ['output', 'postrouting'],
  forward: ['ingress', 'prerouting', 'forward', 'postrouting'],
} as const;

/**
 * The drop and reject rules (and policies) that a new connection would meet, in the order in which chains see it. Chains
 * decide each for itself, so an accept ends only its own chain. The first certain hit of a chain is its last.
 */
export function filterRulesMatching(facts: NetFilterFacts, connection: FilteredConnection): FilterHit[] {
  const hooks: readonly string[] = HOOKS[connection.direction];
  const bases = facts.chains
    .filter((chain) => chain.hook !== undefined && hooks.includes(chain.hook) && sees(chain, connection))
    .sort(
      (one, other) =>
        hooks.indexOf(one.hook ?? '') - hooks.indexOf(other.hook ?? '') || one.priority - other.priority,
    );
  return bases.flatMap((chain) => hitsOf(facts, chain, connection));
}

function sees(chain: FilterChain, { daddr }: FilteredConnection): boolean {
  if (chain.family === 'ip') return isIP(daddr) === 4;
  return chain.family === 'ip6' ? isIP(daddr) === 6 : true;
}

function hitsOf(facts: NetFilterFacts, base: FilterChain, connection: FilteredConnection): FilterHit[] {
  const hits: FilterHit[] = [];
  // Set once something that cannot be decided may have ended the chain with an accept before.
  let isDoubtful = false;
  let budget = 20_000;
  const walk = (name: string, path: readonly string[], inherited: boolean): Walk => {
    for (const rule of facts.rules) {
      const isOfChain =
        rule.source === base.source && rule.family === base.family && rule.table === base.table;
      if (!isOfChain || rule.chain !== name) continue;
      budget -= 1;
      if (budget < 0) return 'passed';
      const match = matches(rule, connection);
      if (match === 'no') continue;
      const doubt = inherited || match === 'maybe';
      switch (rule.verdict) {
        case 'accept':
          if (!doubt) return 'ended';
          isDoubtful = true;
          break;
        case 'drop':
        case 'reject':
          hits.push({
            verdict: rule.verdict,
            rule,
            chain: base,
            certain: !doubt && !isDoubtful,
            line: rule.line,
          });
          if (!doubt) return 'ended';
          break;
        case 'return':
          if (!doubt) return 'passed';
          isDoubtful = true;
          break;
        case 'jump':
        case 'goto': {
          const target = rule.target ?? '';
          const isKnown = facts.chains.some(
            (chain) =>
              chain.table === base.table &&
              chain.family === base.family &&
              chain.source === base.source &&
              chain.chain === target,
          );
          if (!isKnown || path.includes(target) || path.length > 16) isDoubtful = true;
          else if (walk(target, [...path, target], doubt) === 'ended') return 'ended';
          if (rule.verdict === 'goto' && !doubt) return 'passed';
          break;
        }
        case 'none':
          if (rule.undecided) isDoubtful = true;
      }
    }
    return 'passed';
  };
  if (walk(base.chain, [base.chain], false) === 'ended' || base.policy !== 'drop') return hits;
  return [...hits, { verdict: 'drop', chain: base, certain: !isDoubtful, line: base.line }];
}

function matches(rule: FilterRule, connection: FilteredConnection): Match {
  const { protocol, daddr, dport, saddr, iif, oif } = connection;
  const parts: Match[] = [
    rule.protocols === undefined
      ? 'yes'
      : yesNo(rule.protocols.includes(protocol) || rule.protocols.includes('all')),
    rule.dports === undefined ? 'yes' : yesNo(inRanges(rule.dports, dport)),
    rule.sports === undefined ? 'yes' : 'maybe',
    rule.states === undefined ? 'yes' : yesNo(rule.states.any.includes('new') !== rule.states.not),
    addressMatches(rule.daddr, daddr),
    addressMatches(rule.saddr, saddr),
    nameMatches(rule.iif, iif, daddr),
    nameMatches(rule.oif, oif, daddr),
    rule.undecided ? 'maybe' : 'yes',
  ];
  if (parts.includes('no')) return 'no';
  return parts.includes('maybe') ? 'maybe' : 'yes';
}

function yesNo(value: boolean): Match {
  return value ? 'yes' : 'no';
}

function inRanges(ranges: readonly PortRange[], port: number): boolean {
  return ranges.some(({ first, last }) => port >= first && port <= last);
}

function addressMatches(match: AddressMatch | undefined, address: string | undefined): Match {
  if (match === undefined) return 'yes';
  if (address === undefined || isIP(address) === 0) return 'maybe';
  let isUnreadable = false;
  const isIn = match.any.some((one) => {
    const inside = contains(one, address);
    if (inside === undefined) isUnreadable = true;
    return inside === true;
  });
  return !isIn && isUnreadable ? 'maybe' : yesNo(isIn !== match.not);
}

/** An address, `10.0.0.0/8`, `10.0.0.0/255.0.0.0` is not read, `10.0.0.1-10.0.0.9`. */
function contains(block: string, address: string): boolean | undefined {
  const [from = '', to] = block.split('-');
  const [base = '', prefix] = from.split('/');
  const family = isIP(base) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(base) === 0) return undefined;
  const list = new BlockList();
  if (to !== undefined) {
    if (isIP(to) !== isIP(base)) return undefined;
    try {
      list.addRange(base, to, family);
    } catch {
      return undefined;
    }
  } else {
    const bits = prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix);
    if (!Number.isInteger(bits) || bits < 0 || bits > (family === 'ipv4' ? 32 : 128)) return undefined;
    list.addSubnet(base, bits, family);
  }
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** An interface that is not named in the question: `lo` is no way to an address outside, anything else may be. */
function nameMatches(match: NameMatch | undefined, name: string | undefined, daddr: string): Match {
  if (match === undefined) return 'yes';
  const isLocal = daddr === '::1' || daddr.startsWith('127.');
  const known = name ?? (isLocal ? 'lo' : undefined);
  if (known === undefined) {
    const isLoopbackOnly = match.any.every((one) => one === 'lo');
    return isLoopbackOnly ? yesNo(match.not) : 'maybe';
  }
  const isIn = match.any.some((one) =>
    one.endsWith('*') ? known.startsWith(one.slice(0, -1)) : one === known,
  );
  return yesNo(isIn !== match.not);
}
