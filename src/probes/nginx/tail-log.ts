import type { MissingReason, ProbeOutput } from '../../domain/evidence.js';

/**
 * Reads the end of a regular log file, after the host's clock and the file's size:
 *
 *     clock 1795200000 +0100
 *     size 52311 mtime 1795199990
 *     format $remote_addr …            (where one was given)
 *     …the last bytes of the file
 *
 * The log itself has no time zone, so the clock's offset is taken in the same command. A device or pipe
 * (/dev/null, a container's /dev/stderr) is never read: it may have no end.
 */
export const TAIL_SNIPPET = `
[ -e "$1" ] || [ -L "$1" ] || { echo "goodgate: $1: No such file or directory" >&2; exit 3; }
[ -f "$1" ] || { echo "goodgate: $1: not a regular file ($(ls -ldL "$1" 2>/dev/null | cut -c1))" >&2; exit 4; }
[ -r "$1" ] || { echo "goodgate: $1: Permission denied" >&2; exit 5; }
date '+clock %s %z'
stat -L -c 'size %s mtime %Y' "$1" 2>/dev/null || echo 'size - mtime -'
[ -n "$3" ] && printf 'format %s\\n' "$3"
exec tail -c "$2" "$1"
`;

export interface TailedLog {
  /** The host's clock in epoch seconds, and its offset from UTC in seconds. */
  readonly nowEpoch: number;
  readonly offsetSeconds: number;
  readonly size: number | null;
  readonly modifiedEpoch: number | null;
  readonly lines: readonly string[];
  /** The log_format that the command was given, if one. */
  readonly format?: string;
  /** Line of `lines[0]` within stdout. */
  readonly firstLine: number;
  /** The file begins before what was read: the first line may be a piece of one. */
  readonly cut: boolean;
}

export type TailResult =
  | { readonly ok: true; readonly log: TailedLog }
  | { readonly ok: false; readonly reason: MissingReason; readonly says: string };

export function tailCommand(path: string, bytes: number, format = ''): string[] {
  const wanted = Math.min(Math.max(Math.trunc(bytes) || 65_536, 1024), 2 * 1024 * 1024);
  // A path that begins with "-" would be an option of tail's.
  return [
    'sh',
    '-c',
    TAIL_SNIPPET,
    'goodgate',
    path.startsWith('-') ? `./${path}` : path,
    String(wanted),
    format.replace(/[\r\n]+/g, ' '),
  ];
}

export function readTail(output: ProbeOutput): TailResult {
  const lines = output.stdout.split('\n');
  const clock = /^clock (\d{1,12}) ([+-])(\d\d)(\d\d)$/.exec(lines[0] ?? '');
  if (clock === null) {
    const says = output.stderr.trim().slice(0, 300);
    if (output.timedOut) return { ok: false, reason: 'timeout', says: 'the log could not be read in time' };
    if (output.exitCode === 3 || output.exitCode === 4) return { ok: false, reason: 'not-found', says };
    if (output.exitCode === 5) return { ok: false, reason: 'permission-denied', says };
    return { ok: false, reason: 'failed', says: says || 'the log could not be read' };
  }
  const stat = /^size (\d{1,15}|-) mtime (\d{1,12}|-)$/.exec(lines[1] ?? '');
  const statLines = stat === null ? 1 : 2;
  const format = /^format (.+)$/.exec(lines[statLines] ?? '')?.[1];
  const firstLine = format === undefined ? statLines : statLines + 1;
  const body = lines.slice(firstLine);
  if (body.at(-1) === '') body.pop();
  const read = body.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  const size = numberOrNull(stat?.[1]);
  const sign = clock[2] === '-' ? -1 : 1;
  return {
    ok: true,
    log: {
      nowEpoch: Number(clock[1]),
      offsetSeconds: sign * (Number(clock[3]) * 3600 + Number(clock[4]) * 60),
      size,
      modifiedEpoch: numberOrNull(stat?.[2]),
      lines: body,
      firstLine,
      ...(format === undefined ? {} : { format }),
      cut: size !== null && size > read + 1,
    },
  };
}

function numberOrNull(text: string | undefined): number | null {
  return text === undefined || text === '-' ? null : Number(text);
}
