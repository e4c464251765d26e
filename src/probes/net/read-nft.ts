import type { Line } from '../../domain/evidence.js';
import { wholeNumber, withoutUndefined } from '../output-reading.js';
import type { FilterChain, FilterRule, NameMatch, PortRange } from './filter-rule.js';
import { portRangeOf, type RuleWord, ruleWords } from './rule-words.js';

type Mutable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

/**
 * Reads `nft -a list ruleset` (nft(8)). What a rule says beyond addresses, ports, protocols, interfaces and connection
 * states leaves it `undecided`. Sample:
 * table inet filter { # handle 1
 * 	chain input { # handle 1
 * 		type filter hook input priority filter; policy accept;
 * 		ip saddr 10.0.0.0/8 tcp dport { 22, 80, 8000-8010 } counter packets 0 bytes 0 accept # handle 8
 */
export function readNft(lines: readonly Line[]): { chains: FilterChain[]; rules: FilterRule[] } {
  const chains: Mutable<FilterChain>[] = [];
  const rules: FilterRule[] = [];
  const sets = setsOf(lines);
  let table = { family: '', name: '' };
  let chain: Mutable<FilterChain> | undefined;
  for (const { text, line } of lines) {
    const bare = text.trim();
    const opened = /^table (\w+) (\S+) \{/.exec(bare);
    if (opened !== null) {
      table = { family: opened[1] ?? '', name: opened[2] ?? '' };
      chain = undefined;
      continue;
    }
    const begun = /^chain (\S+) \{/.exec(bare);
    if (begun !== null) {
      chain = {
        source: 'nft',
        family: table.family,
        table: table.name,
        chain: begun[1] ?? '',
        priority: 0,
        line,
      };
      chains.push(chain);
      continue;
    }
    if (bare === '}') chain = undefined;
    if (chain === undefined || bare === '' || bare === '}') continue;
    const base =
      /^type \w+ hook (\w+) (?:device(?:s)? .{1,300} )?priority ([^;]{1,40});(?: policy (accept|drop);)?/.exec(
        bare,
      );
    if (base !== null) {
      chain.hook = base[1];
      chain.priority = priorityOf(base[2] ?? '');
      chain.policy = base[3] === 'drop' ? 'drop' : 'accept';
      chain.line = line;
      continue;
    }
    rules.push(ruleOf(bare, line, chain, sets.get(`${table.family} ${table.name}`)));
  }
  return { chains, rules };
}

/** nft(8), "Standard priority names". */
function priorityOf(text: string): number {
  const named = new Map([
    ['raw', -300],
    ['mangle', -150],
    ['dstnat', -100],
    ['security', 50],
    ['srcnat', 100],
  ]);
  const shape = /^([a-z]+)?(?: ?([+-]) ?)?(\d{1,9})?$/.exec(text.trim());
  const base = named.get(shape?.[1] ?? '') ?? 0;
  return base + (shape?.[2] === '-' ? -1 : 1) * Number(shape?.[3] ?? 0);
}

function setsOf(lines: readonly Line[]): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> {
  const tables = new Map<string, Map<string, string[]>>();
  let sets: Map<string, string[]> | undefined;
  let current: string[] | undefined;
  let isInElements = false;
  for (const { text } of lines) {
    const table = /^table (\w+) (\S+) \{/.exec(text);
    if (table !== null) {
      sets = new Map();
      tables.set(`${table[1]} ${table[2]}`, sets);
    }
    const set = /^\tset (\S+) \{/.exec(text);
    if (set !== null && sets !== undefined) {
      current = [];
      sets.set(set[1] ?? '', current);
    }
    if (text === '\t}') current = undefined;
    const at = text.indexOf('elements = {');
    if (current === undefined || (at === -1 && !isInElements)) continue;
    const part = at === -1 ? text : text.slice(at + 'elements = {'.length);
    isInElements = !part.includes('}');
    // An element may be followed by its timeout, counter or comment.
    for (const element of part.replace('}', '').split(',')) {
      const [word] = element.trim().split(' ');
      if (word !== undefined && word !== '') current.push(word);
    }
  }
  return tables;
}

function ruleOf(
  text: string,
  line: number,
  chain: FilterChain,
  sets: ReadonlyMap<string, readonly string[]> | undefined,
): FilterRule {
  const rule: Mutable<FilterRule> = {
    source: 'nft',
    family: chain.family,
    table: chain.table,
    chain: chain.chain,
    hook: chain.hook,
    policy: chain.policy,
    verdict: 'none',
    undecided: false,
    text,
    line,
  };
  const words = ruleWords(text.replace(/ # handle \d+$/, ''));
  let at = 0;
  const next = (): RuleWord => words[at++] ?? { text: '', quoted: false };
  const is = (word: string): boolean => words[at]?.quoted === false && words[at]?.text === word;
  /** One value, `{ a, b }`, or a named set. */
  const operand = (): NameMatch | undefined => {
    const not = is('!=');
    if (not || is('==')) at += 1;
    if (!is('{')) {
      const { text: value, quoted } = next();
      if (quoted || !value.startsWith('@')) return { not, any: quoted ? [value] : value.split(',') };
      const any = sets?.get(value.slice(1));
      return any === undefined ? undefined : { not, any };
    }
    at += 1;
    const any: string[] = [];
    while (at < words.length && !is('}')) any.push(next().text);
    at += 1;
    return { not, any };
  };
  const ports = (): PortRange[] | undefined => {
    const match = operand();
    const ranges = (match?.any ?? []).map((word) => portRangeOf(word));
    const known = ranges.flatMap((range) => range ?? []);
    if (match === undefined || match.not || known.length === 0 || known.length < ranges.length)
      rule.undecided = true;
    return match === undefined || match.not || known.length === 0 ? undefined : known;
  };
  const names = (): NameMatch | undefined => {
    const match = operand();
    if (match === undefined) rule.undecided = true;
    return match;
  };
  const protocol = (match: NameMatch | undefined): void => {
    if (match === undefined || match.not) rule.undecided = true;
    else rule.protocols = match.any;
  };
  while (at < words.length) {
    const { text: word, quoted } = next();
    if (quoted) {
      rule.undecided = true;
      continue;
    }
    switch (word) {
      case 'ip':
      case 'ip6': {
        const field = next().text;
        if (field === 'saddr') rule.saddr = names();
        else if (field === 'daddr') rule.daddr = names();
        else if (field === 'protocol' || field === 'nexthdr') protocol(names());
        else {
          names();
          rule.undecided = true;
        }
        break;
      }
      case 'tcp':
      case 'udp':
      case 'sctp':
      case 'th': {
        if (word !== 'th') rule.protocols = [word];
        const field = next().text;
        if (field === 'dport') rule.dports = ports();
        else if (field === 'sport') rule.sports = ports();
        else if (field === 'flags' && is('syn')) at += 1;
        else rule.undecided = true;
        break;
      }
      case 'meta': {
        const field = next().text;
        if (field === 'l4proto') protocol(names());
        else if (field === 'iifname' || field === 'iif') rule.iif = names();
        else if (field === 'oifname' || field === 'oif') rule.oif = names();
        else {
          names();
          rule.undecided = true;
        }
        break;
      }
      case 'iif':
      case 'iifname':
        rule.iif = names();
        break;
      case 'oif':
      case 'oifname':
        rule.oif = names();
        break;
      case 'ct': {
        const field = next().text;
        if (field === 'state' && !is('vmap')) rule.states = names();
        else rule.undecided = true;
        break;
      }
      case 'counter':
        if (is('packets')) {
          at += 1;
          rule.packets = wholeNumber(next().text);
          at += 2;
        }
        break;
      case 'log':
        while (
          ['prefix', 'level', 'group', 'snaplen', 'flags', 'queue-threshold'].includes(words[at]?.text ?? '')
        )
          at += 2;
        break;
      case 'comment':
        at += 1;
        break;
      case 'accept':
      case 'drop':
      case 'return':
        rule.verdict = word;
        break;
      case 'reject':
        rule.verdict = 'reject';
        // `with` and the ICMP type or tcp reset: nothing but a comment can follow.
        if (is('with')) at = words.length;
        break;
      case 'jump':
      case 'goto':
        rule.verdict = word;
        rule.target = next().text;
        break;
      default:
        rule.undecided = true;
    }
  }
  return withoutUndefined(rule);
}
