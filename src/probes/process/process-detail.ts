import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, type Frame, frameNamed, framesOf, frameText } from '../framed-output.js';
import { deniesPermission, failureOf, unread, wholeNumber, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { pidParam } from '../probe-params.js';
import { type CgroupLimits, cgroupLimitsOf } from './cgroup-limits.js';

export interface Limit {
  /** Absent for unlimited. */
  readonly soft?: number | undefined;
  readonly hard?: number | undefined;
  readonly line: number;
}

export interface ProcessDetailFacts {
  readonly name: string;
  /** As in process.list. */
  readonly state: string;
  readonly threads?: number | undefined;
  /** Effective. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly groups: readonly number[];
  readonly nofile?: Limit | undefined;
  readonly nproc?: Limit | undefined;
  /** Open descriptors; absent where /proc/PID/fd may not be listed. */
  readonly fdCount?: number | undefined;
  readonly fdCountLine?: number | undefined;
  readonly cwd?: string | undefined;
  /** Ends with ` (deleted)` where the file is gone. */
  readonly exe?: string | undefined;
  readonly startedSecondsAgo?: number | undefined;
  /** Milliseconds since 1970 by the host's clock. */
  readonly startedAt?: number | undefined;
  /** The kernel function in which it sleeps; absent where it runs or this is hidden. */
  readonly wchan?: string | undefined;
  readonly cgroup: CgroupLimits;
  /** CAP_NET_BIND_SERVICE is among the effective capabilities. */
  readonly mayBindPrivileged?: boolean | undefined;
  /** Selected variables only: see ENVIRONMENT_NAMES. */
  readonly environment: readonly { readonly name: string; readonly value: string; readonly line: number }[];
  readonly environmentVisible: boolean;
  /** The line of State. */
  readonly line: number;
}

/** Names that tell where a program's configuration is and what it binds to; their values are no secrets. */
export const ENVIRONMENT_NAMES = [
  'NODE_CONFIG_DIR',
  'NODE_ENV',
  'NODE_CONFIG',
  'PORT',
  'HOST',
  'BIND',
  'GUNICORN_CMD_ARGS',
];

// A limit may be set at any level above the process's own group, so all levels are read, from the process upwards.
const SNIPPET = `${FRAME_SHELL}
p=/proc/$1
[ -d "$p" ] || { frame gone 1 "$p: No such process"; exit 0; }
say cat "$p/status"
say cat "$p/limits"
o=$(ls "$p/fd" 2>&1); r=$?
if [ "$r" = 0 ]; then frame 'fd count' 0 "$(ls "$p/fd" 2>/dev/null | wc -l)"; else frame 'fd count' "$r" "$o"; fi
say readlink "$p/cwd"
say readlink "$p/exe"
say cat "$p/stat"
say cat "$p/wchan"
say cat /proc/uptime
say date +%s
say getconf CLK_TCK
o=$(cat "$p/environ" 2>&1 >/dev/null); r=$?
if [ "$r" = 0 ]; then
  frame environ 0 "$(tr '\\n\\000' ' \\n' <"$p/environ" | grep -E '^(${ENVIRONMENT_NAMES.join('|')})=')"
else frame environ "$r" "$o"; fi
levels() {
  at=$2
  while :; do
    for file in $3; do [ -f "$1$at/$file" ] && printf '%s\\n' "$1$at/$file"; done
    case $at in ''|/) break ;; esac
    at=\${at%/*}
  done
}
v2=/sys/fs/cgroup; [ -f /sys/fs/cgroup/unified/cgroup.procs ] && v2=/sys/fs/cgroup/unified
IFS='
'; set -f
files=$(while IFS= read -r row; do
  path=\${row#*:*:}; path=\${path%/}
  case $row in
    0::*) levels "$v2" "$path" 'memory.max
memory.current
memory.events
pids.max
pids.current' ;;
    *:memory:*) levels /sys/fs/cgroup/memory "$path" 'memory.limit_in_bytes
memory.usage_in_bytes
memory.oom_control' ;;
    *:pids:*) levels /sys/fs/cgroup/pids "$path" 'pids.max
pids.current' ;;
  esac
done <"$p/cgroup" 2>/dev/null)
[ -n "$files" ] && frame cgroup 0 "$(grep -s -H . $files)"
exit 0
`;

/** One process: limits, descriptors, owner, control group. Fails with `not-found` where it has ended. */
export const processDetail: ProbeKind<{ readonly pid: number }, ProcessDetailFacts> = {
  kind: 'process.detail',
  command: (params) => {
    const pid = pidParam('process.detail', params.pid);
    return {
      id: `process.detail:${pid}`,
      kind: 'process.detail',
      argv: ['sh', '-c', SNIPPET, 'goodgate', pid],
      timeoutMs: 5000,
      capBytes: 256 * 1024,
      privileged: true,
    };
  },
  parse: parseProcessDetail,
};

/**
 * Sample (proc(5)):
 * State:	S (sleeping)
 * Max open files            1024                 524288               files
 */
export function parseProcessDetail(output: ProbeOutput): Parsed<ProcessDetailFacts> {
  const read = framesOf(output, 'process');
  if (!read.ok) return read;
  const { frames } = read;
  const status = frames.find(({ name }) => /^cat \/proc\/\d+\/status$/.test(name));
  if (status === undefined || status.exitCode !== 0) return failureOf('process', frameText(frames[0]));
  const rows = new Map(
    status.lines.map(({ text, line }) => [text.split(':')[0] ?? '', { words: wordsAfterColon(text), line }]),
  );
  const state = rows.get('State');
  if (state === undefined) return unread('unparseable', '/proc/PID/status: no State');
  const answered = (suffix: string): Frame | undefined =>
    frames.find(({ name, exitCode }) => exitCode === 0 && name.endsWith(suffix));
  const limits = answered('/limits');
  const fd = answered('fd count');
  const wchan = frameText(answered('/wchan')).trim();
  const environ = frameNamed(frames, 'environ');
  const started = startOf(frameText(answered('/stat')), frames);
  const capabilities = rows.get('CapEff')?.words[0] ?? '';
  const facts = withoutUndefined<ProcessDetailFacts>({
    name: rows.get('Name')?.words.join(' ') ?? '',
    state: state.words[0] ?? '?',
    threads: wholeNumber(rows.get('Threads')?.words[0]),
    uid: wholeNumber(rows.get('Uid')?.words[1]),
    gid: wholeNumber(rows.get('Gid')?.words[1]),
    groups: (rows.get('Groups')?.words ?? []).flatMap((word) => wholeNumber(word) ?? []),
    nofile: limitOf(limits, 'Max open files'),
    nproc: limitOf(limits, 'Max processes'),
    fdCount: wholeNumber(frameText(fd).trim()),
    fdCountLine: fd?.lines[0]?.line,
    cwd: frameText(answered('/cwd')) || undefined,
    exe: frameText(answered('/exe')) || undefined,
    startedSecondsAgo: started?.secondsAgo,
    startedAt: started?.at,
    wchan: wchan === '0' || wchan === '' ? undefined : wchan,
    cgroup: cgroupLimitsOf(answered('cgroup')?.lines ?? []),
    // Bit 10 of the mask (include/uapi/linux/capability.h).
    mayBindPrivileged: /^[0-9a-f]{16}$/.test(capabilities)
      ? ((BigInt(`0x${capabilities}`) >> 10n) & 1n) === 1n
      : undefined,
    environment: environ?.exitCode === 0 ? environmentOf(environ) : [],
    environmentVisible: environ?.exitCode === 0 && !deniesPermission(frameText(environ)),
    line: state.line,
  });
  return { ok: true, facts };
}

function wordsAfterColon(text: string): string[] {
  return text
    .slice(text.indexOf(':') + 1)
    .split(/\s+/)
    .filter((word) => word !== '');
}

function limitOf(frame: Frame | undefined, name: string): Limit | undefined {
  const row = frame?.lines.find(({ text }) => text.startsWith(name));
  if (row === undefined) return undefined;
  const [soft, hard] = row.text.slice(name.length).trim().split(/\s+/);
  return withoutUndefined({ soft: wholeNumber(soft), hard: wholeNumber(hard), line: row.line });
}

/** Field 22 of /proc/PID/stat: clock ticks after boot. */
function startOf(
  stat: string,
  frames: readonly Frame[],
): { secondsAgo: number; at: number | undefined } | undefined {
  const ticks = wholeNumber(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const uptime = Number.parseFloat(frameText(frameNamed(frames, 'cat /proc/uptime')));
  // BusyBox has no getconf; USER_HZ is 100 on every architecture that goodgate meets.
  const perSecond = wholeNumber(frameText(frameNamed(frames, 'getconf')).trim()) || 100;
  if (ticks === undefined || !Number.isFinite(uptime)) return undefined;
  const secondsAgo = Math.max(0, Math.round(uptime - ticks / perSecond));
  const now = wholeNumber(frameText(frameNamed(frames, 'date')).trim());
  return { secondsAgo, at: now === undefined ? undefined : (now - secondsAgo) * 1000 };
}

function environmentOf(frame: Frame): { name: string; value: string; line: number }[] {
  return frame.lines.flatMap(({ text, line }) => {
    const name = text.slice(0, Math.max(text.indexOf('='), 0));
    return ENVIRONMENT_NAMES.includes(name) ? [{ name, value: text.slice(name.length + 1), line }] : [];
  });
}
