import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { cutShort, failureOf, linesOf, unread, wholeNumber, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';

export interface ProcessEntry {
  readonly pid: number;
  readonly ppid: number;
  /** A number where the host has no name for it. */
  readonly user: string;
  /** The first letter of ps's STAT: R, S, D, T, t, Z, X, I (ps(1), "process state codes"). */
  readonly state: string;
  /** Seconds since its start; absent where this ps cannot tell (BusyBox without etime). */
  readonly startedSecondsAgo?: number | undefined;
  readonly args: string;
  readonly line: number;
}

export interface ProcessListFacts {
  readonly processes: readonly ProcessEntry[];
  /** False where /proc hides other users' processes (hidepid): the list is then no proof that something is not running. */
  readonly allVisible: boolean;
}

// BusyBox's ps knows neither -e nor etimes, and some builds have no etime.
const SNIPPET = `ps -eww -o pid,ppid,user:32,stat,etimes,args 2>/dev/null ||
ps -o pid,ppid,user,stat,etime,args 2>/dev/null ||
ps -o pid,ppid,user,stat,args`;

/** Every process, by ps(1). Fails with `unparseable` where ps printed no process at all. */
export const processList: ProbeKind<void, ProcessListFacts> = {
  kind: 'process.list',
  command: () => ({
    id: 'process.list',
    kind: 'process.list',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 5000,
    capBytes: 2 * 1024 * 1024,
  }),
  parse: parseProcessList,
};

/**
 * Sample:
 *     PID    PPID USER                             STAT ELAPSED COMMAND
 *       1       0 root                             Ss    863000 /sbin/init
 *    4711       1 ds                               Sl        42 /var/www/onlyoffice/documentserver/server/DocService/docservice
 * BusyBox:
 * PID   PPID  USER     STAT ELAPSED COMMAND
 *     1     0 root     S     2h14   /sbin/init
 */
export function parseProcessList(output: ProbeOutput): Parsed<ProcessListFacts> {
  const cut = cutShort(output, 'ps');
  if (cut !== undefined) return cut;
  if (output.exitCode !== 0 && output.stdout === '') return failureOf('ps', output.stderr);
  const rows = linesOf(output.stdout);
  const header = rows[0]?.text ?? '';
  if (!/^\s*PID\s+PPID\s+USER\s+STAT\b/.test(header))
    return unread('unparseable', 'ps: no header of the expected columns');
  const hasElapsed = /\sELAPSED\s/.test(header);
  const processes: ProcessEntry[] = [];
  for (const { text, line } of rows.slice(1)) {
    const shape = hasElapsed
      ? /^\s*(\d+)\s+(\d+)\s+(\S+)\s+([A-Za-z])\S*(?: [<NLsl+]+)?\s+(\S+) ?(.*)$/.exec(text)
      : /^\s*(\d+)\s+(\d+)\s+(\S+)\s+([A-Za-z])\S*(?: [<NLsl+]+)?()\s+(.*)$/.exec(text);
    const pid = wholeNumber(shape?.[1]);
    const ppid = wholeNumber(shape?.[2]);
    if (shape === null || pid === undefined || ppid === undefined) continue;
    const startedSecondsAgo = elapsedSeconds(shape[5] ?? '');
    const user = shape[3] ?? '';
    processes.push(
      withoutUndefined({
        pid,
        ppid,
        user,
        state: shape[4] ?? '?',
        startedSecondsAgo,
        args: (shape[6] ?? '').trim(),
        line,
      }),
    );
  }
  if (processes.length === 0) return unread('unparseable', 'ps: a header and no process');
  return { ok: true, facts: { processes, allVisible: processes.some(({ pid }) => pid === 1) } };
}

/** `863000`, procps's `[[dd-]hh:]mm:ss`, BusyBox's `2h14` and `3d02`. */
export function elapsedSeconds(text: string): number | undefined {
  const plain = wholeNumber(text);
  if (plain !== undefined) return plain;
  const clock = /^(?:(\d{1,6})-)?(?:(\d{1,4}):)?(\d{1,6}):(\d{2})$/.exec(text);
  if (clock !== null) {
    const [days, hours, minutes, seconds] = clock.slice(1).map((part) => Number(part ?? 0));
    return (days ?? 0) * 86_400 + (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  }
  const short = /^(\d{1,6})([dh])(\d{2})$/.exec(text);
  if (short === null) return undefined;
  const [large, small] = [Number(short[1]), Number(short[3])];
  return short[2] === 'd' ? large * 86_400 + small * 3600 : large * 3600 + small * 60;
}
