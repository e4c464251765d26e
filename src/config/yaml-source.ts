import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from 'yaml';
import type { PlacedProblem } from './config.js';

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A YAML file that parsed: its value, and where each part of it stands. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** Where the value at that path stands; where it is missing, the nearest part around it. */
  positionOf(path: readonly PropertyKey[]): Position;
  /** Where the key itself stands. */
  positionOfKey(path: readonly PropertyKey[], key: string): Position;
  valueAt(path: readonly PropertyKey[]): unknown;
}

type ReadYaml =
  | { readonly ok: true; readonly source: YamlSource }
  | { readonly ok: false; readonly problems: readonly [PlacedProblem, ...PlacedProblem[]] };

/** Never throws: what is wrong with the YAML comes back with its line. */
export function readYaml(text: string, file: string): ReadYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  // What ends too early is missed by everything that encloses it: the first to complain at a place says it all.
  const errors = document.errors.filter(
    ({ pos }, index, all) => all.findIndex((other) => other.pos[0] === pos[0]) === index,
  );
  const [first, ...rest] = errors.map((error) => yamlProblem(error, text, file, lines));
  if (first !== undefined) {
    return { ok: false, problems: [first, ...rest] };
  }
  try {
    const value: unknown = document.toJS();
    return { ok: true, source: yamlSource(document, value, file, lines) };
  } catch (error) {
    // The one thing that toJS refuses: aliases (*name) that multiply without end, or that have no anchor.
    const says = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      problems: [{ file, line: 1, column: 1, message: `invalid YAML: ${aliasProblem(says)}` }],
    };
  }
}

function yamlProblem(error: YAMLError, text: string, file: string, lines: LineCounter): PlacedProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  const place = { file, line, column: col };
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^\s:]{1,80}/u.exec(text.slice(error.pos[0]))?.[0] ?? 'a key';
    return { ...place, message: `"${key}" stands twice in the same place`, suggestion: 'keep one of them' };
  }
  if (error.code === 'TAB_AS_INDENT') {
    return { ...place, message: 'invalid YAML: a tab indents this line', suggestion: 'use spaces' };
  }
  if (/call stack/iu.test(error.message))
    return { ...place, message: 'invalid YAML: it is nested too deeply' };
  return { ...place, message: `invalid YAML: ${lowerFirst(error.message)}` };
}

function aliasProblem(says: string): string {
  return /alias count/iu.test(says) ? 'its aliases (*name) multiply beyond all bounds' : lowerFirst(says);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function yamlSource(document: Document, value: unknown, file: string, lines: LineCounter): YamlSource {
  const at = (node: unknown): Position => {
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  return {
    file,
    value,
    positionOf: (path) => at(nearestNode(document.contents, path)),
    positionOfKey: (path, key) => {
      const node = nearestNode(document.contents, path);
      const pairs = isMap(node) ? node.items : [];
      const found = pairs.find(
        (pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === key,
      );
      return at(found?.key ?? node);
    },
    valueAt: (path) => path.reduce(step, value),
  };
}

function step(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}

function nearestNode(from: Node | null, path: readonly PropertyKey[]): Node | null {
  let node = from;
  for (const key of path) {
    const next: unknown = isMap(node) || isSeq(node) ? node.get(key, true) : undefined;
    if (!isNode(next)) {
      break;
    }
    node = next;
  }
  return node;
}
