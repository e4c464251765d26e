import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A tree of settings as it stands in a configuration file. */
export type Settings = { readonly [key: string]: unknown };

/**
 * Reads `default.json`, then `local.json` over it, as node-config does: objects are merged key by key, everything else
 * is replaced. Comments and trailing commas are allowed.
 *
 * Throws an Error whose message names the file and, for a syntax error, line and column.
 */
export function readLayeredSettings(folder: string): Settings {
  let merged: Settings = {};
  for (const name of ['default.json', 'local.json']) {
    const file = join(folder, name);
    if (existsSync(file)) merged = mergeSettings(merged, readSettings(file));
  }
  return merged;
}

function readSettings(file: string): Settings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Config file ${file} cannot be read. Error code is: ${codeOf(error)}. Error message is: ${message}`,
    );
  }
  const plain = blankComments(text);
  try {
    const value: unknown = JSON.parse(plain);
    return isSettings(value) ? value : {};
  } catch (error) {
    throw new Error(`Cannot parse config file: '${file}': SyntaxError: JSON5: ${placeOf(error, plain)}`);
  }
}

export function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function codeOf(error: unknown): string {
  return isSettings(error) && typeof error['code'] === 'string' ? error['code'] : 'UNKNOWN';
}

/** The value at a dotted path, or undefined. */
export function settingAt(settings: Settings, path: string): unknown {
  let here: unknown = settings;
  for (const key of path.split('.')) here = isSettings(here) ? here[key] : undefined;
  return here;
}

export function textAt(settings: Settings, path: string, otherwise = ''): string {
  const value = settingAt(settings, path);
  return typeof value === 'string' ? value : otherwise;
}

export function numberAt(settings: Settings, path: string, otherwise: number): number {
  const value = settingAt(settings, path);
  return typeof value === 'number' ? value : otherwise;
}

function mergeSettings(base: Settings, over: Settings): Settings {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isSettings(before) && isSettings(value) ? mergeSettings(before, value) : value;
  }
  return merged;
}

/** Comments become blanks and trailing commas vanish, so that positions stay what they are in the file. */
function blankComments(text: string): string {
  return text
    .replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
      part.startsWith('"') ? part : part.replace(/[^\n]/g, ' '),
    )
    .replace(/,(?=\s*[}\]])/g, ' ');
}

// V8 says: Expected ',' or '}' after property value in JSON at position 412
function placeOf(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : '';
  const found = /at position (\d+)/.exec(message);
  if (!found) return `invalid end of input at ${text.split('\n').length}:1`;
  const position = Number(found[1]);
  const before = text.slice(0, position).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return `invalid character '${text.charAt(position)}' at ${before.length}:${column}`;
}
