/**
 * PCRE patterns of nginx as JavaScript regexes, where both mean the same.
 *
 * The configuration is outside input: a pattern that could run for long on a URI is not run at all, and one that
 * JavaScript would read differently is not guessed at. Both come back as a reason, which callers show as undecided.
 */
export type CompiledRegex =
  | {
      readonly ok: true;
      readonly regex: RegExp;
      /** Longest subject on which the pattern is quick enough to be run. */
      readonly maxLength: number;
    }
  | { readonly ok: false; readonly because: string };

export type RegexMatch =
  | {
      readonly kind: 'match';
      readonly captures: readonly string[];
      readonly groups: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'no-match' }
  | { readonly kind: 'undecided'; readonly because: string };

const MAX_PATTERN = 2048;
const MAX_SUBJECT = 2048;

/** How a part of a pattern can grow with its subject. */
interface Cost {
  /** Unbounded repeats that can give characters back to what follows them: each multiplies the steps. */
  repeats: number;
  /** All unbounded repeats: none may stand within another. */
  nested: number;
  /** Optional parts and alternations: each can double the steps. */
  choices: number;
}

interface Group extends Cost {
  alternates: boolean;
  /** The repeat that ended just before the group: every alternative's first character follows it. */
  readonly before: string | undefined;
}

const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`{-~',
  space: ' \\t-\\r',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};
const PCRE_SPACE = ' \\t-\\r';

class Unsupported extends Error {
  readonly code = 'UNSUPPORTED_PATTERN';
}

const cache = new Map<string, CompiledRegex>();

/** Compiles a PCRE pattern (bytes as characters); `ignoreCase` is nginx's `~*`. Never throws. */
export function compilePcre(pattern: string, ignoreCase: boolean): CompiledRegex {
  const key = `${ignoreCase ? 'i' : 's'}${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const compiled = compile(pattern, ignoreCase);
  if (cache.size > 5000) cache.clear();
  cache.set(key, compiled);
  return compiled;
}

/** Runs a pattern on a subject: a match with its captures ("" where a group took no part), none, or undecided. */
export function runPcre(pattern: string, ignoreCase: boolean, subject: string): RegexMatch {
  const compiled = compilePcre(pattern, ignoreCase);
  if (!compiled.ok) return { kind: 'undecided', because: compiled.because };
  if (subject.length > compiled.maxLength) {
    return { kind: 'undecided', because: `the text is too long (${subject.length}) to try ${pattern} on it` };
  }
  const found = compiled.regex.exec(subject);
  if (found === null) return { kind: 'no-match' };
  const groups: Record<string, string> = {};
  for (const [name, value] of Object.entries(found.groups ?? {})) groups[name] = value ?? '';
  return { kind: 'match', captures: [...found].map((value) => value ?? ''), groups };
}

function compile(pattern: string, ignoreCase: boolean): CompiledRegex {
  if (pattern.length > MAX_PATTERN) return { ok: false, because: 'the pattern is too long' };
  try {
    const { source, flags, cost } = translate(pattern, ignoreCase);
    const anchored = source.startsWith('^') && !source.includes('|');
    // n such repeats can take about length^n steps; the subject is kept short enough for some ten million.
    const degree = cost.repeats + (anchored ? 0 : 1);
    const maxLength =
      degree <= 2 ? MAX_SUBJECT : Math.min(MAX_SUBJECT, Math.floor((2e7 * degree) ** (1 / degree)));
    if (cost.choices > 12 || maxLength < 8)
      return { ok: false, because: `${pattern} could take too long to try` };
    return { ok: true, regex: new RegExp(source, flags), maxLength };
  } catch (error: unknown) {
    const because = error instanceof Unsupported ? error.message : 'JavaScript cannot read the pattern';
    return { ok: false, because: `${pattern}: ${because}` };
  }
}

