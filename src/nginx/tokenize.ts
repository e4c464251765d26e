/**
 * nginx's lexical rules, after `ngx_conf_read_token` of src/core/ngx_conf_file.c: a `#` starts a comment only where
 * a word could start, `}` ends a block only there, `${` never opens one, and a backslash keeps what follows.
 */
export type Token =
  | { readonly kind: 'word'; readonly value: string; readonly line: number; readonly glued: boolean }
  | { readonly kind: ';'; readonly line: number }
  | { readonly kind: '{'; readonly line: number }
  | { readonly kind: '}'; readonly line: number }
  | { readonly kind: 'end'; readonly line: number; readonly insideQuotes: boolean };

/** Where reading stands: offset and line (from 0) in the text. */
export interface Cursor {
  offset: number;
  line: number;
}

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const DOUBLE = 34;
const HASH = 35;
const DOLLAR = 36;
const SINGLE = 39;
const SEMICOLON = 59;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/** Reads the next token and moves the cursor behind it. */
export function readToken(text: string, cursor: Cursor): Token {
  skipBlanks(text, cursor);
  const line = cursor.line;
  if (cursor.offset >= text.length) return { kind: 'end', line, insideQuotes: false };
  const code = text.charCodeAt(cursor.offset);
  if (code === SEMICOLON || code === OPEN || code === CLOSE) {
    cursor.offset += 1;
    return { kind: code === SEMICOLON ? ';' : code === OPEN ? '{' : '}', line };
  }
  return code === DOUBLE || code === SINGLE ? readQuoted(text, cursor, code) : readBare(text, cursor);
}

function skipBlanks(text: string, cursor: Cursor): void {
  let comment = false;
  for (; cursor.offset < text.length; cursor.offset += 1) {
    const code = text.charCodeAt(cursor.offset);
    if (code === LF) {
      cursor.line += 1;
      comment = false;
    } else if (code === HASH) {
      comment = true;
    } else if (!comment && code !== SPACE && code !== TAB && code !== CR) {
      return;
    }
  }
}

function readQuoted(text: string, cursor: Cursor, quote: number): Token {
  const line = cursor.line;
  const start = cursor.offset + 1;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LF) cursor.line += 1;
    if (code === BACKSLASH) {
      at += 1;
      if (text.charCodeAt(at) === LF) cursor.line += 1;
    } else if (code === quote) {
      cursor.offset = at + 1;
      const next = text.charCodeAt(at + 1);
      const glued = !(
        isBlank(next) ||
        next === SEMICOLON ||
        next === OPEN ||
        next === 41 ||
        Number.isNaN(next)
      );
      return { kind: 'word', value: unescapeWord(text.slice(start, at)), line, glued };
    }
  }
  cursor.offset = text.length;
  return { kind: 'end', line, insideQuotes: true };
}

function readBare(text: string, cursor: Cursor): Token {
  const line = cursor.line;
  const start = cursor.offset;
  let afterDollar = false;
  let at = start;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === OPEN && afterDollar) {
      afterDollar = false;
      continue;
    }
    afterDollar = code === DOLLAR;
    if (code === BACKSLASH) {
      at += 1;
      if (text.charCodeAt(at) === LF) cursor.line += 1;
    } else if (isBlank(code) || code === SEMICOLON || code === OPEN) {
      break;
    }
  }
  cursor.offset = Math.min(at, text.length);
  return { kind: 'word', value: unescapeWord(text.slice(start, cursor.offset)), line, glued: false };
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === CR || code === LF;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  t: '\t',
  r: '\r',
  n: '\n',
};

/** `\"`, `\'`, `\\`, `\t`, `\r` and `\n` are read; any other backslash stays (regexes need it). */
function unescapeWord(raw: string): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(/\\([\s\S])/g, (whole, char: string) => ESCAPES[char] ?? whole);
}

/**
 * Moves the cursor behind the `}` that ends a Lua block whose `{` was just read. Lua's strings, long brackets and
 * comments may hold braces. Returns false where the text ends first.
 */
export function skipLuaBlock(text: string, cursor: Cursor): boolean {
  let depth = 1;
  let at = cursor.offset;
  while (at < text.length && depth > 0) {
    const code = text.charCodeAt(at);
    if (code === OPEN) depth += 1;
    else if (code === CLOSE) depth -= 1;
    const isComment = text.startsWith('--', at);
    const long = code === 91 || isComment ? longBracketEnd(text, isComment ? at + 2 : at) : undefined;
    if (long !== undefined) at = long;
    else if (isComment) at = endOfLine(text, at);
    else if (code === DOUBLE || code === SINGLE) at = luaStringEnd(text, at, code);
    else at += 1;
  }
  for (let i = cursor.offset; i < at; i += 1) if (text.charCodeAt(i) === LF) cursor.line += 1;
  cursor.offset = Math.min(at, text.length);
  return depth === 0;
}

function longBracketEnd(text: string, at: number): number | undefined {
  if (text.charCodeAt(at) !== 91) return undefined;
  let level = at + 1;
  while (text.charCodeAt(level) === 61) level += 1;
  if (text.charCodeAt(level) !== 91) return undefined;
  const closing = `]${'='.repeat(level - at - 1)}]`;
  const end = text.indexOf(closing, level);
  return end < 0 ? text.length : end + closing.length;
}

function luaStringEnd(text: string, start: number, quote: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === quote || code === LF) return at + 1;
  }
  return text.length;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}
