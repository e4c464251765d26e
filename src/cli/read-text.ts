import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Checked, problem } from '../config/config.js';

const SAYS = new Map([
  ['ENOENT', 'does not exist'],
  ['EACCES', 'may not be read'],
  ['EISDIR', 'is a folder'],
]);

/** The text of a file that a person named; `-` is standard input. */
export function readText(file: string, cwd: string): Checked<string> {
  try {
    return { ok: true, value: readFileSync(file === '-' ? 0 : resolve(cwd, file), 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return problem(`${file} ${SAYS.get(code) ?? 'cannot be read'}`);
  }
}