function translate(pattern: string, ignoreCase: boolean): { source: string; flags: string; cost: Cost } {
  let dotAll = false;
  let multiline = false;
  let caseless = ignoreCase;
  let rest = pattern;
  for (let lead = /^\(\?([ims]+)\)/.exec(rest); lead !== null; lead = /^\(\?([ims]+)\)/.exec(rest)) {
    caseless ||= (lead[1] ?? '').includes('i');
    multiline ||= (lead[1] ?? '').includes('m');
    dotAll ||= (lead[1] ?? '').includes('s');
    rest = rest.slice(lead[0].length);
  }
  const flags = `${caseless ? 'i' : ''}${multiline ? 'm' : ''}`;
  let out = '';
  const stack: Group[] = [{ ...FREE, alternates: false, before: undefined }];
  let last: Cost | undefined;
  // The last one-character part, and the repeated one whose follower is still to come.
  let lastAtom: string | undefined;
  let pending: string | undefined;
  let settled = false;
  const top = (): Group => {
    const group = stack.at(-1);
    if (group === undefined) throw new Unsupported('unbalanced ")"');
    return group;
  };
  const commit = (): void => {
    const group = top();
    group.repeats += last?.repeats ?? 0;
    group.nested += last?.nested ?? 0;
    group.choices += last?.choices ?? 0;
    last = undefined;
  };
  const charge = (): void => {
    if (pending !== undefined) top().repeats += 1;
    pending = undefined;
  };
  const atom = (source: string): void => {
    settled = pending !== undefined;
    if (pending !== undefined && overlap(pending, source, flags)) charge();
    else if (pending === undefined) settled = false;
    pending = undefined;
    out += source;
    last = { ...FREE };
    lastAtom = source;
  };
  let at = 0;
  while (at < rest.length) {
    const char = rest[at] ?? '';
    const quantifier = /^(?:[*+?]|\{(\d{1,4})(,(\d{0,4}))?\})/.exec(rest.slice(at, at + 14));
    if (quantifier !== null) {
      if (last === undefined) throw new Unsupported('nothing to repeat');
      const next = rest[at + quantifier[0].length];
      if (next === '+') throw new Unsupported('possessive quantifier');
      const range = readRange(quantifier);
      last = repeated(last, range);
      out += quantifier[0] + (next === '?' ? '?' : '');
      at += quantifier[0].length + (next === '?' ? 1 : 0);
      // A part that may be absent lets the repeat before it meet what comes behind it.
      if (range.least === 0 && (settled || lastAtom === undefined)) top().repeats += 1;
      if (lastAtom !== undefined && range.most > 10 && range.least !== range.most) {
        charge();
        pending = lastAtom;
      }
      lastAtom = undefined;
      settled = false;
      commit();
      continue;
    }
    commit();
    lastAtom = undefined;
    if (char === '(') {
      const opened = openGroup(rest, at);
      out += opened.source;
      at += opened.length;
      if (opened.lookaround) charge();
      stack.push({ ...FREE, alternates: false, before: pending });
    } else if (char === ')') {
      const group = top();
      stack.pop();
      top();
      last = {
        repeats: group.repeats,
        nested: group.nested,
        choices: group.choices + (group.alternates ? 1 : 0),
      };
      out += ')';
      at += 1;
    } else if (char === '[') {
      const set = translateClass(rest, at);
      atom(set.source);
      at = set.end;
    } else if (char === '\\') {
      const escaped = translateEscape(rest, at, false);
      // What takes no character cannot hold back the repeat before it.
      if (/[bBAzZ]/.test(rest[at + 1] ?? '')) charge();
      atom(escaped.source);
      at = escaped.end;
    } else if (char === '|') {
      charge();
      top().alternates = true;
      pending = top().before;
      out += '|';
      at += 1;
    } else if (char === '$') {
      charge();
      out += multiline ? '$' : '(?=\\n?$)';
      at += 1;
    } else if (char === '^') {
      charge();
      out += '^';
      at += 1;
    } else {
      atom(char === '.' ? (dotAll ? '[^]' : '[^\\n]') : /[{}\]/]/.test(char) ? `\\${char}` : char);
      at += 1;
    }
  }
  commit();
  if (stack.length !== 1) throw new Unsupported('unbalanced "("');
  return { source: out, flags, cost: top() };
}

const FREE: Cost = { repeats: 0, nested: 0, choices: 0 };

interface Range {
  readonly least: number;
  readonly most: number;
}

