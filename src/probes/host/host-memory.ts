import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, frameNamed, framesOf, frameText } from '../framed-output.js';
import { failureOf, unread, wholeNumber, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { type Pressure, parsePressure } from './pressure.js';

export interface HostMemoryFacts {
  readonly totalKb: number;
  readonly availableKb: number;
  readonly availablePercent: number;
  /** The line of MemAvailable (or MemFree where the kernel has none). */
  readonly availableLine: number;
  readonly swapTotalKb: number;
  readonly swapFreeKb: number;
  readonly pressure?: Pressure | undefined;
  readonly pressureLine?: number | undefined;
  /** Kills for lack of memory since boot (vmstat oom_kill, Linux 4.13). */
  readonly oomKills?: number | undefined;
  /** Pages since boot. */
  readonly swapInPages?: number | undefined;
  readonly swapOutPages?: number | undefined;
}

const SNIPPET = `${FRAME_SHELL}say cat /proc/meminfo
say cat /proc/pressure/memory
say grep -E '^(oom_kill|pswpin|pswpout) ' /proc/vmstat
`;

/** How much memory is left, and whether anything stalls for it. */
export const hostMemory: ProbeKind<void, HostMemoryFacts> = {
  kind: 'host.memory',
  command: () => ({
    id: 'host.memory',
    kind: 'host.memory',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 3000,
    capBytes: 64 * 1024,
  }),
  parse: parseHostMemory,
};

/**
 * Sample:
 * MemTotal:        4020184 kB
 * MemAvailable:    3104220 kB
 * SwapFree:              0 kB
 */
export function parseHostMemory(output: ProbeOutput): Parsed<HostMemoryFacts> {
  const read = framesOf(output, 'memory');
  if (!read.ok) return read;
  const meminfo = frameNamed(read.frames, 'cat /proc/meminfo');
  if (meminfo === undefined || meminfo.exitCode !== 0) return failureOf('/proc/meminfo', frameText(meminfo));
  const kb = new Map<string, { value: number; line: number }>();
  for (const { text, line } of meminfo.lines) {
    const shape = /^(\w+):\s+(\d{1,15}) kB$/.exec(text);
    if (shape !== null) kb.set(shape[1] ?? '', { value: Number(shape[2]), line });
  }
  const total = kb.get('MemTotal');
  const available = kb.get('MemAvailable') ?? kb.get('MemFree');
  if (total === undefined || total.value === 0 || available === undefined) {
    return unread('unparseable', '/proc/meminfo: no MemTotal or MemAvailable');
  }
  const stall = frameNamed(read.frames, 'cat /proc/pressure/memory');
  const pressure = stall?.exitCode === 0 ? parsePressure(frameText(stall)) : undefined;
  const vmstat = new Map(
    (frameNamed(read.frames, 'grep')?.lines ?? []).map(({ text }) => [
      text.split(' ')[0] ?? '',
      text.split(' ')[1],
    ]),
  );
  const facts = withoutUndefined<HostMemoryFacts>({
    totalKb: total.value,
    availableKb: available.value,
    availablePercent: Math.round((available.value / total.value) * 1000) / 10,
    availableLine: available.line,
    swapTotalKb: kb.get('SwapTotal')?.value ?? 0,
    swapFreeKb: kb.get('SwapFree')?.value ?? 0,
    pressure,
    pressureLine: pressure === undefined ? undefined : stall?.lines[0]?.line,
    oomKills: wholeNumber(vmstat.get('oom_kill')),
    swapInPages: wholeNumber(vmstat.get('pswpin')),
    swapOutPages: wholeNumber(vmstat.get('pswpout')),
  });
  return { ok: true, facts };
}
