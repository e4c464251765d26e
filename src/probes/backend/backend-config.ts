import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, type Frame, framesOf, frameText } from '../framed-output.js';
import { wholeNumber } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { TRUST_SHELL } from '../trust-shell.js';
import { configPlaces } from './config-paths.js';

export interface BackendConfigParams {
  /** Unique within a host's check: the service's manager and name. */
  readonly label: string;
  readonly pid?: number;
  readonly command?: string;
  readonly directory?: string;
  readonly user?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly files: readonly string[];
}

export interface ConfigFile {
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly mtimeEpoch: number;
  /** Whether the program's own user may read it; absent where nobody could try. */
  readonly readableByUser?: boolean;
  /** Absent where this account may not read it. */
  readonly lines?: readonly Line[];
  /** The line with mode and owner. */
  readonly line: number;
}

export interface BackendConfigFacts {
  /** In the order in which they are read: later ones win. */
  readonly files: readonly ConfigFile[];
  /** Selected variables of the process, or of its manager's configuration: addresses and places, no passwords. */
  readonly environment: readonly { readonly name: string; readonly value: string; readonly line: number }[];
}

const NAMES =
  '[A-Z_]*CONF(IG)?[A-Z_]*|NODE_ENV|[A-Z_]*PORT|[A-Z_]*HOST|BIND|LISTEN|SOCKET|DATA[A-Z_]*|[A-Z_]*(REDIS|RABBIT|AMQP|DATABASE|POSTGRES|PG|MYSQL|DB|STORAGE|BROKER|UPSTREAM)[A-Z_]*';

/**
 * Arguments: PID, USER, NODE_ENV, then words of three kinds: `e:NAME=VALUE`, `d:FOLDER` (node-config's), `f:FILE`.
 * The running process knows its folder best, so its own come first.
 */
const SNIPPET = `${FRAME_SHELL}${TRUST_SHELL}
pid=$1; user=$2; nodeenv=$3; shift 3
# What a process says is its owner's word; where a manager says a user, the words are the manager's, which is root's.
theirs=0; [ -n "$pid" ] && theirs=$(uid_of "$pid")
owner=0; [ -n "$pid" ] && [ -z "$user" ] && owner=$theirs
as=
as_user() {
  case $as in
    setpriv) setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups "$@";;
    runuser) runuser -u "$user" -- "$@";;
    su) su -s /bin/sh "$user" -c '"$0" "$@"' "$@";;
  esac
}
if [ -n "$user" ] && [ "$user" != root ] && [ "$(id -u)" = 0 ] && id "$user" >/dev/null 2>&1; then
  # A way that cannot even run "true" as the user tells nothing of the file.
  for as in setpriv runuser su none; do as_user true >/dev/null 2>&1 && [ "$as" != none ] && break; done
  [ "$as" = none ] && as=
fi
seen=:
count=0
env=
dirs=
named=
cwd=
show() {
  case $seen in *":$1:"*) return;; esac
  seen="$seen$1:"
  [ -e "$1" ] || return
  [ -f "$1" ] || return
  count=$((count+1)); [ "$count" -le 14 ] || return
  o=$(stat -L -c '%a %U %G %Y %s' -- "$1" 2>&1); frame "stat $1" "$?" "$o"
  if [ -n "$as" ]; then
    o=$(as_user test -r "$1" 2>&1); frame "reads $1" "$?" "$o"
  fi
  # Read as whoever decides what is there: see trust-shell.ts.
  if who_may "$owner" "$1"; then o=$(as_who head -c 131072 -- "$1" 2>&1); frame "file $1" "$?" "$o"
  else frame "file $1" 126 "$(refusal read)"; fi
}
showany() {
  if [ -d "$1" ]; then
    for file in "$1"/*.json "$1"/*.json5 "$1"/*.yaml "$1"/*.yml "$1"/*.toml "$1"/*.ini "$1"/*.conf "$1"/*.env; do
      case $file in */local*.json*|*/local*.y*ml) continue;; esac
      show "$file"
    done
    for file in "$1"/local*.json* "$1"/local*.y*ml; do show "$file"; done
  else show "$1"; fi
}
shownode() {
  for name in default.json default.json5 default.yaml "$nodeenv.json" "$nodeenv.yaml" production-linux.json local.json local.json5 local.yaml "local-$nodeenv.json"; do
    case $name in .json|.yaml|local-.json) continue;; esac
    show "$1/$name"
  done
}
if [ -n "$pid" ] && [ -r "/proc/$pid/environ" ]; then
  env=$(tr '\\0' '\\n' <"/proc/$pid/environ" 2>/dev/null | grep -E '^(${NAMES})=' | head -n 40)
  d=$(printf '%s\\n' "$env" | sed -n 's/^NODE_CONFIG_DIR=//p')
  e=$(printf '%s\\n' "$env" | sed -n 's/^NODE_ENV=//p'); [ -n "$e" ] && nodeenv=$e
  named=$(printf '%s\\n' "$env" | grep -v '^NODE_CONFIG' | sed -n 's/^[A-Z_]*CONF[A-Z_]*=\\(\\/.*\\)$/\\1/p' | head -n 4)
  cwd=$(readlink "/proc/$pid/cwd" 2>/dev/null)
  [ -n "$d" ] && case $d in /*) dirs=$d;; *) dirs=$cwd/$d;; esac
fi
# Of a process whose environment this account may not read, or that has ended, its manager's word stands.
if [ -z "$env" ]; then for word in "$@"; do
  case $word in e:*) env="\${env:+$env
}\${word#e:}";; esac
done; fi
frame environ 0 "$env"
told=$named; named=
for word in "$@"; do case $word in e:NODE_CONFIG*) ;; e:*CONF*=/*) named="$named
\${word#*=}";; esac; done
words=$owner
IFS='
'
for path in $told; do owner=$theirs; showany "$path"; done
owner=$words
for path in $named; do showany "$path"; done
IFS=' 	
'
for word in "$@"; do case $word in f:*) show "\${word#f:}";; esac; done
owner=$theirs
if [ -n "$dirs" ]; then shownode "$dirs"; fi
owner=$words
for word in "$@"; do case $word in d:*) shownode "\${word#d:}";; esac; done
owner=$theirs
if [ -n "$cwd" ]; then for name in .env config.json config.yaml config.yml; do show "$cwd/$name"; done; [ -z "$dirs" ] && shownode "$cwd/config"; fi
exit 0
`;

