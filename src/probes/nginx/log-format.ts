/** A log_format as a row of literals and variables; read without regular expressions, since it comes from outside. */
export type LogFormat = readonly ({ readonly literal: string } | { readonly variable: string })[];

/** `'$remote_addr [$time_local]'` -> variable, literal, variable, literal. `${name}` is `$name`. */
export function compileLogFormat(format: string): LogFormat {
  const pieces: ({ literal: string } | { variable: string })[] = [];
  const variable = /\$(?:\{(\w{1,60})\}|(\w{1,60}))/g;
  let last = 0;
  const text = format.slice(0, 8192);
  for (let match = variable.exec(text); match !== null; match = variable.exec(text)) {
    if (match.index > last) pieces.push({ literal: text.slice(last, match.index) });
    pieces.push({ variable: match[1] ?? match[2] ?? '' });
    last = match.index + match[0].length;
  }
  if (last < text.length) pieces.push({ literal: text.slice(last) });
  return pieces;
}

/**
 * Reads one line by a format: each variable reaches to the next literal. Returns null where a literal is
 * missing. A value that holds the literal itself ends early; nginx escapes quotes, so quoted ones do not.
 */
export function readWithFormat(line: string, format: LogFormat): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>();
  let at = 0;
  for (const [index, piece] of format.entries()) {
    if ('literal' in piece) {
      if (!line.startsWith(piece.literal, at)) return null;
      at += piece.literal.length;
      continue;
    }
    const next = format[index + 1];
    const end = next !== undefined && 'literal' in next ? line.indexOf(next.literal, at) : line.length;
    if (end < 0) return null;
    found.set(piece.variable, line.slice(at, end));
    at = end;
  }
  return found.size === 0 ? null : found;
}
