import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, type Frame, frameNamed, framesOf, frameText } from '../framed-output.js';
import { failureOf, unread, wholeNumber, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { type Pressure, parsePressure } from './pressure.js';

export interface BusyProcess {
  readonly pid: number;
  readonly name: string;
  readonly state: string;
  /** Of one processor, in percent, over the half second of the look. */
  readonly cpuPercent: number;
  /** In the second sample. */
  readonly line: number;
}

export interface HostCpuFacts {
  readonly load1: number;
  readonly load5: number;
  readonly load15: number;
  /** Tasks that run or wait for a processor at the look, and all tasks. */
  readonly runnable?: number | undefined;
  readonly loadLine: number;
  readonly nproc: number;
  readonly pressure?: Pressure | undefined;
  readonly pressureLine?: number | undefined;
  /** Share of all processors' time that was not idle over the look, in percent. */
  readonly busyPercent?: number | undefined;
  /** At most five, the busiest first. */
  readonly top: readonly BusyProcess[];
}

// Two samples, since ps's %CPU is a process's average since its start and hides what runs hot now.
const SNIPPET = `${FRAME_SHELL}
sample() { o=$(head -n 1 /proc/stat; cat /proc/[0-9]*/stat 2>/dev/null | cut -c 1-240); frame "$1" 0 "$o"; }
say cat /proc/loadavg
say grep -c ^processor /proc/cpuinfo
say nproc
say cat /proc/pressure/cpu
sample first
sleep 0.5 2>/dev/null || sleep 1
sample second
`;

/** Load, pressure and the processes that use the processors right now. */
export const hostCpu: ProbeKind<void, HostCpuFacts> = {
  kind: 'host.cpu',
  command: () => ({
    id: 'host.cpu',
    kind: 'host.cpu',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 6000,
    capBytes: 4 * 1024 * 1024,
  }),
  parse: parseHostCpu,
};

/** Sample of /proc/loadavg: `0.20 0.18 0.12 1/80 11206`; of the samples: proc(5), /proc/stat and /proc/PID/stat. */
export function parseHostCpu(output: ProbeOutput): Parsed<HostCpuFacts> {
  const read = framesOf(output, 'processors');
  if (!read.ok) return read;
  const average = frameNamed(read.frames, 'cat /proc/loadavg');
  if (average === undefined || average.exitCode !== 0) return failureOf('/proc/loadavg', frameText(average));
  const shape = /^(\d+\.\d\d) (\d+\.\d\d) (\d+\.\d\d) (\d{1,7})\/\d{1,7} /.exec(frameText(average));
  const nproc =
    wholeNumber(frameText(frameNamed(read.frames, 'nproc')).trim()) ??
    wholeNumber(frameText(frameNamed(read.frames, 'grep')).trim());
  if (shape === null || nproc === undefined || nproc === 0)
    return unread('unparseable', '/proc/loadavg: not as expected');
  const stall = frameNamed(read.frames, 'cat /proc/pressure/cpu');
  const pressure = stall?.exitCode === 0 ? parsePressure(frameText(stall)) : undefined;
  const [before, after] = [frameNamed(read.frames, 'first'), frameNamed(read.frames, 'second')].map(ticksOf);
  const elapsed = (after?.total ?? 0) - (before?.total ?? 0);
  const facts = withoutUndefined<HostCpuFacts>({
    load1: Number(shape[1]),
    load5: Number(shape[2]),
    load15: Number(shape[3]),
    runnable: wholeNumber(shape[4]),
    loadLine: average.lines[0]?.line ?? 0,
    nproc,
    pressure,
    pressureLine: pressure === undefined ? undefined : stall?.lines[0]?.line,
    busyPercent:
      elapsed > 0 ? share(elapsed - ((after?.idle ?? 0) - (before?.idle ?? 0)), elapsed) : undefined,
    top:
      before === undefined || after === undefined || elapsed <= 0
        ? []
        : busiest(before, after, elapsed / nproc),
  });
  return { ok: true, facts };
}

interface Ticks {
  readonly total: number;
  readonly idle: number;
  readonly processes: ReadonlyMap<number, { ticks: number; name: string; state: string; line: number }>;
}

function ticksOf(frame: Frame | undefined): Ticks | undefined {
  const [head, ...rows] = frame?.lines ?? [];
  const counts = (head?.text ?? '').split(/ +/).slice(1, 9).map(Number);
  if (!head?.text.startsWith('cpu ') || counts.length < 5 || counts.some(Number.isNaN)) return undefined;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return { total, idle: (counts[3] ?? 0) + (counts[4] ?? 0), processes: new Map(rows.flatMap(processTicks)) };
}

/** `4711 (node) S 1 4711 … utime stime`: the name may hold blanks and parentheses, so its end is the last one. */
function processTicks({
  text,
  line,
}: Line): [number, { ticks: number; name: string; state: string; line: number }][] {
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
  const pid = wholeNumber(text.slice(0, Math.max(open - 1, 0)));
  if (open < 1 || close < open || pid === undefined) return [];
  const words = text.slice(close + 2).split(' ');
  const [user, system] = [wholeNumber(words[11]), wholeNumber(words[12])];
  if (user === undefined || system === undefined) return [];
  return [[pid, { ticks: user + system, name: text.slice(open + 1, close), state: words[0] ?? '?', line }]];
}

function busiest(before: Ticks, after: Ticks, ticksOfOneProcessor: number): BusyProcess[] {
  const busy: BusyProcess[] = [];
  for (const [pid, { ticks, name, state, line }] of after.processes) {
    const used = ticks - (before.processes.get(pid)?.ticks ?? ticks);
    if (used > 0) busy.push({ pid, name, state, cpuPercent: share(used, ticksOfOneProcessor), line });
  }
  return busy.sort((one, other) => other.cpuPercent - one.cpuPercent || one.pid - other.pid).slice(0, 5);
}

function share(part: number, whole: number): number {
  return Math.round((part / whole) * 1000) / 10;
}