function readRange(quantifier: RegExpExecArray): Range {
  const [sign, from, comma, to] = quantifier;
  if (from === undefined)
    return { least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
  const least = Number(from);
  if (comma === undefined) return { least, most: least };
  return { least, most: to === undefined || to === '' ? Number.POSITIVE_INFINITY : Number(to) };
}

function repeated(inner: Cost, { least, most }: Range): Cost {
  if (most > 10) {
    if (inner.nested > 0 || inner.choices > 0)
      throw new Unsupported('nested quantifiers could take too long to try');
    return { repeats: 0, nested: least === most && most <= 64 ? 0 : 1, choices: 0 };
  }
  return {
    // The last repeat of one round meets the first of the next.
    repeats: (most > 1 ? inner.nested : inner.repeats) * most,
    nested: inner.nested,
    choices: inner.choices * most + (most - least),
  };
}

/** Whether two one-character patterns can take the same byte. */
function overlap(a: string, b: string, flags: string): boolean {
  const one = new RegExp(`^(?:${a})$`, flags);
  const other = new RegExp(`^(?:${b})$`, flags);
  for (let code = 0; code < 256; code += 1) {
    const char = String.fromCharCode(code);
    if (one.test(char) && other.test(char)) return true;
  }
  return false;
}

function openGroup(text: string, at: number): { source: string; length: number; lookaround: boolean } {
  if (text[at + 1] === '*') throw new Unsupported('verb');
  if (text[at + 1] !== '?') return { source: '(', length: 1, lookaround: false };
  const head = text.slice(at, at + 80);
  const plain = /^\(\?(?::|=|!|<=|<!)/.exec(head);
  if (plain !== null) return { source: plain[0], length: plain[0].length, lookaround: plain[0] !== '(?:' };
  const named = /^\(\?(?:P?<([A-Za-z_]\w{0,31})>|'([A-Za-z_]\w{0,31})')/.exec(head);
  if (named === null) throw new Unsupported('group of a kind that only PCRE knows');
  return { source: `(?<${named[1] ?? named[2] ?? ''}>`, length: named[0].length, lookaround: false };
}

function translateEscape(text: string, at: number, inClass: boolean): { source: string; end: number } {
  const char = text[at + 1];
  if (char === undefined) throw new Unsupported('backslash at the end');
  const end = at + 2;
  if (/[^0-9A-Za-z]/.test(char)) return { source: /[\x80-\uffff\s_]/.test(char) ? char : `\\${char}`, end };
  if (/[dDwWtnrfv]/.test(char)) return { source: char === 'v' ? '[\\n-\\r]' : `\\${char}`, end };
  if (char === 's') return { source: inClass ? PCRE_SPACE : `[${PCRE_SPACE}]`, end };
  if (char === 'h') return { source: inClass ? ' \\t\\xa0' : '[ \\t\\xa0]', end };
  if (char === 'x') {
    const hex = /^(?:\{([0-9A-Fa-f]{1,2})\}|([0-9A-Fa-f]{2}))/.exec(text.slice(end, end + 6));
    if (hex === null) throw new Unsupported('hexadecimal escape');
    return { source: `\\x${(hex[1] ?? hex[2] ?? '').padStart(2, '0')}`, end: end + hex[0].length };
  }
  if (!inClass) {
    if (char === 'b' || char === 'B') return { source: `\\${char}`, end };
    if (char === 'S') return { source: `[^${PCRE_SPACE}]`, end };
    if (char === 'A') return { source: '(?<![^])', end };
    if (char === 'z') return { source: '(?![^])', end };
    if (char === 'Z') return { source: '(?=\\n?(?![^]))', end };
  }
  throw new Unsupported(`escape \\${char}`);
}

function translateClass(text: string, start: number): { source: string; end: number } {
  let at = start + 1;
  let out = '[';
  if (text[at] === '^') {
    out += '^';
    at += 1;
  }
  for (let first = true; at < text.length; first = false) {
    const char = text[at] ?? '';
    if (char === ']' && !first) return { source: `${out}]`, end: at + 1 };
    if (char === '[' && /[:.=]/.test(text[at + 1] ?? '')) {
      const posix = /^\[:([a-z]+):\]/.exec(text.slice(at, at + 12));
      const set = POSIX[posix?.[1] ?? ''];
      if (posix === null || set === undefined) throw new Unsupported('character class');
      out += set;
      at += posix[0].length;
    } else if (char === '\\') {
      if (text[at + 1] === 'v') throw new Unsupported('escape \\v');
      const escaped = translateEscape(text, at, true);
      out += escaped.source;
      at = escaped.end;
    } else {
      out += char === '[' || char === ']' ? `\\${char}` : char;
      at += 1;
    }
  }
  throw new Unsupported('a character class has no end');
}
