import { z } from 'zod';
import type { ConfigProblem } from './config.js';
import { configSchema, NO_CREDENTIALS } from './config-schema.js';
import { suggestName } from './nearest-name.js';
import type { YamlSource } from './yaml-source.js';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** A schema's complaint as a person would say it, with its place in the file. */
export function describeIssues(issues: readonly Issue[], source: YamlSource): ConfigProblem[] {
  return issues.flatMap((issue) => describeIssue(issue, [], source));
}

function describeIssue(issue: Issue, prefix: Path, source: YamlSource): ConfigProblem[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(key, path, source));
  }
  if (issue.code === 'invalid_union') {
    // The branch that fits the kind of value that was written knows best what is wrong inside of it.
    const inside = issue.errors.find((branch) => branch.every((one) => !isWrongKind(one)));
    return inside?.flatMap((one) => describeIssue(one, path, source)) ?? [wrongKind(issue, path, source)];
  }
  if (issue.code === 'invalid_key') {
    const key = String(issue.path.at(-1));
    const says = issue.issues[0]?.message ?? 'this name cannot be used';
    const message = `${nameOf(path.slice(0, -1))}: ${says}, got ${quote(key)}`;
    return [{ file: source.file, ...source.positionOfKey(path.slice(0, -1), key), message }];
  }
  return [wrongKind(issue, path, source)];
}

function isWrongKind(issue: Issue): boolean {
  return issue.path.length === 0 && issue.code === 'invalid_type';
}

function unknownKey(key: string, path: Path, source: YamlSource): ConfigProblem {
  const suggestion = suggestName(key, keysAt(path));
  const where = path.length === 0 ? 'at the top of the file' : `in ${nameOf(path)}`;
  const message = `unknown key ${quote(key)} ${where}`;
  const place = { file: source.file, ...source.positionOfKey(path, key) };
  return { ...place, message, ...(suggestion === undefined ? {} : { suggestion }) };
}

function wrongKind(issue: Issue, path: Path, source: YamlSource): ConfigProblem {
  const got = source.valueAt(path);
  const place = { file: source.file, ...source.positionOf(path) };
  const key = path.at(-1);
  if (got === undefined && key !== undefined) {
    const parent = path.slice(0, -1);
    return {
      ...place,
      message: `${nameOf(parent)}: the key "${String(key)}" is missing`,
      ...remedy(expected(issue)),
    };
  }
  const name = path.length === 0 ? 'the file' : nameOf(path);
  const suggestion =
    issue.code === 'invalid_value' && typeof got === 'string'
      ? suggestName(got, issue.values.map(String))
      : undefined;
  const message = `${name}: ${expected(issue)}`;
  // A password must not reach a log by way of a complaint about it.
  const shown = issue.message === NO_CREDENTIALS ? message : `${message}, got ${kindOf(got)}`;
  return { ...place, message: shown, ...remedy(suggestion) };
}

function remedy(suggestion: string | undefined): { suggestion?: string } {
  return suggestion === undefined ? {} : { suggestion };
}

const KINDS = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'a map of keys and values'],
  ['record', 'a map of names and what they stand for'],
]);

function expected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${KINDS.get(issue.expected) ?? 'something else'}`;
    case 'invalid_value':
      return `expected ${issue.values.map((value) => String(value)).join(' or ')}`;
    case 'invalid_union':
      return 'expected something else';
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? 'expected a port from 1 to 65535'
        : issue.message;
    case 'too_big':
      return 'expected a port from 1 to 65535';
    default:
      return issue.message;
  }
}

/** What was written, short enough for a sentence. */
function kindOf(value: unknown): string {
  if (value === null) {
    return 'nothing';
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? 'an empty list' : 'a list';
  }
  return typeof value === 'object' ? 'a map' : quote(String(value), typeof value === 'string');
}

function quote(text: string, quoted = true): string {
  const short = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  return quoted ? JSON.stringify(short) : short;
}

/** `hosts.docs-1.port`, `targets.docs.hosts[2]` */
export function nameOf(path: Path): string {
  return path
    .map((key, index) =>
      typeof key === 'number' ? `[${key + 1}]` : `${index === 0 ? '' : '.'}${String(key)}`,
    )
    .join('');
}

/** The keys that the schema knows at that path. Read from its JSON Schema: only needed when something is wrong. */
function keysAt(path: Path): string[] {
  let here: unknown[] = [z.toJSONSchema(configSchema, { unrepresentable: 'any' })];
  for (const key of path) {
    here = here.flatMap((schema) => stepInto(schema, key));
  }
  return here
    .flatMap((schema) => branches(schema))
    .flatMap((schema) => Object.keys(member(schema, 'properties')));
}

function stepInto(schema: unknown, key: PropertyKey): unknown[] {
  return branches(schema).flatMap((branch) => {
    const properties = member(branch, 'properties');
    const known = Object.entries(properties).find(([name]) => name === key)?.[1];
    return [
      known ?? (typeof key === 'number' ? member(branch, 'items') : member(branch, 'additionalProperties')),
    ];
  });
}

function branches(schema: unknown): unknown[] {
  const anyOf: unknown = member(schema, 'anyOf');
  return Array.isArray(anyOf) ? anyOf.flatMap(branches) : [schema];
}

function member(schema: unknown, key: string): object {
  const found: unknown =
    typeof schema === 'object' && schema !== null && Object.hasOwn(schema, key)
      ? Reflect.get(schema, key)
      : undefined;
  return typeof found === 'object' && found !== null ? found : {};
}
