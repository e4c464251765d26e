import { readFileSync } from 'node:fs';

/** A recorded output: `fixture('net', 'ss-root')`. */
export function fixture(room: string, name: string): string {
  return readFileSync(new URL(`./${room}/fixtures/${name}.txt`, import.meta.url), 'utf8');
}

/** One frame as the snippets write it. */
export function frame(name: string, text: string, exitCode = 0): string {
  return `F ${text.split('\n').length} ${exitCode} ${name}\n${text}\n`;
}
