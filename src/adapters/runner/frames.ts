/**
 * Reads what the runner sends. Incremental, binary-safe, and bounded: nothing beyond a probe's announced length is kept.
 *
 * ```
 * (whatever a login shell's rc files print)
 * goodgate/1 WORD NONCE UID SUDO EPOCH USER          WORD was drawn by the client for this channel
 * GG NONCE batch 2
 * 1 d 0 512.10 512.13 11 0            number, kind, exit status, uptime before and after, bytes of stdout and stderr
 * 2 t - - 522.40 0 17
 * (11 + 0 + 0 + 17 raw bytes)
 * GG NONCE end
 * ```
 * Kinds: `d` ended, `w` ended but its output could not be kept in full, `t` given up. A host without a writable
 * directory sends `stream` frames instead: lines of hexadecimal digits, which no output can break out of.
 */
import type { Greeting } from './bootstrap.js';

export interface Hello {
  readonly uid: number;
  readonly sudo: 'yes' | 'refused' | 'not-asked';
  /** The host's clock when the runner started, in seconds since 1970. */
  readonly epochSeconds: number;
  readonly user: string;
}

export interface ProbeFrame {
  readonly number: number;
  readonly kind: 'ended' | 'incomplete' | 'given-up';
  /** Null where the host does not know it. */
  readonly status: number | null;
  /** Null where the host's clock could not be read. */
  readonly durationMs: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export type FrameEvent =
  | { readonly event: 'hello'; readonly hello: Hello }
  | { readonly event: 'probe'; readonly frame: ProbeFrame }
  | { readonly event: 'end' }
  | { readonly event: 'broken'; readonly says: string };

export interface FrameReader {
  push(chunk: Buffer): void;
}

interface Announced {
  readonly number: number;
  readonly kind: ProbeFrame['kind'];
  readonly status: number | null;
  readonly durationMs: number | null;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
}

const MAX_LINE_BYTES = 4096;
/** Start-up files that print more than this are taken for ones that never end. Nothing of it is kept. */
export const MAX_PREAMBLE_BYTES = 4 * 1024 * 1024;
const MAX_STDERR_BYTES = 64 * 1024;

/** `capOf` gives the most bytes of standard output that a probe may bring (cap plus one); undefined for one that was not asked. */
export function createFrameReader(
  greeting: Greeting,
  capOf: (number: number) => number | undefined,
  tell: (event: FrameEvent) => void,
): FrameReader {
  let state: 'hello' | 'frames' | 'entries' | 'content' | 'hex-out' | 'hex-err' | 'broken' = 'hello';
  let nonce = '';
  /** The end of the line that stands before the hello: start-up files may leave it open, however long it is. */
  let tail: Buffer = Buffer.alloc(0);
  let preamble = 0;
  let line: Buffer[] = [];
  let lineBytes = 0;
  let entriesLeft = 0;
  let entries: Announced[] = [];
  let parts: Buffer[] = [];
  let partBytes = 0;
  let stdout: Buffer = Buffer.alloc(0);
  let inStderr = false;
  let hex = '';
  let hexErr = '';
  let streamed = { number: 0, durationMs: null as number | null };

  function broken(says: string): void {
    state = 'broken';
    line = [];
    parts = [];
    tell({ event: 'broken', says });
  }

  function finishContent(): void {
    for (let entry = entries[0]; entry !== undefined; entry = entries[0]) {
      const wanted = inStderr ? entry.stderrBytes : entry.stdoutBytes;
      if (partBytes < wanted) return;
      const content = Buffer.concat(parts, partBytes);
      parts = [];
      partBytes = 0;
      if (!inStderr) {
        stdout = content;
        inStderr = true;
        continue;
      }
      inStderr = false;
      entries.shift();
      const { number, kind, status, durationMs } = entry;
      tell({ event: 'probe', frame: { number, kind, status, durationMs, stdout, stderr: content } });
      stdout = Buffer.alloc(0);
    }
    state = 'frames';
  }

  function takeContent(chunk: Buffer): Buffer {
    const entry = entries[0];
    if (entry === undefined) return chunk;
    const wanted = (inStderr ? entry.stderrBytes : entry.stdoutBytes) - partBytes;
    const taken = chunk.subarray(0, wanted);
    // A copy: a slice would keep the transport's whole buffer alive.
    parts.push(Buffer.from(taken));
    partBytes += taken.length;
    finishContent();
    return chunk.subarray(taken.length);
  }

  function takeLine(text: string): void {
    switch (state) {
      case 'frames':
        takeFrame(text);
        return;
      case 'entries': {
        const entry = parseEntry(text);
        const cap = entry && capOf(entry.number);
        if (entry === undefined || cap === undefined || entry.stdoutBytes > cap) {
          broken('an answer that was not asked for');
          return;
        }
        if (entry.stderrBytes > MAX_STDERR_BYTES) {
          broken('more standard error than agreed');
          return;
        }
        entries.push(entry);
        entriesLeft -= 1;
        if (entriesLeft === 0) {
          state = 'content';
          finishContent();
        }
        return;
      }
      case 'hex-out': {
        if (text.startsWith(`GG ${nonce} stream-end `)) {
          const [, , , , before, after] = text.split(' ');
          streamed.durationMs = elapsedMs(before, after);
          state = 'hex-err';
          return;
        }
        hex += text;
        const cap = capOf(streamed.number) ?? 0;
        if (hex.length > (cap + 16) * 3) {
          broken('more output than agreed');
          return;
        }
        return;
      }
      case 'hex-err': {
        if (text === `GG ${nonce} stream-done`) {
          const status = /s (\d{1,3})/.exec(hexErr);
          const frame: ProbeFrame = {
            number: streamed.number,
            kind: 'ended',
            status: status === null ? null : Number(status[1]),
            durationMs: streamed.durationMs,
            stdout: fromHex(hex),
            stderr: fromHex(hexErr.replace(/s \d{1,3}/, '')),
          };
          hex = '';
          hexErr = '';
          state = 'frames';
          tell({ event: 'probe', frame });
          return;
        }
        hexErr += text;
        if (hexErr.length > MAX_STDERR_BYTES) {
          broken('more standard error than agreed');
          return;
        }
        return;
      }
      default:
        return;
    }
  }

  function takeFrame(text: string): void {
    const [mark, given, kind, value] = text.split(' ');
    // Only the runner knows the nonce; what else may stand here (a shell's complaint) is not ours.
    if (mark !== 'GG' || given !== nonce) return;
    if (kind === 'end') {
      tell({ event: 'end' });
      return;
    }
    const count = Number(value);
    if (!Number.isSafeInteger(count) || count < 1) {
      broken('a frame without a number');
      return;
    }
    if (kind === 'batch') {
      entries = [];
      entriesLeft = count;
      state = 'entries';
    } else if (kind === 'stream') {
      if (capOf(count) === undefined) {
        broken('an answer that was not asked for');
        return;
      }
      streamed = { number: count, durationMs: null };
      state = 'hex-out';
    }
  }

  /** Looks for the hello at the end of each line; gives back what stands behind it, or nothing. */
  function seekHello(chunk: Buffer): Buffer {
    let from = 0;
    while (state === 'hello') {
      const newline = chunk.indexOf(0x0a, from);
      const to = newline < 0 ? chunk.length : newline;
      const piece = chunk.subarray(Math.max(from, to - MAX_LINE_BYTES), to);
      tail = Buffer.concat([tail.subarray(Math.max(0, tail.length + piece.length - MAX_LINE_BYTES)), piece]);
      if (newline < 0) break;
      from = newline + 1;
      const hello = parseHello(greeting, tail.toString('latin1'));
      tail = Buffer.alloc(0);
      if (hello === undefined) continue;
      nonce = hello.nonce;
      state = 'frames';
      tell({ event: 'hello', hello: hello.hello });
      return chunk.subarray(from);
    }
    preamble += chunk.length;
    if (preamble > MAX_PREAMBLE_BYTES) broken('more text than a shell prints at its start');
    return Buffer.alloc(0);
  }

  function push(given: Buffer): void {
    let chunk = state === 'hello' ? seekHello(given) : given;
    while (chunk.length > 0 && state !== 'broken') {
      if (state === 'content') {
        chunk = takeContent(chunk);
        continue;
      }
      const newline = chunk.indexOf(0x0a);
      const piece = newline < 0 ? chunk : chunk.subarray(0, newline);
      lineBytes += piece.length;
      if (lineBytes <= MAX_LINE_BYTES) line.push(Buffer.from(piece));
      else if (state !== 'frames') {
        broken('a line longer than agreed');
        return;
      }
      if (newline < 0) return;
      const text = lineBytes <= MAX_LINE_BYTES ? Buffer.concat(line).toString('latin1') : '';
      line = [];
      lineBytes = 0;
      chunk = chunk.subarray(newline + 1);
      takeLine(text);
    }
  }

  return { push };
}

/** `goodgate/1 5be1… 1f0c…-8a77… 1000 refused 1795224000 deploy` */
function parseHello(greeting: Greeting, text: string): { nonce: string; hello: Hello } | undefined {
  const start = text.lastIndexOf(`${greeting} `);
  if (start < 0) return undefined;
  const [nonce, uid, sudo, epoch, ...user] = text.slice(start + greeting.length + 1).split(' ');
  // A shell that prints commands before it runs them shows `$n` here.
  if (nonce === undefined || !/^[0-9a-f-]{32,200}$/.test(nonce)) return undefined;
  if (uid === undefined || !/^\d+$/.test(uid)) return undefined;
  if (sudo !== 'yes' && sudo !== 'refused' && sudo !== 'not-asked') return undefined;
  const hello = { uid: Number(uid), sudo, epochSeconds: Number(epoch), user: user.join(' ') } as const;
  return { nonce, hello };
}

/** `7 d 0 512.10 512.13 11 0` */
function parseEntry(text: string): Announced | undefined {
  const [number, kind, status, before, after, stdoutBytes, stderrBytes] = text.split(' ');
  const known = { d: 'ended', w: 'incomplete', t: 'given-up' } as const;
  if (kind !== 'd' && kind !== 'w' && kind !== 't') return undefined;
  const counts = [number, stdoutBytes, stderrBytes];
  if (!counts.every((count) => count !== undefined && /^\d{1,15}$/.test(count))) return undefined;
  return {
    number: Number(number),
    kind: known[kind],
    status: status !== undefined && /^\d{1,3}$/.test(status) ? Number(status) : null,
    durationMs: elapsedMs(before, after),
    stdoutBytes: Number(stdoutBytes),
    stderrBytes: Number(stderrBytes),
  };
}

function elapsedMs(before: string | undefined, after: string | undefined): number | null {
  const elapsed = Math.round((Number(after) - Number(before)) * 1000);
  return Number.isFinite(elapsed) && elapsed >= 0 ? elapsed : null;
}

function fromHex(text: string): Buffer {
  return Buffer.from(text.replace(/[^0-9a-f]/g, ''), 'hex');
}
