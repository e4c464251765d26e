/**
 * What a process says of itself (its title, its options, its environment) is its owner's word, and any local user can
 * start a process that calls itself nginx. A probe that runs as root may therefore run a program, or print a file, that a
 * process names only if root alone decides what is there; else it does so as the user who does decide, who gains nothing.
 *
 *     uid_of PID            the process's real user
 *     who_may UID PATH…     may these be run or read on that user's word? leaves in $who as whom; fails, with the place
 *                           in $unsafe, where there is no such user
 *     as_who COMMAND…       runs it as $who, without this shell's environment
 *     say_as COMMAND…       as `say` of FRAME_SHELL (which a snippet has before this), as $who
 *     refusal run|read      the sentence for what was not done
 *
 * Root's alone is a path whose every part, links and what they lead to included, belongs to root and is not for others
 * to write; in a sticky folder (/tmp) others cannot replace what is root's. Where another user's parts lie on the way,
 * and only one user's, it is that user who decides. An account that is not root runs and reads everything as itself.
 * Nothing here depends on IFS, and all names begin with "t_" that are not listed above.
 */
export const TRUST_SHELL = `
uid_of() { sed -n 's/^Uid:[[:space:]]*\\([0-9][0-9]*\\).*/\\1/p' "/proc/$1/status" 2>/dev/null; }
me=$(id -u 2>/dev/null || uid_of self); [ "$me" ] || me=0
who=$me; unsafe=
t_nl='
'
t_known=$t_nl t_way= t_way_of=
refusal() { printf '%s' "goodgate: Permission denied: $unsafe is not root's alone: not $1 as root"; }
t_theirs() {
  [ "$1" = 0 ] && return 0
  [ "$who" = 0 ] && who=$1
  [ "$who" = "$1" ]
}
t_judge() {
  case $t_known in *"$t_nl$1$t_nl"*) return 0;; esac
  t_mode=$(stat -c '%u %a' "$1" 2>/dev/null); t_uid=\${t_mode%% *}; t_mode=\${t_mode#* }
  case $t_uid in ''|*[!0-9]*) return 1;; esac
  case $t_mode in
    [1357]???) [ -d "$1" ] || return 1;;
    *[2367]?|*[2367]) return 1;;
  esac
  t_theirs "$t_uid" || return 1
  [ "$t_uid" = 0 ] && t_known=$t_known$1$t_nl
  return 0
}
# Follows a path part by part, as the kernel does.
t_along() {
  unsafe=$1
  case $1 in *"$t_nl"*) return 1;; /*) ;; *) return 1;; esac
  t_left=$1 t_at= t_hops=0
  t_judge / || return 1
  while [ "$t_left" ]; do
    t_part=\${t_left%%/*}
    case $t_left in */*) t_left=\${t_left#*/};; *) t_left=;; esac
    case $t_part in ''|.) continue;; ..) t_at=\${t_at%/*}; continue;; esac
    unsafe=$t_at/$t_part
    if [ -L "$unsafe" ]; then
      t_hops=$((t_hops + 1)); [ "$t_hops" -le 32 ] || return 1
      t_theirs "$(stat -c %u "$unsafe" 2>/dev/null)" || return 1
      t_to=$(readlink "$unsafe") || return 1
      case $t_to in *"$t_nl"*|'') return 1;; /*) t_at=;; esac
      t_left=$t_to/$t_left
    elif [ -e "$unsafe" ]; then
      t_judge "$unsafe" || return 1
      t_at=$unsafe
    else
      # Nothing there: who could put something there?
      case $(stat -c %a "\${t_at:-/}" 2>/dev/null) in *[2367]?|*[2367]|'') return 1;; esac
      break
    fi
  done
  unsafe=
}
who_may() {
  unsafe="process of an unknown user"
  case $1 in ''|*[!0-9]*) return 1;; esac
  if [ "$me" != 0 ]; then who=$me; unsafe=; return 0; fi
  who=$1; shift
  if [ "$who" = 0 ]; then
    for t_path; do [ -z "$t_path" ] || t_along "$t_path" || return 1; done
  fi
  [ "$who" = 0 ] || t_find || return 1
  unsafe=
}
# A way to be $who that can at least run "true".
t_find() {
  [ "$t_way_of" = "$who" ] && [ "$t_way" != none ] && return 0
  t_way_of=$who
  t_name=$(getent passwd "$who" 2>/dev/null | cut -d : -f 1)
  [ "$t_name" ] || t_name=$(sed -n "s/^\\\\([^:]*\\\\):[^:]*:$who:.*/\\\\1/p" /etc/passwd 2>/dev/null | head -n 1)
  for t_way in setpriv number runuser su none; do
    [ "$t_way" != none ] && [ "$(as_who id -u 2>/dev/null)" = "$who" ] && return 0
  done
  unsafe="what user $who says"
  return 1
}
as_who() {
  if [ "$me" != 0 ] || [ "$who" = 0 ]; then "$@"; return; fi
  [ "$t_name" ] || [ "$t_way" = number ] || return 126
  cd / || return 126
  case $t_way in
    setpriv) set -- setpriv --reuid "$t_name" --regid "$(id -g "$t_name")" --init-groups "$@";;
    number) set -- setpriv --reuid "$who" --regid 65534 --clear-groups "$@";;
    runuser) set -- runuser -u "$t_name" -- "$@";;
    su) set -- su -s /bin/sh "$t_name" -c '"$0" "$@"' "$@";;
    *) return 126;;
  esac
  env -i "PATH=$PATH" LC_ALL=C "$@"
}
say_as() { take both as_who "$@"; frame "$*" "$r" "$o"; }
`;
