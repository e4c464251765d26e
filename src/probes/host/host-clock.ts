import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { cutShort, failureOf, unread } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';

export interface HostClockFacts {
  /** Milliseconds since 1970 by the host's clock. */
  readonly epochMs: number;
  /** What the clock can be read to; BusyBox's date knows seconds only. */
  readonly precisionMs: 1 | 1000;
  /** The host's offset from UTC, in minutes. */
  readonly offsetMinutes: number;
  readonly line: number;
}

/** The host's clock, to be compared with the bot's. */
export const hostClock: ProbeKind<void, HostClockFacts> = {
  kind: 'host.clock',
  command: () => ({
    id: 'host.clock',
    kind: 'host.clock',
    argv: ['date', '+%s.%N %z'],
    timeoutMs: 2000,
    capBytes: 1024,
  }),
  parse: parseHostClock,
};

/** Sample: `1795224301.123456789 +0100`; without nanoseconds `1795224301.N +0100` or `1795224301. +0100`. */
export function parseHostClock(output: ProbeOutput): Parsed<HostClockFacts> {
  const cut = cutShort(output, 'date');
  if (cut !== undefined) return cut;
  if (output.exitCode !== 0) return failureOf('date', output.stderr);
  const shape = /^(\d{1,11})\.(\d{9}|%?N)? ([+-])(\d\d)(\d\d)\s*$/.exec(output.stdout);
  if (shape === null) return unread('unparseable', 'date: not seconds and an offset');
  const nanoseconds = /^\d{9}$/.test(shape[2] ?? '') ? Number(shape[2]) : undefined;
  const epochMs = Number(shape[1]) * 1000 + Math.floor((nanoseconds ?? 0) / 1e6);
  const offsetMinutes = (shape[3] === '-' ? -1 : 1) * (Number(shape[4]) * 60 + Number(shape[5]));
  return {
    ok: true,
    facts: { epochMs, precisionMs: nanoseconds === undefined ? 1000 : 1, offsetMinutes, line: 0 },
  };
}
