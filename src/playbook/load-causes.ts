import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { causeGraphProblems } from './cause-graph-problems.js';
import type { Cause, CauseHead } from './cause-schema.js';
import {
  type CatalogueProblem,
  type ParsedCatalogue,
  parseCause,
  parseCauseHeads,
  parseCauses,
} from './parse-causes.js';

/** The catalogue that ships with the program is broken; `problems` says where. */
export class CauseCatalogueError extends Error {
  readonly code = 'cause-catalogue-invalid';
  readonly problems: readonly CatalogueProblem[];

  constructor(problems: readonly CatalogueProblem[]) {
    const lines = problems.map((problem) => `${problem.file}:${problem.line}: ${problem.message}`);
    super(`The cause catalogue is invalid:\n${lines.join('\n')}`);
    this.name = 'CauseCatalogueError';
    this.problems = problems;
  }
}

/** All causes with all their texts, cross-checked, for `goodgate validate`. Values, not exceptions. */
export function readCauses(dir: string): ParsedCatalogue<Cause> {
  return crossChecked(readAll(dir, parseCauses));
}

/**
 * All causes with all their texts, in the order of files and entries.
 * @throws CauseCatalogueError where a file does not fit the schema or the graph has a fault
 */
export function loadCauses(dir: string): readonly Cause[] {
  return sound(readCauses(dir));
}

/**
 * All causes without `explain`: what judging needs, in a fraction of the time.
 * @throws CauseCatalogueError as loadCauses does
 */
export function loadCauseHeads(dir: string): readonly CauseHead[] {
  return sound(crossChecked(readAll(dir, parseCauseHeads)));
}

/**
 * One cause with its texts, or undefined where the catalogue has none of that id.
 * @throws CauseCatalogueError where that entry does not fit the schema
 */
export function loadCause(dir: string, id: string): Cause | undefined {
  return sound(readAll(dir, (text, file) => parseCause(text, file, id)))[0];
}

function readAll<Entry>(
  dir: string,
  parse: (text: string, file: string) => ParsedCatalogue<Entry>,
): ParsedCatalogue<Entry> {
  const files = readdirSync(dir).filter((name) => name.endsWith('.yaml'));
  const parsed = files.sort().map((name) => {
    const file = join(dir, name);
    return parse(readFileSync(file, 'utf8'), file);
  });
  return {
    entries: parsed.flatMap((one) => one.entries),
    problems: parsed.flatMap((one) => one.problems),
  };
}

function crossChecked<Entry extends CauseHead>(read: ParsedCatalogue<Entry>): ParsedCatalogue<Entry> {
  // With an entry lost to an error in a file, every edge to it would be reported as unknown: noise.
  if (read.problems.length > 0) {
    return read;
  }
  return { entries: read.entries, problems: causeGraphProblems(read.entries) };
}

function sound<Entry>(read: ParsedCatalogue<Entry>): readonly Entry[] {
  if (read.problems.length > 0) {
    throw new CauseCatalogueError(read.problems);
  }
  return read.entries.map((placed) => placed.entry);
}
