import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Cause, type CauseHead, causeHeadSchema, causeSchema } from './cause-schema.js';

/** Something wrong in a catalogue file. `line` counts from 1. */
export interface CatalogueProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** An entry and where it stands. */
export interface Placed<Entry> {
  readonly entry: Entry;
  readonly file: string;
  readonly line: number;
}

export interface ParsedCatalogue<Entry> {
  readonly entries: readonly Placed<Entry>[];
  readonly problems: readonly CatalogueProblem[];
}

/** Reads whole entries. Never throws: what is wrong is listed with its line, and sound entries still arrive. */
export function parseCauses(text: string, file: string): ParsedCatalogue<Cause> {
  return parseEntries(text, file, causeSchema);
}

/**
 * Reads the entries without their `explain` part, some five times faster than all of it. Judging needs no more,
 * and a check should not wait for texts that it will not show.
 */
export function parseCauseHeads(text: string, file: string): ParsedCatalogue<CauseHead> {
  return parseEntries(blankExplanations(text), file, causeHeadSchema);
}

/** Reads the one entry of that id, or nothing where the file has none. */
export function parseCause(text: string, file: string, id: string): ParsedCatalogue<Cause> {
  return parseEntries(blankOtherEntries(text, id), file, causeSchema);
}

// Entries stand in the first column (`- id: …`) and their keys in the third. By YAML's indentation rules no
// scalar that continues can reach either column, so cutting by lines is exact. Lines are blanked, not removed:
// line numbers stay true.
function blankExplanations(text: string): string {
  let inside = false;
  return mapLines(text, (line) => {
    if (line.startsWith('  explain:')) {
      inside = true;
    } else if (line !== '' && !line.startsWith('   ')) {
      inside = false;
    }
    return inside ? '' : line;
  });
}

function blankOtherEntries(text: string, id: string): string {
  let inside = true;
  return mapLines(text, (line) => {
    if (line.startsWith('- ')) {
      inside = line.trimEnd() === `- id: ${id}`;
    }
    return inside ? line : '';
  });
}

function mapLines(text: string, change: (line: string) => string): string {
  return text.split('\n').map(change).join('\n');
}

function parseEntries<Entry>(text: string, file: string, schema: z.ZodType<Entry>): ParsedCatalogue<Entry> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems: CatalogueProblem[] = [];
  const entries: Placed<Entry>[] = [];
  for (const error of document.errors) {
    problems.push({ file, line: lines.linePos(error.pos[0]).line, message: error.message });
  }
  if (problems.length > 0) {
    return { entries, problems };
  }
  const root = document.contents;
  const list = isMap(root) ? root.get('causes', true) : undefined;
  if (!isMap(root) || (!isSeq(list) && !isEmpty(list))) {
    return { entries, problems: [{ file, line: 1, message: 'expected a list under the key "causes"' }] };
  }
  for (const pair of root.items) {
    if (isPair(pair) && isScalar(pair.key) && pair.key.value !== 'causes') {
      problems.push({
        file,
        line: lineOf(pair.key, lines),
        message: `unknown key "${String(pair.key.value)}", expected only "causes"`,
      });
    }
  }
  for (const item of isSeq<Node>(list) ? list.items : []) {
    const parsed = schema.safeParse(item.toJS(document));
    if (parsed.success) {
      entries.push({ entry: parsed.data, file, line: lineOf(item, lines) });
      continue;
    }
    for (const issue of parsed.error.issues) {
      const at = lineOf(nearestNode(item, issue.path), lines);
      problems.push({ file, line: at, message: `${pathOf(item, issue.path)}: ${issue.message}` });
    }
  }
  return { entries, problems };
}

/** `causes:` with nothing under it, as it stands when every entry was blanked. */
function isEmpty(node: unknown): boolean {
  return isScalar(node) && node.value === null;
}

/** The deepest node that still exists on the path: a missing key is reported where its map begins. */
function nearestNode(from: Node, path: readonly PropertyKey[]): Node {
  let node = from;
  for (const step of path) {
    const next: unknown = isMap(node) || isSeq(node) ? node.get(step, true) : undefined;
    if (!isMap(next) && !isSeq(next) && !isScalar(next)) {
      break;
    }
    node = next;
  }
  return node;
}

function pathOf(item: Node, path: readonly PropertyKey[]): string {
  const id = isMap(item) ? item.get('id') : undefined;
  return [typeof id === 'string' ? id : 'entry', ...path.map(String)].join('.');
}

function lineOf(node: Node, lines: LineCounter): number {
  return lines.linePos(node.range?.[0] ?? 0).line;
}
