import type { Line } from '../../domain/evidence.js';
import { wholeNumber, withoutUndefined } from '../output-reading.js';
import type { FilterChain, FilterRule, FilterVerdict } from './filter-rule.js';
import { portRangeOf, type RuleWord, ruleWords } from './rule-words.js';

type Mutable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

const HOOKS = new Map([
  ['INPUT', 'input'],
  ['OUTPUT', 'output'],
  ['FORWARD', 'forward'],
  ['PREROUTING', 'prerouting'],
  ['POSTROUTING', 'postrouting'],
]);
const PRIORITIES = new Map([
  ['raw', -300],
  ['mangle', -150],
  ['nat', -100],
  ['security', 50],
]);

/**
 * Reads `iptables-save -c` or `ip6tables-save -c` (iptables-extensions(8)). Sample:
 * *filter
 * :INPUT DROP [12:720]
 * :DOCKER-USER - [0:0]
 * [7:420] -A INPUT -s 10.0.0.0/8 ! -d 10.1.0.0/16 -p tcp -m tcp --dport 8000 -j DROP
 */
export function readIptables(
  lines: readonly Line[],
  family: 'ip' | 'ip6',
): { chains: FilterChain[]; rules: FilterRule[] } {
  const chains: FilterChain[] = [];
  const rules: FilterRule[] = [];
  let table = '';
  for (const { text, line } of lines) {
    if (/^\*[a-z]{1,20}$/.test(text)) table = text.slice(1);
    const chain = /^:(\S{1,64}) (\S{1,16}) \[(\d{1,16}):\d{1,20}\]$/.exec(text);
    if (chain !== null) {
      const name = chain[1] ?? '';
      const hook = chain[2] === '-' ? undefined : HOOKS.get(name);
      const policy = hook === undefined ? undefined : chain[2] === 'DROP' ? 'drop' : 'accept';
      const priority = PRIORITIES.get(table) ?? 0;
      const packets = wholeNumber(chain[3]);
      chains.push(
        withoutUndefined({
          source: 'iptables',
          family,
          table,
          chain: name,
          hook,
          priority,
          policy,
          packets,
          line,
        }),
      );
      continue;
    }
    const rule = /^(?:\[(\d{1,16}):\d{1,20}\] )?-A (\S{1,64}) ?(.*)$/.exec(text);
    if (rule === null) continue;
    const base = chains.findLast((one) => one.table === table && one.chain === rule[2]);
    const head = {
      source: 'iptables',
      family,
      table,
      chain: rule[2] ?? '',
      hook: base?.hook,
      policy: base?.policy,
    } as const;
    const packets = wholeNumber(rule[1]);
    rules.push(withoutUndefined({ ...head, packets, ...matchesOf(ruleWords(rule[3] ?? '')), text, line }));
  }
  return { chains, rules };
}

type Matches = Omit<
  FilterRule,
  'source' | 'family' | 'table' | 'chain' | 'hook' | 'policy' | 'packets' | 'text' | 'line'
>;

function matchesOf(words: readonly RuleWord[]): Matches {
  const found: Mutable<Matches> = { verdict: 'none', undecided: false };
  let not = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]?.quoted ? '' : (words[at]?.text ?? '');
    const value = words[at + 1]?.text ?? '';
    if (word === '!') {
      not = true;
      continue;
    }
    const isNot = not;
    not = false;
    switch (word) {
      case '-p':
        if (isNot) found.undecided = true;
        else if (value !== 'all') found.protocols = [value];
        break;
      case '-s':
        found.saddr = { not: isNot, any: value.split(',') };
        break;
      case '-d':
        found.daddr = { not: isNot, any: value.split(',') };
        break;
      case '-i':
        found.iif = { not: isNot, any: [value.replace(/\+$/, '*')] };
        break;
      case '-o':
        found.oif = { not: isNot, any: [value.replace(/\+$/, '*')] };
        break;
      case '--dport':
      case '--dports':
      case '--sport':
      case '--sports': {
        const ranges = value.split(',').flatMap((part) => portRangeOf(part) ?? []);
        if (isNot || ranges.length === 0) found.undecided = true;
        else if (word.startsWith('--d')) found.dports = ranges;
        else found.sports = ranges;
        break;
      }
      case '--ctstate':
      case '--state':
        found.states = { not: isNot, any: value.toLowerCase().split(',') };
        break;
      case '--comment':
      case '--reject-with':
      case '--log-prefix':
      case '--log-level':
        break;
      case '--tcp-flags':
        // A new connection begins with SYN alone, so this form matches it.
        if (isNot || words[at + 2]?.text !== 'SYN') found.undecided = true;
        at += 1;
        break;
      case '--syn':
        if (isNot) found.undecided = true;
        continue;
      case '-m':
        if (!['tcp', 'udp', 'comment', 'multiport', 'conntrack', 'state'].includes(value))
          found.undecided = true;
        break;
      case '-j':
      case '-g':
        Object.assign(found, verdictOf(word, value));
        break;
      default:
        found.undecided = true;
        continue;
    }
    at += 1;
  }
  return found;
}

// Targets that only write something down or change a mark, and let the packet go on.
const PASSING = new Set([
  'LOG',
  'NFLOG',
  'MARK',
  'CONNMARK',
  'TCPMSS',
  'CT',
  'TRACE',
  'CHECKSUM',
  'CLASSIFY',
  'AUDIT',
]);

function verdictOf(word: '-j' | '-g', value: string): { verdict: FilterVerdict; target?: string } {
  if (value === 'ACCEPT') return { verdict: 'accept' };
  if (value === 'DROP') return { verdict: 'drop' };
  if (value === 'REJECT') return { verdict: 'reject' };
  if (value === 'RETURN') return { verdict: 'return' };
  if (PASSING.has(value)) return { verdict: 'none' };
  return { verdict: word === '-g' ? 'goto' : 'jump', target: value };
}
