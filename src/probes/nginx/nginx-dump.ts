import type { MissingReason, Parsed, ProbeOutput } from '../../domain/evidence.js';
import type { ProbeKind } from '../probe-kind.js';
import { pathParam } from '../probe-params.js';
import { type NginxTest, parseNginxTest } from './nginx-test.js';

export interface NginxDump {
  /** The running master whose binary and options were used; null where none runs. */
  readonly masterPid: number | null;
  readonly argv: readonly string[];
  readonly exitCode: number;
  /** What nginx -T printed, without its messages; empty where the test failed (nginx then prints none). */
  readonly dump: string;
  /** Line of `dump`'s first line within stdout: line N of the dump is stdout's `dumpFirstLine + N`. */
  readonly dumpFirstLine: number;
  readonly test: NginxTest;
  /** It could not be asked: may not be read or run by this user. */
  readonly denied: boolean;
}

export interface NginxDumpFacts {
  readonly nginxInstalled: boolean;
  readonly dumps: readonly NginxDump[];
  /** Masters that run beside those that were asked. */
  readonly leftOut: number;
  /** The configuration was longer than the cap. */
  readonly truncated: boolean;
}

const MASTERS_MAX = 8;

/**
 * Frames are counted in lines: "@goodgate dump PID EXIT LINES", one line for each argument, then the text. What nginx
 * prints cannot make a frame, and masking a secret within a line does not move one. Only the program's own title
 * (host-side) decides the options; each is passed as one argument.
 */
const SNIPPET = `
frame() {
  pid=$1; shift
  out=$("$@" 2>&1 </dev/null); code=$?
  printf '@goodgate dump %s %s %s %s\\n' "$pid" "$code" "$#" "$(printf '%s\\n' "$out" | wc -l)"
  for word; do printf '%s\\n' "$word" | tr '\\n' ' '; echo; done
  printf '%s\\n' "$out"
}
dump_master() {
  pid=$1
  title=$(tr '\\000\\n' '  ' < "/proc/$pid/cmdline" 2>/dev/null)
  set -f
  set -- \${title#nginx: master process }
  set +f
  program=$1; [ $# -gt 0 ] && shift
  exe=$(readlink "/proc/$pid/exe" 2>/dev/null)
  case $exe in ''|*' (deleted)') exe=$program;; esac
  open=; c=; p=; g=; e=
  for word; do
    case $word in
      -c|-p|-g|-e) open=\${word#-}; continue;;
      -c?*|-p?*|-g?*|-e?*) open=\${word#-}; open=\${open%"\${open#?}"}; word=\${word#-?};;
      -t|-T|-q|-s|-v|-V) open=; continue;;
    esac
    case $open in
      c) c="\${c:+$c }$word";; p) p="\${p:+$p }$word";; g) g="\${g:+$g }$word";; e) e="\${e:+$e }$word";;
    esac
  done
  files="$files $c"
  set -- "$exe" -T
  [ -n "$p" ] && set -- "$@" -p "$p"
  [ -n "$c" ] && set -- "$@" -c "$c"
  [ -n "$e" ] && set -- "$@" -e "$e"
  [ -n "$g" ] && set -- "$@" -g "$g"
  # A master in a container has a root and names of its own.
  if nested "$pid"; then set -- nsenter -t "$pid" -m -n -u -- "$@"; fi
  frame "$pid" "$@"
}
nested() {
  while read -r key value rest; do
    case $key in NSpid:) [ -n "$rest" ] && return 0;; esac
  done < "/proc/$1/status" 2>/dev/null
  return 1
}
# A configuration that the target names, and that no running master has.
given=$1
files=
# The host's own masters first: a host full of containers must not hide the one in front of them.
own= inner=
for file in $(grep -ls '^nginx: master process' /proc/[0-9]*/cmdline 2>/dev/null); do
  pid=\${file#/proc/}; pid=\${pid%/cmdline}
  if nested "$pid"; then inner="$inner $pid"; else own="$own $pid"; fi
done
n=0
for pid in $own $inner; do
  n=$((n + 1))
  [ "$n" -le ${MASTERS_MAX} ] && dump_master "$pid"
done
[ "$n" -gt ${MASTERS_MAX} ] && echo "@goodgate left-out $((n - ${MASTERS_MAX}))"
case " $files " in *" $given "*) given=;; esac
if [ "$n" = 0 ] || [ -n "$given" ]; then
  nginx=$(command -v nginx 2>/dev/null)
  for place in "$nginx" /usr/sbin/nginx /usr/local/sbin/nginx /usr/local/nginx/sbin/nginx \\
      /usr/local/openresty/nginx/sbin/nginx /opt/nginx/sbin/nginx; do
    if [ -n "$place" ] && [ -f "$place" ]; then
      if [ -n "$given" ]; then frame - "$place" -T -c "$given"; else frame - "$place" -T; fi
      n=1; break
    fi
  done
fi
[ "$n" = 0 ] && echo '@goodgate none'
echo '@goodgate end'
`;

