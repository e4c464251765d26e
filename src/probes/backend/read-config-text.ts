/** A configuration file's text as values, by its name's ending. */
import { parse as parseIni } from 'ini';
import JSON5 from 'json5';
import { parseDocument } from 'yaml';

export type ReadText =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string; readonly lineNumber: number };

export interface FlatValue {
  readonly path: readonly string[];
  readonly value: string;
}

export function readConfigText(path: string, text: string): ReadText {
  if (text.trim() === '') return { ok: true, value: {} };
  try {
    if (/\.json5?$/i.test(path)) return { ok: true, value: JSON5.parse(text) };
    if (/\.ya?ml$/i.test(path)) return readYamlText(text);
    if (/\.(?:ini|cfg|conf|env|properties|toml)$/i.test(path) || /\/\.env$|\/default\//.test(path)) {
      return { ok: true, value: parseIni(text.replaceAll('\r', '')) };
    }
    // Programs (.py, .rb): only the addresses that stand in them as texts can be read.
    return {
      ok: true,
      value: Object.fromEntries(text.split('\n').map((line, index) => [`line${index + 1}`, line])),
    };
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const lineNumber: unknown = error instanceof Error && 'lineNumber' in error ? error.lineNumber : 1;
    return { ok: false, message, lineNumber: typeof lineNumber === 'number' ? lineNumber : 1 };
  }
}

function readYamlText(text: string): ReadText {
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error)
    return {
      ok: false,
      message: error.message.split('\n')[0] ?? '',
      lineNumber: error.linePos?.[0].line ?? 1,
    };
  return { ok: true, value: document.toJS({ maxAliasCount: 50 }) };
}

const DEPTH_MAX = 12;
const VALUES_MAX = 5000;

/** Every leaf as text, with the keys that lead to it. */
export function flatten(value: unknown): FlatValue[] {
  const flat: FlatValue[] = [];
  const visit = (one: unknown, path: readonly string[]): void => {
    if (flat.length >= VALUES_MAX || path.length > DEPTH_MAX) return;
    if (typeof one === 'object' && one !== null) {
      for (const [key, inner] of Object.entries(one)) visit(inner, [...path, key]);
    } else if (one !== undefined && one !== null) {
      flat.push({ path, value: String(one) });
    }
  };
  visit(value, []);
  return flat;
}
