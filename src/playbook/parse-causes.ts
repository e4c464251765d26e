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
  return parseEntries({ text }, file, causeSchema);
}

/**
 * Reads the entries without their `explain` part, some five times faster than all of it. Judging needs no more,
 * and a check should not wait for texts that it will not show.
 */
export function parseCauseHeads(text: string, file: string): ParsedCatalogue<CauseHead> {
  return parseEntries(withoutExplanations(text), file, causeHeadSchema);
}

/** Reads the one entry of that id, or nothing where the file has none. */
export function parseCause(text: string, file: string, id: string): ParsedCatalogue<Cause> {
  return parseEntries(withoutOtherEntries(text, id), file, causeSchema);
}

/** A part of a file: `lines[i]` is the number, in the file, of the part's line i + 1. Absent: it is the whole. */
interface Excerpt {
  readonly text: string;
  readonly lines?: readonly number[];
}

// Entries stand in the first column (`- id: …`) and their keys in the third. By YAML's indentation rules no
// scalar that continues can reach either column, so cutting by lines is exact.
function withoutExplanations(text: string): Excerpt {
  let inside = false;
  return keepLines(text, (line) => {
    if (line.startsWith('  explain:')) {
      inside = true;
    } else if (line !== '' && !line.startsWith('   ')) {
      inside = false;
    }
    return !inside;
  });
}

function withoutOtherEntries(text: string, id: string): Excerpt {
  let inside = true;
  return keepLines(text, (line) => {
    if (line.startsWith('- ')) {
      inside = line.trimEnd() === `- id: ${id}`;
    }
    return inside;
  });
}

function keepLines(text: string, keep: (line: string) => boolean): Excerpt {
  const kept: string[] = [];
  const lines: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (keep(line)) {
      kept.push(line);
      lines.push(index + 1);
    }
  }
  return { text: kept.join('\n'), lines };
}

function parseEntries<Entry>(
  excerpt: Excerpt,
  file: string,
  schema: z.ZodType<Entry>,
): ParsedCatalogue<Entry> {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => {
    const { line } = lines.linePos(offset);
    return excerpt.lines?.[line - 1] ?? line;
  };
  const lineOf = (node: Node): number => lineAt(node.range?.[0] ?? 0);
  const document = parseDocument(excerpt.text, { lineCounter: lines, prettyErrors: false });
  const problems: CatalogueProblem[] = [];
  const entries: Placed<Entry>[] = [];
  for (const error of document.errors) {
    problems.push({ file, line: lineAt(error.pos[0]), message: error.message });
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
        line: lineOf(pair.key),
        message: `unknown key "${String(pair.key.value)}", expected only "causes"`,
      });
    }
  }
  for (const item of isSeq<Node>(list) ? list.items : []) {
    const parsed = schema.safeParse(item.toJS(document));
    if (parsed.success) {
      entries.push({ entry: parsed.data, file, line: lineOf(item) });
      continue;
    }
    for (const issue of parsed.error.issues) {
      const at = lineOf(nearestNode(item, issue.path));
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
