import type { Diagnosis } from '../domain/diagnosis.js';

/**
 * The command line's JSON contract: one object, keys in the order of the contract whatever order they were made in,
 * so that two outputs can be compared line by line. Keys that the list does not know stand last, by name.
 */
export function renderJson(diagnosis: Diagnosis): string {
  return jsonText(ordered(diagnosis));
}

/**
 * JSON that is harmless on a terminal too: characters that control or hide are written as `\\u009b`. For a program
 * that reads it, nothing changes.
 */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2).replace(HIDDEN, escaped)}\n`;
}

// All but the line feeds of the layout: JSON.stringify has escaped those that stand in strings.
const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

function escaped(character: string): string {
  // By UTF-16 code unit, as JSON wants it.
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
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
  'within',
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