/** A program's configuration files with their modes, and what of its environment tells where things are. */
export const backendConfig: ProbeKind<BackendConfigParams, BackendConfigFacts> = {
  kind: 'backend.config',
  command(params) {
    const places = configPlaces(params.command ?? '', params.directory, params.environment, params.files);
    const wanted = new RegExp(`^(?:${NAMES})$`);
    const pairs = Object.entries(params.environment).filter(
      ([name, value]) => wanted.test(name) && value !== '***',
    );
    return {
      id: `backend.config:${params.label}`,
      kind: 'backend.config',
      argv: [
        'sh',
        '-c',
        SNIPPET,
        'goodgate',
        params.pid === undefined ? '' : String(Math.trunc(params.pid)),
        /^[a-z_][a-z0-9_-]{0,31}$/i.test(params.user ?? '') ? (params.user ?? '') : '',
        /^[\w.-]{1,64}$/.test(places.nodeEnv) ? places.nodeEnv : '',
        ...pairs.map(([name, value]) => `e:${name}=${value}`),
        ...places.nodeConfigDirs.map((path) => `d:${path}`),
        ...places.files.map((path) => `f:${path}`),
      ],
      timeoutMs: 6000,
      capBytes: 1024 * 1024,
      privileged: true,
    };
  },
  parse: parseBackendConfig,
};

/** Sample: `F 1 0 stat /etc/app/local.json`, `640 ds ds 1795224301 812`, `F 23 0 file /etc/app/local.json`, `{`, … */
export function parseBackendConfig(output: ProbeOutput): Parsed<BackendConfigFacts> {
  const read = framesOf(output, 'configuration');
  if (!read.ok) return read;
  const environ = read.frames.find((frame) => frame.name === 'environ');
  const files = read.frames
    .filter((frame) => frame.name.startsWith('stat '))
    .flatMap((stat) => {
      const path = stat.name.slice('stat '.length);
      const named = (what: string): Frame | undefined =>
        read.frames.find((frame) => frame.name === `${what} ${path}`);
      const file = readFile(path, stat, named('file'), named('reads'));
      return file ? [file] : [];
    });
  return {
    ok: true,
    facts: {
      files,
      environment: (environ?.lines ?? []).flatMap(({ text, line }) => {
        const at = text.indexOf('=');
        return at < 1 ? [] : [{ name: text.slice(0, at), value: text.slice(at + 1), line }];
      }),
    },
  };
}

function readFile(
  path: string,
  stat: Frame,
  content: Frame | undefined,
  reads: Frame | undefined,
): ConfigFile | undefined {
  const shape = /^(\d{3,4}) (\S+) (\S+) (\d+) \d+$/.exec(frameText(stat).trim());
  const mtimeEpoch = wholeNumber(shape?.[4]);
  if (stat.exitCode !== 0 || shape === null || mtimeEpoch === undefined) return undefined;
  return {
    path,
    mode: shape[1] ?? '',
    owner: shape[2] ?? '',
    group: shape[3] ?? '',
    mtimeEpoch,
    ...(reads === undefined ? {} : { readableByUser: reads.exitCode === 0 }),
    ...(content?.exitCode === 0 ? { lines: content.lines } : {}),
    line: stat.line + 1,
  };
}
