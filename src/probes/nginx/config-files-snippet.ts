/**
 * Reads nginx's configuration files themselves, for an account that may not run `nginx -T` (it opens the pid file and
 * the error logs, which are root's) though the files are everyone's to read.
 *
 *     read_files         with $pid, $uid, $exe, $p and $c as the master's title names them; TRUST_SHELL comes first
 *
 *     @goodgate files PID UNREAD MORE LINES
 *     /etc/nginx/snippets/secret.conf        UNREAD lines: what is included and may not be read
 *     # configuration file /etc/nginx/nginx.conf:
 *     …                                      LINES lines, as nginx -T prints them; MORE is 1 where a bound was reached
 *
 * What a file includes is a value all the way: awk prints it, the shell expands it as a pattern without splitting it,
 * and `cat` is given it as an argument. awk takes an `include` for one wherever a statement can begin, also in Lua: a
 * file too many is never reached by the includes that nginx sees, a file too few would hide a server.
 */
const FILES_MAX = 1000;
const DEPTH_MAX = 16;
const BYTES_MAX = 1_500_000;

export const READ_FILES_SHELL = `
NL='
'
# Without -c it is compiled in; without --conf-path it is conf/nginx.conf under the prefix.
quick=; command -v timeout >/dev/null 2>&1 && quick='timeout 2'
main_file() {
  guessed=0
  built=$({ as_who $quick "$exe" -V 2>&1 </dev/null | head -c 65536; } 2>/dev/null | tr ' ' '\\n' | tr -d "'")
  prefix=$p
  [ -n "$prefix" ] || prefix=$(printf '%s\\n' "$built" | sed -n 's/^--prefix=//p' | head -n 1)
  main=$c
  [ -n "$main" ] || main=$(printf '%s\\n' "$built" | sed -n 's/^--conf-path=//p' | head -n 1)
  # A binary that does not say where its configuration is: the usual places are a guess, and marked as one.
  if [ -z "$main" ]; then case $built in *'configure arguments'*|*'nginx version'*) ;; *)
    for main in /etc/nginx/nginx.conf /usr/local/nginx/conf/nginx.conf /usr/local/openresty/nginx/conf/nginx.conf; do
      [ -f "$main" ] && { guessed=1; return 0; }
    done
    return 1;;
  esac; fi
  [ -n "$main" ] || main=conf/nginx.conf
  case $main in /*) ;; *) main=\${prefix:-/usr/local/nginx}/$main;; esac
  case $main in /*) return 0;; *) return 1;; esac
}
# Patterns of include statements; a comment ends with its line, a statement with ";".
included() {
  awk -v q="'" 'BEGIN { RS = ";" }
    FNR == 1 { comment = 0 }
    {
      n = split($0, part, "\\n"); text = ""
      for (i = 1; i <= n; i++) {
        s = part[i]; sub(/\\r$/, "", s)
        if (i > 1) comment = 0
        if (comment) continue
        if (s ~ /^[ \\t]*#/) { comment = (i == n); continue }
        if (index(s, "\\"") == 0 && index(s, q) == 0 && match(s, /[ \\t{}]#/)) { s = substr(s, 1, RSTART); comment = (i == n) }
        text = text " " s
      }
      sub(/[ \\t]+$/, "", text)
      if (match(text, /[ \\t{}]include[ \\t]+"[^"]+"$/) || match(text, "[ \\t{}]include[ \\t]+" q "[^" q "]+" q "$")) {
        s = substr(text, RSTART + 8); sub(/^[ \\t]+/, "", s); print substr(s, 2, length(s) - 2)
      } else if (match(text, /[ \\t{}]include[ \\t]+[^ \\t{}"]+$/)) {
        s = substr(text, RSTART + 8); sub(/^[ \\t]+/, "", s); print s
      }
    }' "$@" 2>/dev/null
}
# Whether there is nothing at $1, or it may not be seen.
hidden() {
  dir=\${1%%[*?[]*}; dir=\${dir%/*}
  while [ -n "$dir" ] && [ ! -d "$dir" ]; do dir=\${dir%/*}; done
  [ ! -x "\${dir:-/}" ] && return 0
  case $1 in *[*?[]*) [ ! -r "\${dir:-/}" ] && return 0;; esac
  return 1
}
# A folder among those that a pattern means, into which this account may not look.
closed() {
  case $1 in *[*?[]*) ;; *) return 1;; esac
  IFS=; set +f; set -- $1; set -f; IFS=$NL
  for dir; do [ -d "$dir" ] && { [ ! -x "$dir" ] || [ ! -r "$dir" ]; } && return 0; done
  return 1
}
visit() {
  case $seen in *"$NL$1$NL"*) return;; esac
  seen=$seen$1$NL
  if ! who_may "$uid" "$1"; then unread=$unread$1$NL; return; fi
  if [ -f "$1" ] && as_who test -r "$1"; then
    [ "$who" = "$me" ] || others=1
    count=$((count + 1))
    if [ "$count" -gt ${FILES_MAX} ]; then more=1; return; fi
    list=$list$1$NL; next=$next$1$NL
  elif [ -e "$1" ] || hidden "$1"; then
    unread=$unread$1$NL
  fi
}
# What include names: one file, or all that match.
take() {
  case $1 in /*) pattern=$1;; *) pattern=$base/$1;; esac
  case $pattern in
    *[*?[]*)
      IFS=; set +f; set -- $pattern; set -f; IFS=$NL
      for match; do visit "$match"; done
      closed "\${pattern%/*}" && unread=$unread$pattern$NL;;
    *) visit "$pattern";;
  esac
}
# As whoever decides what is there: see trust-shell.ts.
text_of() { who_may "$uid" "$1" && as_who cat "$1"; }
read_files() {
  main_file || return 0
  base=\${main%/*}; seen=$NL; list=; others=; unread=; count=0; more=$guessed; depth=0; next=
  visit "$main"
  set -f
  while [ -n "$next" ]; do
    depth=$((depth + 1))
    if [ "$depth" -gt ${DEPTH_MAX} ]; then more=1; break; fi
    IFS=$NL
    set -- $next
    next=
    for line in $(if [ "$others" ]; then for file; do text_of "$file" | included; done; else included "$@"; fi); do take "$line"; done
  done
  command -v awk >/dev/null 2>&1 || more=1
  IFS=$NL
  set -- $list
  [ $# -gt 0 ] && [ "$(for file; do text_of "$file"; done 2>/dev/null | wc -c)" -gt ${BYTES_MAX} ] && more=1
  text=$(for file; do printf '# configuration file %s:\\n' "$file"; text_of "$file"; echo; done 2>/dev/null | head -c ${BYTES_MAX})
  set -- $unread
  unset IFS; set +f
  printf '@goodgate files %s %s %s %s\\n' "$pid" "$#" "$more" "$(printf '%s\\n' "$text" | wc -l)"
  for file; do printf '%s\\n' "$file"; done
  printf '%s\\n' "$text"
}`;
