import { type Missing, type Parsed, type ProbeOutput, SUDO_MAY_ASK } from '../../domain/evidence.js';
import { ADMIN_PATH } from '../framed-output.js';
import type { ProbeKind } from '../probe-kind.js';
import { pathParam } from '../probe-params.js';
import { READ_FILES_SHELL } from './config-files-snippet.js';
import { type NginxTest, parseNginxTest } from './nginx-test.js';

export interface NginxDump {
  /** Id of the container that the master runs in, where docker or podman can enter it. */
  readonly container?: string | undefined;
  /** The running master whose binary and options were used; null where none runs. */
  readonly masterPid: number | null;
  readonly argv: readonly string[];
  readonly exitCode: number;
  /** What nginx -T printed, without its messages; empty where the test failed (nginx then prints none). */
  readonly dump: string;
  /** Line of `dump`'s first line within stdout: line N of the dump is stdout's `dumpFirstLine + N`. */
  readonly dumpFirstLine: number;
  readonly test: NginxTest;
  /** It could not be asked: may not be read or run by this user, hangs, or says nothing that nginx would say. */
  readonly denied: boolean;
  /** The first line that it printed beside the configuration. */
  readonly says: string;
  /** Set where `dump` is no output of nginx's, but the files themselves: nginx -T was denied, or found them invalid. */
  readonly files?: ConfigFilesRead;
}

export interface ConfigFilesRead {
  /** Files, or patterns of files, that are included and that this user may not read. */
  readonly unread: readonly string[];
  /** A bound was reached: there may be more files than these. */
  readonly more: boolean;
}

export interface NginxDumpFacts {
  readonly nginxInstalled: boolean;
  readonly dumps: readonly NginxDump[];
  /** Masters that run beside those that were asked. */
  readonly leftOut: number;
  /** The configuration was longer than the cap. */
  readonly truncated: boolean;
}

const MASTERS_MAX = 16;

/** Less than the probe's own limit, so that there is time to read the files instead. */
const TEST_SECONDS = 11;
const PRINTED_MAX = 4_000_000;

/**
 * Frames are counted in lines: "@goodgate dump PID EXIT WORDS LINES", one line for each argument, then the text. What nginx
 * prints cannot make a frame, and masking a secret within a line does not move one. Only the program's own title
 * (host-side) decides the options; each is passed as one argument.
 */
