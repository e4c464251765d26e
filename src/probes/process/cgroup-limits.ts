import type { Line } from '../../domain/evidence.js';
import { wholeNumber, withoutUndefined } from '../output-reading.js';

/** The tightest limit on the way from a process's control group to the root; absent where nothing limits. */
export interface CgroupLimits {
  /** Bytes. */
  readonly memoryMax?: number | undefined;
  /** Bytes used in the group that has that limit, or in the process's own. */
  readonly memoryCurrent?: number | undefined;
  /** Kills for lack of memory in the process's own group, descendants included. */
  readonly oomKills?: number | undefined;
  readonly oomKillsLine?: number | undefined;
  readonly pidsMax?: number | undefined;
  readonly pidsCurrent?: number | undefined;
  readonly lines: Readonly<Record<string, number>>;
}

interface Level {
  memoryMax?: Reading;
  memoryCurrent?: Reading;
  oomKills?: Reading;
  pidsMax?: Reading;
  pidsCurrent?: Reading;
}

interface Reading {
  readonly value: number;
  readonly line: number;
}

// v1 writes "no limit" as the largest multiple of the page size (mm/page_counter.c).
const V1_UNLIMITED = 2 ** 62;

/**
 * Sample, the process's own group first:
 * /sys/fs/cgroup/system.slice/ds.service/memory.max:268435456
 * /sys/fs/cgroup/system.slice/ds.service/memory.events:oom_kill 3
 * /sys/fs/cgroup/pids/docker/3f5a/pids.max:max
 */
export function cgroupLimitsOf(lines: readonly Line[]): CgroupLimits {
  const levels = new Map<string, Level>();
  for (const { text, line } of lines) {
    const shape = /^(\/.*)\/((?:memory|pids)\.[a-z_]+):(.*)$/.exec(text);
    if (shape === null) continue;
    const key = `${(shape[2] ?? '').startsWith('memory') ? 'm' : 'p'}${shape[1]}`;
    const level = levels.get(key) ?? {};
    levels.set(key, level);
    keep(level, shape[2] ?? '', shape[3] ?? '', line);
  }
  const all = [...levels.values()];
  const memory = tightest(all, 'memoryMax') ?? all.find(({ memoryCurrent }) => memoryCurrent !== undefined);
  const pids = tightest(all, 'pidsMax') ?? all.find(({ pidsCurrent }) => pidsCurrent !== undefined);
  const kills = all.find(({ oomKills }) => oomKills !== undefined)?.oomKills;
  const cited = {
    memoryMax: memory?.memoryMax,
    memoryCurrent: memory?.memoryCurrent,
    pidsMax: pids?.pidsMax,
    pidsCurrent: pids?.pidsCurrent,
    oomKills: kills,
  };
  const readings = Object.entries(cited).flatMap(([name, reading]) =>
    reading === undefined ? [] : [[name, reading.line] as const],
  );
  return withoutUndefined<CgroupLimits>({
    memoryMax: memory?.memoryMax?.value,
    memoryCurrent: memory?.memoryCurrent?.value,
    oomKills: kills?.value,
    oomKillsLine: kills?.line,
    pidsMax: pids?.pidsMax?.value,
    pidsCurrent: pids?.pidsCurrent?.value,
    lines: Object.fromEntries(readings),
  });
}

function keep(level: Level, file: string, content: string, line: number): void {
  const value = wholeNumber(content);
  const reading = value === undefined ? undefined : { value, line };
  switch (file) {
    case 'memory.max':
      if (reading !== undefined) level.memoryMax = reading;
      return;
    case 'memory.limit_in_bytes':
      // Beyond the safe integers, so that wholeNumber has refused it, or at least this large.
      if (reading !== undefined && reading.value < V1_UNLIMITED) level.memoryMax = reading;
      return;
    case 'memory.current':
    case 'memory.usage_in_bytes':
      if (reading !== undefined) level.memoryCurrent = reading;
      return;
    case 'memory.events':
    case 'memory.oom_control': {
      const kills = wholeNumber(/^oom_kill (\d{1,15})$/.exec(content)?.[1]);
      if (kills !== undefined) level.oomKills = { value: kills, line };
      return;
    }
    case 'pids.max':
      if (reading !== undefined) level.pidsMax = reading;
      return;
    case 'pids.current':
      if (reading !== undefined) level.pidsCurrent = reading;
      return;
    default:
      return;
  }
}

function tightest(levels: readonly Level[], name: 'memoryMax' | 'pidsMax'): Level | undefined {
  let best: Level | undefined;
  for (const level of levels) {
    const value = level[name]?.value;
    if (value !== undefined && value < (best?.[name]?.value ?? Number.POSITIVE_INFINITY)) best = level;
  }
  return best;
}
