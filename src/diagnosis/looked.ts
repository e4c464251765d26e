/** Evidence, read: the facts of one probe on one host, and references to its lines. Pure. */
import type { Evidence } from '../domain/evidence.js';
import type { ProbeKind } from '../probes/probe-kind.js';
import { refTo } from './cite.js';

export interface Looked<Facts> {
  readonly facts: Facts;
  readonly evidence: Evidence;
  readonly cite: (line: number) => string[];
}

/** What a check brought home, by host and probe. */
export interface EvidenceStore {
  readonly all: readonly Evidence[];
  look<Params, Facts>(
    kind: ProbeKind<Params, Facts>,
    host: string,
    params: Params,
  ): Looked<Facts> | undefined;
  /** All looks of one kind on one host, in the order in which they were taken. */
  looks<Params, Facts>(kind: ProbeKind<Params, Facts>, host: string): readonly Looked<Facts>[];
  lookById<Params, Facts>(
    kind: ProbeKind<Params, Facts>,
    host: string,
    id: string,
  ): Looked<Facts> | undefined;
}

export function evidenceStore(all: readonly Evidence[]): EvidenceStore {
  const byKey = new Map(all.map((one) => [keyOf(one.host, one.id), one]));
  return {
    all,
    look: (kind, host, params) => read(kind, byKey.get(keyOf(host, kind.command(params).id))),
    looks: (kind, host) =>
      all
        .filter((one) => one.host === host && one.kind === kind.kind)
        .map((one) => read(kind, one))
        .filter((looked) => looked !== undefined),
    lookById: (kind, host, id) => read(kind, byKey.get(keyOf(host, id))),
  };
}

function keyOf(host: string, id: string): string {
  return `${host}\n${id}`;
}

/** Facts stay with their kind's parser, so that an output that several ask for is parsed once. */
const memory = new WeakMap<object, WeakMap<Evidence, unknown>>();

function read<Params, Facts>(
  kind: ProbeKind<Params, Facts>,
  evidence: Evidence | undefined,
): Looked<Facts> | undefined {
  if (!evidence?.output || evidence.kind !== kind.kind) return undefined;
  const known = memory.get(kind) ?? new WeakMap<Evidence, unknown>();
  memory.set(kind, known);
  const parsed = known.has(evidence) ? known.get(evidence) : kind.parse(evidence.output);
  known.set(evidence, parsed);
  return isParsed<Facts>(parsed)
    ? { facts: parsed.facts, evidence, cite: (line) => [refTo(evidence, line)] }
    : undefined;
}

/** Only ever asked about what this kind's own parser returned. */
function isParsed<Facts>(value: unknown): value is { readonly ok: true; readonly facts: Facts } {
  return typeof value === 'object' && value !== null && 'ok' in value && value.ok === true;
}
