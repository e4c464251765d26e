/** References to lines of evidence, as the scene carries them, and back to what a person is shown. */
import type { Citation } from '../domain/diagnosis.js';
import type { Evidence } from '../domain/evidence.js';
import { hostOf } from '../domain/place.js';
import { type Place, placeWithin } from './place-within.js';

const EXCERPT_MAX = 400;

/** Names one line of one piece of evidence: a line of stdout from 0; of stderr counted from -1 downwards. */
export function refTo(evidence: Evidence, line: number): string {
  return JSON.stringify([evidence.host, evidence.id, line]);
}

export type EvidenceIndex = ReadonlyMap<string, Evidence>;

/** What was seen in a container is shown as seen on its host: the command tells where it was run. */
export function indexEvidence(evidence: readonly Evidence[], hosts: readonly string[]): EvidenceIndex {
  return new Map(
    evidence.map((one) => [keyOf(one.host, one.id), { ...one, host: hostOf(one.host, hosts).host }]),
  );
}

function keyOf(host: string, id: string): string {
  return JSON.stringify([host, id]);
}

/** The cited line, or undefined where the reference names none: a citation is never made up. */
export function citationOf(reference: string, index: EvidenceIndex): Citation | undefined {
  const parsed = parseReference(reference);
  const evidence = parsed && index.get(keyOf(parsed.host, parsed.id));
  if (!parsed || !evidence?.output) return undefined;
  const { stdout, stderr } = evidence.output;
  const lines = (parsed.line >= 0 ? stdout : stderr).split('\n');
  const place: Place | undefined =
    parsed.line >= 0 ? placeWithin(evidence.kind, lines, parsed.line) : { line: -parsed.line - 1 };
  const text = place && shownText(evidence.kind, lines[place.line] ?? '');
  if (!place || !text) return undefined;
  return {
    probe: evidence.kind,
    host: evidence.host,
    argv: evidence.argv,
    ...(place.within ? { within: place.within } : {}),
    at: evidence.at,
    excerpt: text.slice(0, EXCERPT_MAX),
  };
}

/** What a server sent stands behind `| ` in a request's output; the mark is ours, the rest is the line. */
function shownText(kind: string, line: string): string {
  return (kind === 'http.request' ? line.replace(/^\| /, '') : line).trim();
}

function parseReference(reference: string): { host: string; id: string; line: number } | undefined {
  try {
    const parts: unknown = JSON.parse(reference);
    if (!Array.isArray(parts)) return undefined;
    const [host, id, line]: unknown[] = parts;
    return typeof host === 'string' && typeof id === 'string' && typeof line === 'number'
      ? { host, id, line }
      : undefined;
  } catch {
    return undefined;
  }
}
