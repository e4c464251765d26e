import type { ConfigProblem, Directive } from './model.js';

const MAX_INCLUDE_DEPTH = 32;
const MAX_DIRECTIVES = 400_000;

/** Stands where a file is included that could not be read: what it holds is unknown. */
export const UNREAD = '(unread)';

export interface ParsedFile {
  readonly directives: readonly Directive[];
}

/**
 * Puts the content of included files in the place of `include`, as nginx does while it reads: relative to the
 * directory of the main file; wildcards as glob(3) takes them, sorted by bytes; each file as often as it is included.
 */
export function resolveIncludes(
  main: ParsedFile,
  files: ReadonlyMap<string, ParsedFile>,
  configDir: string,
  unread: ReadonlySet<string> = new Set(),
): { directives: Directive[]; problems: ConfigProblem[]; reached: ReadonlySet<string> } {
  const problems: ConfigProblem[] = [];
  const byPath = new Map([...files].map(([path, file]) => [normalPath(path), { path, file }]));
  const reached = new Set<string>();
  let budget = MAX_DIRECTIVES;

  const problem = (code: ConfigProblem['code'], says: string, at: Directive): void => {
    if (problems.length < 100)
      problems.push({ code, says, file: at.file, line: at.line, dumpLine: at.dumpLine });
  };

  const expand = (list: readonly Directive[], via: readonly string[]): Directive[] => {
    const out: Directive[] = [];
    for (const directive of list) {
      budget -= 1;
      if (budget < 0) {
        if (budget === -1) problem('too-large', `more than ${MAX_DIRECTIVES} directives`, directive);
        return out;
      }
      const pattern = directive.args[0];
      if (directive.name === 'include' && directive.block === undefined && pattern !== undefined) {
        out.push(...included(directive, pattern, via));
      } else {
        out.push(directive.block ? { ...directive, block: expand(directive.block, via) } : directive);
      }
    }
    return out;
  };

  const included = (directive: Directive, pattern: string, via: readonly string[]): Directive[] => {
    const full = normalPath(pattern.startsWith('/') ? pattern : `${configDir}/${pattern}`);
    const wild = /[*?[]/.test(pattern);
    const paths = wild ? [...byPath.keys()].filter((path) => globMatches(full, path)).sort(byBytes) : [full];
    const out: Directive[] = [];
    const hidden = [...unread].some((path) => path === full || (wild && globMatches(full, path)));
    if (hidden) out.push({ ...directive, name: UNREAD, args: [full] });
    for (const path of paths) {
      const found = byPath.get(path);
      if (found === undefined && hidden) continue;
      if (found === undefined) {
        problem('missing-include', `the dump does not hold ${path}`, directive);
      } else if (via.includes(path) || via.length >= MAX_INCLUDE_DEPTH) {
        problem('include-loop', `${path} includes itself`, directive);
      } else {
        reached.add(found.path);
        for (const child of expand(found.file.directives, [...via, path])) out.push(child);
      }
    }
    return out;
  };

  return { directives: expand(main.directives, []), problems, reached };
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Absolute path without `.`, `..` and doubled slashes. */
function normalPath(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  }
  return `${path.startsWith('/') ? '/' : ''}${out.join('/')}`;
}

/** glob(3) without flags: `*` and `?` stop at "/", and a leading dot must be written. Linear but for stars in one part. */
function globMatches(pattern: string, path: string): boolean {
  const patternParts = pattern.split('/');
  const pathParts = path.split('/');
  if (patternParts.length !== pathParts.length) return false;
  return patternParts.every((part, i) => partMatches(part, pathParts[i] ?? ''));
}

function partMatches(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  let p = 0;
  let n = 0;
  let starAt = -1;
  let starName = 0;
  while (n < name.length) {
    const step = pattern[p] === '*' ? 0 : oneMatches(pattern, p, name[n] ?? '');
    if (pattern[p] === '*') {
      starAt = p;
      starName = n;
      p += 1;
    } else if (step > 0) {
      p += step;
      n += 1;
    } else if (starAt >= 0) {
      p = starAt + 1;
      starName += 1;
      n = starName;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p >= pattern.length;
}

/** How many characters of the pattern at `p` take this one character; 0 if they do not. */
function oneMatches(pattern: string, p: number, char: string): number {
  const head = pattern[p];
  if (head === undefined) return 0;
  if (head === '?') return 1;
  if (head === '\\' && pattern[p + 1] !== undefined) return pattern[p + 1] === char ? 2 : 0;
  if (head !== '[') return head === char ? 1 : 0;
  const negated = pattern[p + 1] === '!' || pattern[p + 1] === '^';
  const start = p + (negated ? 2 : 1);
  const end = pattern.indexOf(']', start + 1);
  if (end < 0) return head === char ? 1 : 0;
  const set = pattern.slice(start, end);
  let inside = false;
  for (let i = 0; i < set.length; i += 1) {
    const low = set[i] ?? '';
    if (set[i + 1] === '-' && i + 2 < set.length) {
      inside ||= low <= char && char <= (set[i + 2] ?? '');
      i += 2;
    } else {
      inside ||= low === char;
    }
  }
  return inside !== negated ? end + 1 - p : 0;
}
