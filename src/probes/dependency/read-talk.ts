import type { Line } from '../../domain/evidence.js';
import { tellsOnlyOfFamily } from '../http/classify-failure.js';
import { linesOf } from '../output-reading.js';

/** What one try to connect and to talk wrote. */
export interface Talk {
  readonly via: string;
  readonly connected: Line | undefined;
  /** What the server sent: one character a byte, and as it was printed. */
  readonly got: { readonly bytes: string; readonly printable: string; readonly line: number } | undefined;
  /** The program's own words where it failed. */
  readonly error: Line | undefined;
  /** pg_isready's verdict. */
  readonly ready: (Line & { readonly outcome: 'ok' | 'loading' | 'unknown' }) | undefined;
}

/**
 *     via: bash
 *     bash: connect: Connection refused
 *     bash: line 2: /dev/tcp/127.0.0.1/6379: Connection refused
 *
 *     via: pg_isready
 *     127.0.0.1:5432 - rejecting connections
 */
export function readTalk(stdout: string): Talk | undefined {
  const lines = linesOf(stdout);
  const via = /^via: (\S{1,20})$/.exec(lines[0]?.text ?? '')?.[1];
  if (via === undefined) return undefined;
  let connected: Talk['connected'];
  let got: Talk['got'];
  let error: Talk['error'];
  let ready: Talk['ready'];
  for (const { text, line } of lines.slice(1)) {
    const said = { text: clip(text), line };
    if (/^\* Connected to |^Connection to .* succeeded!$| open$|^Ncat: Connected to /.test(text))
      connected ??= said;
    else if (text.startsWith('got: ')) {
      const bytes = text.slice(5);
      got = { bytes: unescapeBytes(bytes), printable: clip(bytes.replace(/(?:\\[rnt])+$/, '')), line };
    } else if (/^(?:python3|perl|bash|nc|dd|Ncat|\(UNKNOWN\)|[\w.-]{1,253} \[)/.test(text))
      error = error === undefined || tellsOnlyOfFamily(error.text) ? said : error;
    else if (via === 'pg_isready') {
      const word = / - (accepting connections|rejecting connections|no response|no attempt)$/.exec(text)?.[1];
      if (word !== undefined) ready = { ...said, outcome: readiness(word) };
    }
  }
  return { via, connected, got, error, ready };
}

function readiness(word: string): 'ok' | 'loading' | 'unknown' {
  if (word === 'accepting connections') return 'ok';
  return word === 'rejecting connections' ? 'loading' : 'unknown';
}

function clip(text: string): string {
  return text.replace(/[^ -~]/g, '?').slice(0, 300);
}

/** Undoes the snippet's escapes; text that is none of them stays. */
export function unescapeBytes(text: string): string {
  return text.replace(/\\(?:([\\nrt])|x([0-9a-f]{2}))/g, (_whole, name: string | undefined, hex: string) => {
    switch (name) {
      case '\\':
        return '\\';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      default:
        return String.fromCharCode(Number.parseInt(hex, 16));
    }
  });
}
