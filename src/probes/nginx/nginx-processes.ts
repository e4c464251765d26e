import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import type { ProbeKind } from '../probe-kind.js';
import { parseMasterTitle } from './process-title.js';

export interface NginxMaster {
  readonly pid: number;
  /** Absent where /proc/PID/exe may not be read. */
  readonly exe?: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly configFile?: string;
  readonly prefix?: string;
  readonly startedSecondsAgo: number;
  readonly user: string;
  /** It has a process number space of its own. */
  readonly inContainer: boolean;
  readonly line: number;
}

export interface NginxWorker {
  readonly pid: number;
  readonly ppid: number;
  readonly user: string;
  readonly startedSecondsAgo: number;
  /** An old worker that a reload or stop has told to finish. */
  readonly shuttingDown: boolean;
  readonly inContainer: boolean;
  readonly line: number;
}

export interface NginxProcessesFacts {
  /** Seconds since 1970 by the host's own clock when the ages were taken; whole ones where its date knows no others. */
  readonly epoch?: number;
  readonly masters: readonly NginxMaster[];
  readonly workers: readonly NginxWorker[];
}

// Titles are world-readable, so this needs no root; only the program's path does.
const SNIPPET = `
[ -r /proc/self/stat ] || { echo 'goodgate: /proc cannot be read' >&2; exit 2; }
tick=$(getconf CLK_TCK 2>/dev/null || echo 100)
read -r up _ < /proc/uptime
echo "clock $up $tick $(date +%s.%N 2>/dev/null)"
for file in $(grep -ls '^nginx: ' /proc/[0-9]*/cmdline 2>/dev/null); do
  dir=\${file%/cmdline}
  stat=$(cat "$dir/stat" 2>/dev/null) || continue
  set -f; set -- \${stat##*) }; set +f
  ppid=$2; start=\${20}
  uid=; spaces=0
  while read -r key value rest; do
    case $key in Uid:) uid=$value;; NSpid:) [ -n "$rest" ] && spaces=1;; esac
  done < "$dir/status" 2>/dev/null
  user=$(getent passwd "$uid" 2>/dev/null | cut -d: -f1)
  exe=$(readlink "$dir/exe" 2>/dev/null)
  printf '%s %s %s %s %s exe=%s\\n' "\${dir#/proc/}" "$ppid" "\${user:-$uid}" "$start" "$spaces" "$exe"
  tr '\\000\\n' '  ' < "$file" 2>/dev/null; echo
done
`;

/** nginx's masters and workers, from the titles they give themselves in /proc. */
export const nginxProcesses: ProbeKind<Record<string, never>, NginxProcessesFacts> = {
  kind: 'nginx.processes',
  command() {
    return {
      id: 'nginx.processes',
      kind: 'nginx.processes',
      argv: ['sh', '-c', SNIPPET, 'goodgate'],
      timeoutMs: 8000,
      capBytes: 256 * 1024,
      privileged: true,
    };
  },
  parse: parseNginxProcesses,
};

/**
 *     clock 86400.12 100 1795224301.123456789
 *     812 1 root 8600000 0 exe=/usr/sbin/nginx
 *     nginx: master process /usr/sbin/nginx -g daemon on; master_process on;
 *     813 812 www-data 8600001 0 exe=
 *     nginx: worker process is shutting down
 */
function parseNginxProcesses(output: ProbeOutput): Parsed<NginxProcessesFacts> {
  const lines = output.stdout.split('\n');
  const clock = /^clock (\d{1,12}(?:\.\d{1,6})?) (\d{1,6})(?: (\d{1,11}(?:\.\d{9})?)(?:\.\D*)?)?$/.exec(
    lines[0] ?? '',
  );
  if (clock === null) {
    if (output.timedOut) return { ok: false, reason: 'timeout', says: 'reading /proc took too long' };
    return {
      ok: false,
      reason: 'failed',
      says: output.stderr.trim().slice(0, 300) || '/proc could not be read',
    };
  }
  const uptime = Number(clock[1]);
  const tick = Math.max(Number(clock[2]), 1);
  const masters: NginxMaster[] = [];
  const workers: NginxWorker[] = [];
  for (let line = 1; line + 1 < lines.length; line += 2) {
    const head = /^(\d{1,10}) (\d{1,10}) (\S{0,64}) (\d{1,20}) ([01]) exe=(.*)$/.exec(lines[line] ?? '');
    if (head === null) break;
    const title = (lines[line + 1] ?? '').trim();
    const shared = {
      pid: Number(head[1]),
      user: head[3] ?? '',
      startedSecondsAgo: Math.max(0, uptime - Number(head[4]) / tick),
      inContainer: head[5] === '1',
      line: line + 1,
    };
    const master = parseMasterTitle(title);
    const exe = head[6] ?? '';
    if (master !== null) masters.push({ ...shared, ...master, ...(exe === '' ? {} : { exe }) });
    else if (/^nginx: worker process/.test(title))
      workers.push({ ...shared, ppid: Number(head[2]), shuttingDown: title.includes('is shutting down') });
  }
  const epoch = clock[3] === undefined ? {} : { epoch: Number(clock[3]) };
  return { ok: true, facts: { ...epoch, masters, workers } };
}
