import type { Diagnosis } from '../domain/diagnosis.js';

/**
 * The command line's JSON contract: one object, keys in the order of the contract whatever order they were made in,
 * so that two outputs can be compared line by line. Keys that the list does not know stand last, by name.
 */
export function renderJson(diagnosis: Diagnosis): string {
  return `${JSON.stringify(ordered(diagnosis), undefined, 2)}\n`;
}

const ORDER = [
  'schema',
  'target',
  'url',
  'playbook',
  'verdict',
  'httpStatus',
  'symptom',
  'id',
  'probe',
  'certainty',
  'risk',
  'host',
  'title',
  'hop',
  'address',
  'state',
  'says',
  'cause',
  'because',
  'reason',
  'remedy',
  'argv',
  'at',
  'excerpt',
  'depth',
  'chain',
  'evidence',
  'recoveries',
  'causes',
  'ruledOut',
  'notChecked',
  'path',
  'recent',
  'startedAt',
  'durationMs',
  'hosts',
  'user',
  'root',
  'connections',
  'channels',
  'probes',
];
const RANK: ReadonlyMap<string, number> = new Map(ORDER.map((key, index) => [key, index]));

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(ordered);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const rank = (key: string) => RANK.get(key) ?? ORDER.length;
  const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
}
