/** Asks every running nginx for its configuration, or the one that is installed. */
import { SUDO_MAY_ASK } from '../../domain/evidence.js';
import { ADMIN_PATH } from '../framed-output.js';
import { TRUST_SHELL } from '../trust-shell.js';
import { READ_FILES_SHELL } from './config-files-snippet.js';

const MASTERS_MAX = 16;

/** Less than the probe's own limit, so that there is time to read the files instead. */
export const TEST_SECONDS = 11;
const PRINTED_MAX = 4_000_000;

/**
 * Frames are counted in lines: "@goodgate dump PID EXIT WORDS LINES", one line for each argument, then the text. What nginx
 * prints cannot make a frame, and masking a secret within a line does not move one. Only the program's own title
 * (host-side) decides the options; each is passed as one argument. Anyone can start a process with such a title: as whom it
 * is asked, if at all, is decided in trust-shell.ts.
 */
export const NGINX_DUMP_SHELL = `${ADMIN_PATH}
${TRUST_SHELL}
${READ_FILES_SHELL}
# A program in nginx's place may hang or print for ever: 124 and 141 then, as timeout and a shell have them.
limit=; command -v timeout >/dev/null 2>&1 && limit='timeout ${TEST_SECONDS}'
run() {
  out=$({ $as $limit "$@" 2>&1 </dev/null; printf '\n@%s' "$?"; } | head -c ${PRINTED_MAX})
  # Of megabytes only the end is looked at: a shell's patterns are slow.
  code=$(printf '%s' "$out" | tail -c 4)
  case $code in *@?|*@??|*@???) code=\${code##*@}; out=\${out%?@*};; *) code=141; out=;; esac
}
as=
# asked PID COMMAND…: asks a program of this host, as whom $uid's word and the owners of its files allow; fails where none do.
asked() {
  pid=$1; shift
  main=
  if who_may "$uid" "$exe" "$p" && { main_file || main=; who_may "$uid" "$exe" "$p" "$main"; }; then
    as=as_who; run "$@"; as=
    if denied && [ "$${SUDO_MAY_ASK}" ] && roots; then by_sudo "$exe" -T \${p:+-p "$p"} \${c:+-c "$c"}; fi
    show "$@"
  else refuse "$(refusal run)" "$@"; fi
}
# Whether root itself may run it: sudo would.
roots() { ( me=0; case $exe in */*) ;; *) exe=$(command -v "$exe");; esac; who_may "$uid" "$exe" "$p" "$main" && [ "$who" = 0 ] ); }
refuse() { out=$1; code=126; shift; show "$@"; return 1; }
frame() { pid=$1; shift; run "$@"; show "$@"; }
show() {
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
  uid=$(uid_of "$pid")
  exe=$(readlink "/proc/$pid/exe" 2>/dev/null)
  exe=\${exe%' (deleted)'}
  # Where the kernel does not tell an ordinary account, root's own word is taken for the program, and nobody else's.
  [ -z "$exe" ] && [ "$me" != 0 ] && [ "$uid" = 0 ] && exe=$program
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
  inside=; nested "$pid" && { inside=1; exe=\${exe:-$program}; }
  set -- "$exe" -T
  [ -n "$p" ] && set -- "$@" -p "$p"
  [ -n "$c" ] && set -- "$@" -c "$c"
  [ -n "$e" ] && set -- "$@" -e "$e"
  [ -n "$g" ] && set -- "$@" -g "$g"
  # A master in a container has a root and names of its own, and its program only the container's rights.
  if [ "$inside" ]; then
    id=$(sed -n 's/.*[/-]\\([0-9a-f]\\{64\\}\\).*/\\1/p' "/proc/$pid/cgroup" 2>/dev/null | head -n 1)
    engine=docker; command -v docker >/dev/null 2>&1 || engine=podman
    if [ -n "$id" ] && command -v "$engine" >/dev/null 2>&1 && within "$pid" "$("$engine" inspect -f '{{.State.Pid}}' "$id" 2>/dev/null)"; then
      frame "$pid" "$engine" exec "$id" "$@"
    else
      # Entered in any other way, a program of the image's would have this root's rights.
      refuse "goodgate: Permission denied: process $pid runs in a container that docker and podman do not reach: not looked at" "$@"
    fi
    return
  fi
  if [ -z "$exe" ]; then
    shift; refuse "goodgate: Permission denied: the program of process $pid is not known: not run" "$program" "$@"
    [ "$me" != 0 ] && read_files
    return
  fi
  asked "$pid" "$@" && unprinted && read_files
}
# Whether process $1 is in the container whose first process is $2: a cgroup's name alone is a user's word.
within() {
  case $2 in ''|0|*[!0-9]*) return 1;; esac
  theirs=$(readlink "/proc/$2/ns/pid" 2>/dev/null)
  [ "$theirs" = "$(readlink "/proc/$1/ns/pid" 2>/dev/null)" ] || return 1
  [ "$theirs" ] || [ "$me" != 0 ]
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
  uid=0; asked - "$@" && unprinted && read_files
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
      uid=0
      if [ -n "$given" ]; then set -- "$place" -T -c "$given"; else set -- "$place" -T; fi
      asked - "$@" && unprinted && read_files
      n=1; break
    fi
  done
fi
[ "$n" = 0 ] && echo '@goodgate none'
echo '@goodgate end'
`;
