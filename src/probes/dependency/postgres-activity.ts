import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, framesOf } from '../framed-output.js';
import { failureOf, unread, wholeNumber } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';

export interface PostgresActivity {
  /** psql and the user postgres exist on this host. */
  readonly present: boolean;
  /** Connections to databases; background processes are not counted. */
  readonly count?: number;
  /** max_connections. */
  readonly max?: number;
  /** Of these, so many are kept for superusers. */
  readonly reserved?: number;
  /** The line of the numbers, or of the server's error. */
  readonly line: number;
  /** The server's words where it let not even this user in, e.g. that it has too many clients already. */
  readonly refusal?: string;
}

// Database names are not null in rows of clients alone, in every version; backend_type came with PostgreSQL 10.
const QUERY =
  "select 'count=' || count(*) || ' max=' || current_setting('max_connections') || ' reserved=' || " +
  "current_setting('superuser_reserved_connections') from pg_stat_activity where datname is not null";

const SNIPPET = `${FRAME_SHELL}
cd / || exit 1
if ! command -v psql >/dev/null 2>&1 || ! id postgres >/dev/null 2>&1; then
  frame absent 0 'no psql, or no user postgres'; exit 0
fi
ask() { o=$("$@" 2>&1 </dev/null); frame psql "$?" "$o"; }
PGCONNECT_TIMEOUT=3; export PGCONNECT_TIMEOUT
set -- psql -XAtq -d postgres -c "$1"
if [ "$(id -un)" = postgres ]; then ask "$@"
elif [ "$(id -u)" = 0 ] && command -v runuser >/dev/null 2>&1; then ask runuser -u postgres -- "$@"
elif [ "$(id -u)" = 0 ]; then ask su postgres -s /bin/sh -c 'exec "$@"' -- sh "$@"
else ask sudo -n -u postgres -- "$@"; fi
`;

/** How many of PostgreSQL's connections are taken, asked as its own user through its socket. */
export const postgresActivity: ProbeKind<void, PostgresActivity> = {
  kind: 'postgres.activity',
  command: () => ({
    id: 'postgres.activity',
    kind: 'postgres.activity',
    argv: ['sh', '-c', SNIPPET, 'goodgate', QUERY],
    timeoutMs: 6000,
    capBytes: 16 * 1024,
    privileged: true,
  }),
  parse: parsePostgresActivity,
};

/**
 *     F 1 0 psql
 *     count=97 max=100 reserved=3
 *
 *     F 1 2 psql
 *     psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: FATAL:  sorry, too many clients already
 */
export function parsePostgresActivity(output: ProbeOutput): Parsed<PostgresActivity> {
  const read = framesOf(output, 'psql');
  if (!read.ok) return read;
  const [frame] = read.frames;
  if (frame === undefined) return unread('unparseable', 'psql: no output');
  if (frame.name === 'absent') return { ok: true, facts: { present: false, line: frame.line + 1 } };
  for (const { text, line } of frame.lines) {
    const numbers = /^count=(\d{1,9}) max=(\d{1,9}) reserved=(\d{1,9})$/.exec(text);
    const [count, max, reserved] = [1, 2, 3].map((group) => wholeNumber(numbers?.[group]));
    if (count !== undefined && max !== undefined && reserved !== undefined)
      return { ok: true, facts: { present: true, count, max, reserved, line } };
    if (/FATAL: /.test(text) || /failed: (?:Connection refused|No such file or directory)/.test(text))
      return { ok: true, facts: { present: true, line, refusal: text.trim().slice(0, 300) } };
  }
  const text = frame.lines.map((row) => row.text).join('\n');
  if (/a password is required|not allowed to execute/i.test(text))
    return unread('permission-denied', `psql: ${text.slice(0, 200)}`);
  return frame.exitCode === 0 ? unread('unparseable', 'psql: no counts') : failureOf('psql', text);
}
