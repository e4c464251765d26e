import type { ResponseHeader } from './request-facts.js';

/** A response as it came over the wire, or as much of it as came. */
export interface ReadResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly ResponseHeader[];
  readonly headerBytes: number;
  readonly headerComplete: boolean;
  readonly bodyExcerpt: string;
  /** Index of the status line among the lines given. */
  readonly statusLine: number;
  readonly headerEnd: number;
}

const BODY_EXCERPT = 2048;

/**
 * Reads raw lines (`\n` removed, `\r` still there), passing over interim 1xx responses but 101.
 *
 *     HTTP/1.1 502 Bad Gateway\r
 *     Server: nginx/1.22.1\r
 *     \r
 *     <html>
 *
 * Returns null where the lines do not begin with an HTTP status line.
 */
export function readResponse(lines: readonly string[]): ReadResponse | null {
  let start = 0;
  for (let attempts = 0; attempts < 8; attempts += 1) {
    const first = /^HTTP\/\d(?:\.\d)? (\d{3})(?: (.{0,200}))?/.exec(lines[start] ?? '');
    if (first === null) return null;
    const status = Number(first[1]);
    const headers: ResponseHeader[] = [];
    let bytes = Buffer.byteLength(lines[start] ?? '') + 1;
    let index = start + 1;
    let complete = false;
    const crlf = lines[start]?.endsWith('\r') ?? false;
    for (; index < lines.length; index += 1) {
      const line = lines[index] ?? '';
      bytes += Buffer.byteLength(line) + 1;
      const text = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (text === '') {
        // curl shows a header that was cut off, ends it with a line feed of its own, and is content.
        complete = !crlf || line !== '' || lines.slice(index + 1).some((one) => one !== '');
        break;
      }
      const colon = text.indexOf(':');
      if (colon > 0)
        headers.push({ name: text.slice(0, colon).toLowerCase(), value: text.slice(colon + 1).trim() });
    }
    if (complete && status >= 100 && status < 200 && status !== 101 && index + 1 < lines.length) {
      start = index + 1;
      continue;
    }
    const body = lines.slice(index + 1).join('\n');
    const chunked = headers.some(
      (header) => header.name === 'transfer-encoding' && /chunked/i.test(header.value),
    );
    return {
      status,
      reason: (first[2] ?? '').replace(/\r$/, '').trim(),
      headers,
      headerBytes: bytes,
      headerComplete: complete,
      bodyExcerpt: (chunked ? withoutChunks(body) : body).slice(0, BODY_EXCERPT),
      statusLine: start,
      headerEnd: index,
    };
  }
  return null;
}

function withoutChunks(body: string): string {
  let rest = Buffer.from(body.slice(0, 65_536));
  const pieces: Buffer[] = [];
  let total = 0;
  while (total < BODY_EXCERPT * 4) {
    const end = rest.indexOf('\n');
    const size = /^([0-9a-fA-F]{1,8})\s*(?:;.{0,200})?$/.exec(
      rest.subarray(0, Math.max(end, 0)).toString().trim(),
    );
    if (end < 0 || size === null) return pieces.length === 0 ? body : Buffer.concat(pieces).toString();
    const length = Number.parseInt(size[1] ?? '0', 16);
    if (length === 0) break;
    pieces.push(rest.subarray(end + 1, end + 1 + length));
    total += length;
    rest = rest.subarray(end + 1 + length + 2);
  }
  return Buffer.concat(pieces).toString();
}

/** The first bytes for a person's eye: at most 120 characters, unprintable ones escaped. */
export function printableStart(text: string): string {
  let shown = '';
  for (const character of text.slice(0, 120)) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 10) shown += '\\n';
    else if (code === 13) shown += '\\r';
    else if (code < 32 || code === 127) shown += `\\x${code.toString(16).padStart(2, '0')}`;
    else shown += character;
  }
  return shown;
}
