import { logTime } from './log-time.js';
import { SIGNAL_PATTERNS, type SignalKind } from './signal-patterns.js';

/** A line that tells of trouble, or of a port that was opened. */
export interface LogSignal {
  readonly kind: SignalKind;
  readonly address?: string;
  readonly port?: number;
  readonly path?: string;
  readonly name?: string;
  /** Epoch seconds by the host's clock; absent where neither the line nor one before it has a stamp. */
  readonly at?: number;
  /** The line has a stamp of its own; else `at` is that of the line before. */
  readonly stamped: boolean;
  /** Epoch seconds of the next line that has a stamp: the line is not younger. */
  readonly until?: number;
  readonly text: string;
  readonly line: number;
}

export interface ReadLog {
  readonly signals: readonly LogSignal[];
  /** Epoch seconds of the last line that has a stamp. */
  readonly lastAt?: number;
  /** Number of the last line that is not empty. */
  readonly lastLine: number;
}

export interface LogLine {
  readonly text: string;
  readonly line: number;
  /** Epoch seconds, where the log's keeper knows it (journal, docker). */
  readonly at?: number | undefined;
}

const LINE_MAX = 2000;
const STRIPPED = new RegExp(String.raw`${'\u001b'}\[[0-9;]{0,20}[A-Za-z]`, 'g');

/** Reads lines for what they complain of. A line without a stamp belongs to the last one that has one. */
export function readLogSignals(
  lines: readonly LogLine[],
  clock: { readonly nowEpoch: number; readonly offsetSeconds: number },
): ReadLog {
  const signals: { -readonly [Key in keyof LogSignal]: LogSignal[Key] }[] = [];
  let at: number | undefined;
  let lastLine = 0;
  let open = 0;
  for (const { text, line, at: known } of lines) {
    const plain = text.slice(0, LINE_MAX).replace(STRIPPED, '');
    if (plain.trim() === '') continue;
    lastLine = line;
    const own = known ?? logTime(plain, clock.offsetSeconds, clock.nowEpoch);
    if (own !== undefined) {
      at = own;
      for (const before of signals.slice(open)) before.until = own;
      open = signals.length;
    }
    const signal = signalOf(plain);
    if (!signal) continue;
    signals.push({
      ...signal,
      ...(at === undefined ? {} : { at }),
      stamped: own !== undefined,
      text: plain.trim(),
      line,
    });
  }
  return { signals, ...(at === undefined ? {} : { lastAt: at }), lastLine };
}

type Signal = Pick<LogSignal, 'kind' | 'address' | 'port' | 'path' | 'name'>;

function signalOf(text: string): Signal | undefined {
  for (const { kind, pattern } of SIGNAL_PATTERNS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const groups = match.groups ?? {};
    const port = Number(groups['port'] ?? groups['port2'] ?? groups['port3'] ?? Number.NaN);
    const { address, path } = groups;
    const name = groups['name'] ?? groups['name2'] ?? groups['name3'];
    return {
      kind,
      ...(address === undefined ? {} : { address }),
      ...(Number.isInteger(port) && port > 0 && port < 65_536 ? { port } : {}),
      ...(path === undefined ? {} : { path }),
      ...(name === undefined ? {} : { name }),
    };
  }
  return undefined;
}
