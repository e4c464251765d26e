import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Files that an `Include` pattern names, sorted. `*` and `?` in the file's name are what people write; folders are taken as they stand. */
export function filesNamedBy(pattern: string): string[] {
  const name = basename(pattern);
  if (!/[*?]/.test(name)) return existsSync(pattern) ? [pattern] : [];
  try {
    return readdirSync(dirname(pattern))
      .filter((entry) => matchesWildcards(name, entry) && !entry.startsWith('.'))
      .sort()
      .map((entry) => join(dirname(pattern), entry));
  } catch {
    return [];
  }
}

/** `*` any run, `?` any one character; linear in the length of the text for each star. */
export function matchesWildcards(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let retry = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p;
      retry = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      retry += 1;
      t = retry;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
