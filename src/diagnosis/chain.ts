/** The links of a chain: which of them tell something, and which lines show each. Pure. */
import type { ChainLink, Citation } from '../domain/diagnosis.js';
import { citationOf, type EvidenceIndex } from './cite.js';
import type { Finding, Message } from './findings.js';
import { formatMessage, type Language } from './messages.js';

/** What is said once need not be said again because a log repeats it. */
export function distinct(findings: readonly Finding[]): Finding[] {
  return distinctBy(findings, ({ says }) => JSON.stringify([says.text.en, says.values]));
}

/** The first of each, in their order. */
export function distinctBy<T>(all: readonly T[], keyOf: (one: T) => string): T[] {
  const seen = new Set<string>();
  return all.filter((one) => {
    const key = keyOf(one);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** What rests on nothing but what a deeper link has shown adds no step to the chain. The root always stays. */
export function telling(findings: readonly Finding[], index: EvidenceIndex): readonly Finding[] {
  const shown: ReadonlySet<string>[] = [];
  return findings.filter((finding, place) => {
    const keys = keysOf(finding.cites, index);
    const repeats = shown.some((earlier) => [...keys].every((key) => earlier.has(key)));
    shown.push(keys);
    return place === 0 || !repeats;
  });
}

function keysOf(cites: readonly string[], index: EvidenceIndex): ReadonlySet<string> {
  return new Set(citationsOf(cites, index).map(keyOf));
}

/** What a later link begins with is shown there, and not before. A link's own first line stays. */
export function eachOnce(chain: readonly ChainLink[]): ChainLink[] {
  return chain.map((link, place) => {
    const later = new Set(chain.slice(place + 1).flatMap(({ evidence }) => evidence.slice(0, 1).map(keyOf)));
    return { ...link, evidence: link.evidence.filter((one, index) => index === 0 || !later.has(keyOf(one))) };
  });
}

export function firstKey(cites: readonly string[], index: EvidenceIndex): string[] {
  return [...keysOf(cites, index)].slice(0, 1);
}

const CITATIONS_MAX = 3;

export function linkOf(
  says: Message,
  cites: readonly string[],
  index: EvidenceIndex,
  language: Language,
  cause?: string,
): ChainLink {
  const evidence = bySource(citationsOf(cites, index)).slice(0, CITATIONS_MAX);
  return { says: formatMessage(says, language), ...(cause === undefined ? {} : { cause }), evidence };
}

/** Each line once, in the order of the rule: the most telling first. */
export function citationsOf(cites: readonly string[], index: EvidenceIndex): Citation[] {
  const found = cites.flatMap((cite) => {
    const citation = citationOf(cite, index);
    return citation ? [citation] : [];
  });
  return [...new Map(found.map((citation) => [keyOf(citation), citation])).values()];
}

function keyOf({ host, probe, excerpt }: Citation): string {
  return JSON.stringify([host, probe, excerpt]);
}

/** What the backend itself wrote says more than what was written about it. */
const OWN_WORDS = new Set(['backend.log', 'docker.logs', 'systemd.journal']);

/** One line of each look before a second of any: two kinds of proof say more than two lines of a log. */
function bySource(citations: readonly Citation[]): Citation[] {
  const seen = new Set<string>();
  const firsts = citations.filter(({ host, argv }) => {
    const key = JSON.stringify([host, argv]);
    return seen.size < seen.add(key).size;
  });
  const [first, ...others] = firsts;
  const own = others.filter(({ probe }) => OWN_WORDS.has(probe));
  const rest = [...others, ...citations].filter((citation) => !own.includes(citation));
  return [...new Set([...(first ? [first] : []), ...own, ...rest])];
}