/** The configuration as every running nginx would read it now, and whether it passes nginx's own test. */
export const nginxDump: ProbeKind<{ readonly configFile?: string }, NginxDumpFacts> = {
  kind: 'nginx.dump',
  command({ configFile }) {
    return {
      id: 'nginx.dump',
      kind: 'nginx.dump',
      argv: [
        'sh',
        '-c',
        SNIPPET,
        'goodgate',
        ...(configFile === undefined ? [] : [pathParam('nginx.dump', 'configFile', configFile)]),
      ],
      // Names of upstreams are resolved while nginx tests; a dead name server costs its time-outs.
      timeoutMs: 15_000,
      capBytes: 2 * 1024 * 1024,
      privileged: true,
    };
  },
  parse: parseNginxDump,
};

/**
 *     @goodgate dump 812 0 2 31
 *     /usr/sbin/nginx
 *     -T
 *     nginx: the configuration file /etc/nginx/nginx.conf syntax is ok
 *     nginx: configuration file /etc/nginx/nginx.conf test is successful
 *     # configuration file /etc/nginx/nginx.conf:
 *     …
 *     @goodgate end
 */
function parseNginxDump(output: ProbeOutput): Parsed<NginxDumpFacts> {
  const lines = output.stdout.split('\n');
  const dumps: NginxDump[] = [];
  let at = 0;
  let complete = false;
  let leftOut = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line === '@goodgate end') complete = true;
    leftOut = Number(/^@goodgate left-out (\d{1,6})$/.exec(line)?.[1] ?? leftOut);
    const frame = /^@goodgate dump (-|\d{1,10}) (\d{1,3}) (\d{1,2}) {1,8}(\d{1,8})$/.exec(line);
    if (frame === null) {
      if (line.startsWith('@goodgate dump')) break;
      at += 1;
      continue;
    }
    const argc = Number(frame[3]);
    const from = at + 1 + argc;
    const to = from + Number(frame[4]);
    const argv = lines.slice(at + 1, from).map((word) => word.trimEnd());
    dumps.push(readDump(frame[1] ?? '-', Number(frame[2]), argv, lines.slice(from, to), from));
    at = to;
  }
  if (dumps.length === 0 && !complete) {
    if (output.timedOut) return { ok: false, reason: 'timeout', says: 'nginx -T did not end in time' };
    if (output.truncated) return { ok: false, reason: 'truncated', says: 'nginx -T wrote more than 2 MiB' };
    return { ok: false, reason: 'unparseable', says: 'the output is not that of nginx -T' };
  }
  const nginxInstalled = dumps.some((dump) => ![126, 127].includes(dump.exitCode) || dump.masterPid !== null);
  const missing = whyNoConfiguration(dumps);
  const facts = { nginxInstalled, dumps, leftOut, truncated: output.truncated || !complete };
  return { ok: true, facts, ...(missing ? { missing } : {}) };
}

/** An nginx that runs, and a configuration that this account may not read: the first is a fact, the second is missing. */
function whyNoConfiguration(dumps: readonly NginxDump[]): NginxDumpMissing {
  if (dumps.length === 0 || dumps.some(({ dump }) => dump !== '')) return undefined;
  const denied = dumps.find((one) => one.denied);
  if (denied !== undefined) {
    const path = denied.test.deniedPaths[0];
    const what = path === undefined ? 'its configuration' : path;
    return { reason: 'permission-denied', says: `nginx -T: this account may not open ${what}` };
  }
  const absent = dumps.find(({ exitCode }) => exitCode === 127);
  return absent && { reason: 'command-not-found', says: `${absent.argv[0] ?? 'nginx'}: not found` };
}

type NginxDumpMissing = { readonly reason: MissingReason; readonly says: string } | undefined;

function readDump(
  pid: string,
  exitCode: number,
  argv: readonly string[],
  text: readonly string[],
  firstLine: number,
): NginxDump {
  const begin = text.findIndex((line) => /^# configuration file .+:$/.test(line));
  const messages = begin < 0 ? text : text.slice(0, begin);
  const test = parseNginxTest(messages, exitCode, firstLine);
  const denied =
    exitCode !== 0 &&
    (exitCode === 126 || test.deniedPaths.length > 0 || /ermission denied/.test(messages[0] ?? ''));
  return {
    masterPid: pid === '-' ? null : Number(pid),
    argv,
    exitCode,
    dump: begin < 0 ? '' : text.slice(begin).join('\n'),
    dumpFirstLine: firstLine + Math.max(begin, 0),
    test,
    denied,
  };
}