const SNIPPET = `${ADMIN_PATH}
${READ_FILES_SHELL}
# A program in nginx's place may hang or print for ever: 124 and 141 then, as timeout and a shell have them.
limit=; command -v timeout >/dev/null 2>&1 && limit='timeout ${TEST_SECONDS}'
run() {
  out=$({ $limit "$@" 2>&1 </dev/null; printf '\n@%s' "$?"; } | head -c ${PRINTED_MAX})
  # Of megabytes only the end is looked at: a shell's patterns are slow.
  code=$(printf '%s' "$out" | tail -c 4)
  case $code in *@?|*@??|*@???) code=\${code##*@}; out=\${out%?@*};; *) code=141; out=;; esac
}
frame() {
  pid=$1; shift
  run "$@"
  if denied && [ "$${SUDO_MAY_ASK}" ] && [ "$exe" ]; then by_sudo "$exe" -T \${p:+-p "$p"} \${c:+-c "$c"}; fi
  printf '@goodgate dump %s %s %s %s\\n' "$pid" "$code" "$#" "$(printf '%s\\n' "$out" | wc -l)"
  for word; do printf '%s\\n' "$word" | tr '\\n' ' '; echo; done
  printf '%s\\n' "$out"
}
# A sudoers file may allow nginx -T and nothing else; what -g adds does not change what is read.
by_sudo() {
  was=$out; was_code=$code
  run sudo -n -- "$@"
  case $out in *'configuration file '*) ;; *) out=$was; code=$was_code;; esac
}
# Denied to this account, as far as a shell can tell; what it means is judged elsewhere.
denied() {
  [ "$code" = 0 ] && return 1
  case $out in *'ermission denied'*) return 0;; esac
  return 1
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
  # A master in a container has a root and names of its own, and its program only the container's rights.
  if nested "$pid"; then
    id=$(sed -n 's/.*[/-]\\([0-9a-f]\\{64\\}\\).*/\\1/p' "/proc/$pid/cgroup" 2>/dev/null | head -n 1)
    engine=docker; command -v docker >/dev/null 2>&1 || engine=podman
    if [ -n "$id" ] && command -v "$engine" >/dev/null 2>&1 && "$engine" inspect -f . "$id" >/dev/null 2>&1; then
      set -- "$engine" exec "$id" "$@"
    else set -- nsenter -t "$pid" -m -n -u -- "$@"; fi
    exe=; frame "$pid" "$@"; return
  fi
  frame "$pid" "$@"
  unprinted && read_files
}
nested() {
  while read -r key value rest; do
    case $key in NSpid:) [ -n "$rest" ] && return 0;; esac
  done < "/proc/$1/status" 2>/dev/null
  return 1
}
# Of a configuration that fails its test nginx prints nothing: the files still say where requests go.
unprinted() {
  case $out in *'# configuration file '*) return 1;; esac
  return 0
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
# A stopped nginx keeps its files where its unit or its supervisor says.
dump_stopped() {
  set -f; set -- $1; set +f
  exe=$1; shift
  c=; p=; open=
  for word; do
    case $word in *[\\"\\']*) break;; esac
    case $open in c) c=$word;; p) p=$word;; esac
    open=
    case $word in -c|-p) open=\${word#-};; -c?*) c=\${word#-c};; -p?*) p=\${word#-p};; esac
  done
  [ -x "$exe" ] || return
  set -- "$exe" -T
  [ -n "$p" ] && set -- "$@" -p "$p"
  [ -n "$c" ] && set -- "$@" -c "$c"
  frame - "$@"
  unprinted && read_files
  n=1
}
if [ "$n" = 0 ] && [ -z "$given" ]; then
  starts=$(cat /etc/systemd/system/*.service /run/systemd/system/*.service /usr/local/lib/systemd/system/*.service \\
      /lib/systemd/system/*.service /etc/supervisor/conf.d/*.conf /etc/supervisord.d/*.ini 2>/dev/null |
    sed -nE 's#^(ExecStart|command) *= *[-@:+!]*(/[^ ]*/(nginx|openresty)( .*)?)$#\\2#p' | sort -u | head -n 4)
  while IFS= read -r start; do
    [ -n "$start" ] && dump_stopped "$start"
  done <<STARTS
$starts
STARTS
fi
if [ "$n" = 0 ] || [ -n "$given" ]; then
  nginx=$(command -v nginx 2>/dev/null)
  for place in "$nginx" /usr/sbin/nginx /usr/local/sbin/nginx /usr/local/nginx/sbin/nginx \\
      /usr/local/openresty/nginx/sbin/nginx /opt/nginx/sbin/nginx; do
    if [ -n "$place" ] && [ -f "$place" ]; then
      exe=$place; c=$given; p=
      if [ -n "$given" ]; then frame - "$place" -T -c "$given"; else frame - "$place" -T; fi
      unprinted && read_files
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
 *     @goodgate files 812 1 0 12          where nginx was denied: see config-files-snippet.ts
 *     /etc/nginx/snippets/secret.conf
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
    const files = /^@goodgate files (-|\d{1,10}) (\d{1,4}) ([01]) {1,8}(\d{1,8})$/.exec(line);
    if (files !== null) {
      const from = at + 1 + Number(files[2]);
      const to = from + Number(files[4]);
      const last = dumps.pop();
      const more = files[3] === '1' || (to > lines.length && !complete);
      if (last) dumps.push(withFiles(last, lines.slice(at + 1, from), more, lines.slice(from, to), from));
      at = to;
      continue;
    }
    const frame = /^@goodgate dump (-|\d{1,10}) (\d{1,3}) (\d{1,2}) {1,8}(\d{1,8})$/.exec(line);
    if (frame === null) {
      if (/^@goodgate (?:dump|files) /.test(line)) break;
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

/** An nginx that runs, and a configuration that could not be read or tested: the first is a fact, the second is missing. */
function whyNoConfiguration(dumps: readonly NginxDump[]): Missing | undefined {
  const untested = dumps.find(({ files, denied }) => denied && files !== undefined);
  if (dumps.length === 0 || (untested === undefined && dumps.some(({ dump }) => dump !== '')))
    return undefined;
  const denied = untested ?? dumps.find((one) => one.denied);
  if (denied !== undefined) {
    const { reason, says } = whyUntested(denied);
    return {
      reason,
      says: `${says}${whatWasRead(denied)}`,
      ...(denied.files !== undefined && denied.dump !== '' ? { about: 'nginx.test' } : {}),
    };
  }
  const absent = dumps.find(({ exitCode }) => exitCode === 127);
  return absent && { reason: 'command-not-found', says: `${absent.argv[0] ?? 'nginx'}: not found` };
}

function whyUntested({ exitCode, test, says }: NginxDump): Missing {
  const path = test.deniedPaths[0];
  if (path !== undefined || exitCode === 126 || /ermission denied/.test(says)) {
    const what = path === undefined || path === '' ? 'its configuration' : path;
    return { reason: 'permission-denied', says: `nginx -T: this account may not open ${what}` };
  }
  switch (exitCode) {
    case 0:
      return { reason: 'unparseable', says: 'nginx -T printed no configuration' };
    case 124:
    case 137:
    case 143:
      return { reason: 'timeout', says: `nginx -T did not end within ${TEST_SECONDS} s` };
    case 141:
      return { reason: 'truncated', says: 'nginx -T printed more than a configuration can be' };
    default:
      return { reason: 'failed', says: `nginx -T ended with status ${exitCode}: ${says}` };
  }
}

function whatWasRead({ files, dump }: NginxDump): string {
  if (files === undefined) return '';
  const { unread, more } = files;
  const names =
    unread.length > 3 ? `${unread.slice(0, 3).join(', ')} and ${unread.length - 3} more` : unread.join(', ');
  return [
    dump === ''
      ? ''
      : '; the configuration files were read instead, so whether they pass nginx -t is not known',
    unread.length === 0 ? '' : `; it may not read ${names}`,
    more ? '; not all files were read' : '',
  ].join('');
}

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
  // It was tested where nginx says so: where it names what is wrong, or prints what is right. All else is no verdict;
  // an error log that may not be opened is only an alert, and what else is wrong then was found in the configuration.
  const faulty = test.errors.some(({ level }) => level === 'emerg' || level === 'crit');
  const tested = exitCode === 0 ? begin >= 0 : faulty || messages.some((line) => FAILED.test(line));
  const denied = (!tested && exitCode !== 127) || (exitCode !== 0 && test.deniedPaths.length > 0);
  const [engine, word, id = ''] = argv;
  const entered = /^(?:docker|podman)$/.test(engine ?? '') && word === 'exec' && /^[0-9a-f]{64}$/.test(id);
  return {
    ...(entered ? { container: id } : {}),
    masterPid: pid === '-' ? null : Number(pid),
    argv,
    exitCode,
    dump: begin < 0 ? '' : text.slice(begin).join('\n'),
    dumpFirstLine: firstLine + Math.max(begin, 0),
    test,
    denied,
    says: (messages.find((line) => line.trim() !== '') ?? '').slice(0, 200),
  };
}

const FAILED = /^nginx: configuration file .* test failed$/;

/** The files, where nginx printed none: it says what is wrong with them, and they where requests would go. */
function withFiles(
  dump: NginxDump,
  unread: readonly string[],
  more: boolean,
  text: readonly string[],
  firstLine: number,
): NginxDump {
  if (dump.dump !== '') return dump;
  return { ...dump, dump: text.join('\n').trimEnd(), dumpFirstLine: firstLine, files: { unread, more } };
}
