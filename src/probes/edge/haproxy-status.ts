import type { Line, Missing, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, framesOf, frameText } from '../framed-output.js';
import { deniesPermission, firstLine } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { TRUST_SHELL } from '../trust-shell.js';
import { type HaproxySection, readHaproxyConfig } from './read-haproxy-config.js';

/** A server of one of HAProxy's backends, as its own statistics show it. */
export interface HaproxyServer {
  readonly backend: string;
  readonly name: string;
  /** `UP`, `DOWN`, `MAINT`, `DRAIN`, `no check`, … */
  readonly status: string;
  /** `L4OK`, `L7STS`, `L4CON`, …: https://docs.haproxy.org/2.8/management.html#9.1 */
  readonly checkStatus?: string;
  /** The status that the check's own request got. */
  readonly checkCode?: number;
  /** HAProxy's words for it: `Layer7 wrong status`. */
  readonly checkText?: string;
  /** `127.0.0.1:8080` */
  readonly address?: string;
  /** The line that tells of its last check, or of its state. */
  readonly lines: readonly number[];
}

export interface HaproxyFacts {
  readonly running: boolean;
  readonly sections: readonly HaproxySection[];
  readonly servers: readonly HaproxyServer[];
}

const BALANCERS_MAX = 4;

// Of the statistics only what is used: the whole of them is a hundred lines a server.
// Anyone may call a process haproxy: as whom its file is read and its socket asked is decided in trust-shell.ts.
const SNIPPET = `${FRAME_SHELL}${TRUST_SHELL}
asking=$(cat <<'ASK'
has() { command -v "$1" >/dev/null 2>&1; }
if has socat; then echo 'show stat typed' | socat -t 3 - "UNIX-CONNECT:$1"
elif has python3; then python3 -c 'import socket,sys
s=socket.socket(socket.AF_UNIX);s.settimeout(3);s.connect(sys.argv[1]);s.sendall(b"show stat typed\\n")
while True:
    d=s.recv(65536)
    if not d: break
    sys.stdout.buffer.write(d)' "$1"
elif has perl; then perl -MIO::Socket::UNIX -e 'my $s=IO::Socket::UNIX->new(Peer=>shift) or die "$!\\n";alarm 3;print $s "show stat typed\\n";print while <$s>' "$1"
else echo 'show stat typed' | nc -U "$1"; fi
ASK
)
ask() { as_who sh -c "$asking" goodgate "$1"; }
nested() {
  while read -r key value rest; do
    case $key in NSpid:) [ -n "$rest" ] && return 0;; esac
  done < "/proc/$1/status"
  return 1
} 2>/dev/null
look() {
  next=; socket=
  while IFS= read -r word; do
    file=
    case $next in f) file=$word;; esac
    next=
    case $word in -f) next=f;; -f?*) file=\${word#-f};; esac
    case $file in /*) ;; *) continue;; esac
    # HAProxy's own place is root's, whoever names it: it may have begun as root.
    owner=$uid
    case $file in *..*) ;; /etc/haproxy/*|/usr/local/etc/haproxy/*) owner=0;; esac
    if ! who_may "$owner" "$file"; then frame "cat -- $file" 126 "$(refusal read)"; continue; fi
    say_as cat -- "$file"
    if [ -z "$socket" ]; then by=$who; socket=$(printf '%s\\n' "$o" | sed -n 's/^[[:space:]]*stats[[:space:]]\\{1,\\}socket[[:space:]]\\{1,\\}\\([^[:space:]]*\\).*/\\1/p' | head -n 1); fi
  done <<WORDS
$1
WORDS
  socket=\${socket#unix@}
  case $socket in /*) ;; *) return;; esac
  who_may "$by" "" || return
  take both ask "$socket"
  frame "show stat typed $socket" "$r" "$(printf '%s\\n' "$o" | grep -E '^[FSB]\\.[0-9]+\\.[0-9]+\\.[0-9]+\\.(pxname|svname|status|check_status|check_code|check_desc|addr)\\.|^[^FSB#]')"
}
seen=; count=0
# Root's own first: another's process may bear the same words.
for turn in own others; do
  for comm in /proc/[0-9]*/comm; do
    { read -r name < "$comm"; } 2>/dev/null || continue
    [ "$name" = haproxy ] || continue
    pid=\${comm#/proc/}; pid=\${pid%/comm}
    nested "$pid" && continue
    uid=$(uid_of "$pid")
    case $turn$uid in own0) ;; own*|others0) continue;; esac
    words=$(tr '\\000' '\\n' < "/proc/$pid/cmdline" 2>/dev/null)
    # Master and workers have the same words.
    case $seen in *"<$words>"*) continue;; esac
    seen="$seen<$words>"; count=$((count + 1))
    [ "$count" -le ${BALANCERS_MAX} ] && look "$words"
  done
done
[ "$count" = 0 ] && frame none 0 ''
exit 0
`;

/** What HAProxy, where it runs, says of its servers, and its configuration. One read-only command at its socket. */
export const haproxyStatus: ProbeKind<void, HaproxyFacts> = {
  kind: 'haproxy.status',
  command: () => ({
    id: 'haproxy.status',
    kind: 'haproxy.status',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 6000,
    capBytes: 1024 * 1024,
    privileged: true,
  }),
  parse: parseHaproxyStatus,
};

const STATISTICS = 'show stat typed';

/**
 * Sample of the statistics (type, proxy, server, position, field, process; tags; type; value):
 * S.3.1.0.pxname.1:KNS:str:shops
 * S.3.1.17.status.1:SGP:str:DOWN
 * S.3.1.36.check_status.1:MOP:str:L7STS
 * S.3.1.37.check_code.1:MOP:u32:404
 */
export function parseHaproxyStatus(output: ProbeOutput): Parsed<HaproxyFacts> {
  const read = framesOf(output, 'haproxy');
  if (!read.ok) return read;
  if (read.frames[0]?.name === 'none') {
    return { ok: true, facts: { running: false, sections: [], servers: [] } };
  }
  const files = read.frames.filter((frame) => frame.name.startsWith('cat ') && frame.exitCode === 0);
  const statistics = read.frames.filter((frame) => frame.name.startsWith(`${STATISTICS} `));
  const sections = readHaproxyConfig(files.flatMap((frame) => frame.lines));
  const servers = statistics.flatMap((frame) => readServers(frame.lines));
  const facts = { running: true, sections, servers };
  const unread = read.frames.find((frame) => frame.name.startsWith('cat ') && frame.exitCode !== 0);
  if (unread !== undefined) return { ok: true, facts, missing: unreadFile(frameText(unread)) };
  const failed = statistics.find((frame) => frame.exitCode !== 0);
  const refused = read.frames.find((frame) => frame.name.startsWith('cat ') && frame.exitCode !== 0);
  if (refused !== undefined) {
    const says = firstLine(frameText(refused)).replace(/^goodgate: Permission denied: /, '');
    return {
      ok: true,
      facts,
      missing: { reason: 'permission-denied', says: `HAProxy's configuration: ${says}` },
    };
  }
  if (failed === undefined) return { ok: true, facts };
  const says = firstLine(frameText(failed));
  const reason = deniesPermission(says) ? 'permission-denied' : 'failed';
  return { ok: true, facts, missing: { reason, says: `HAProxy's statistics: ${says}` } };
}

/** `-f` may name a directory, and a file may be closed to this account: what stands there is not known. */
function unreadFile(text: string): Missing {
  const says = firstLine(text);
  const reason = deniesPermission(says) ? 'permission-denied' : 'failed';
  return { reason, says: `HAProxy's configuration: ${says}` };
}

function readServers(lines: readonly Line[]): HaproxyServer[] {
  const rows = new Map<string, Map<string, { value: string; line: number }>>();
  for (const { text, line } of lines) {
    const field =
      /^S\.(\d{1,9}\.\d{1,9})\.\d{1,4}\.([a-z_]{1,40})\.\d{1,9}:[^:]{1,8}:[a-z0-9]{1,8}:(.{0,300})$/.exec(
        text,
      );
    if (field === null) continue;
    const key = field[1] ?? '';
    const row = rows.get(key) ?? new Map<string, { value: string; line: number }>();
    rows.set(key, row);
    row.set(field[2] ?? '', { value: field[3] ?? '', line });
  }
  return [...rows.values()].map(serverOf);
}

function serverOf(
  row: ReadonlyMap<string, { readonly value: string; readonly line: number }>,
): HaproxyServer {
  const value = (name: string): string | undefined => row.get(name)?.value;
  const code = value('check_code');
  const [checkStatus, checkText, address] = ['check_status', 'check_desc', 'addr'].map(value);
  return {
    backend: value('pxname') ?? '',
    name: value('svname') ?? '',
    status: value('status') ?? '',
    // A check that is under way is marked `* L7STS`.
    ...(checkStatus === undefined ? {} : { checkStatus: checkStatus.replace(/^\* /, '') }),
    ...(code === undefined ? {} : { checkCode: Number(code) }),
    ...(checkText === undefined ? {} : { checkText }),
    ...(address === undefined || address === '' ? {} : { address }),
    lines: [row.get('check_desc') ?? row.get('status')].flatMap((field) => field?.line ?? []),
  };
}
