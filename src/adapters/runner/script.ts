/**
 * The part of the runner that travels over standard input: once the functions, then one line for each probe.
 *
 * Script text is constant: values from outside are argument lines, and the text refers to them by number.
 */
import { type ProbeCommand, SUDO_MAY_ASK } from '../../domain/evidence.js';
import { enteredBy } from '../../domain/within-container.js';

/** The most of standard error that comes back from one probe. */
export const STDERR_CAP_BYTES = 4096;

/** Probes that run at once on a host; more wait for their turn. */
export const PROBES_AT_ONCE = 16;

/** How often the watchdog looks, in seconds, and what it costs an overdue probe: TERM, a second later KILL, then it is given up. */
const WATCHDOG_SECONDS = '0.2';

/*
 * X removes what was made. T, C: the host's uptime, as `u` and in hundredths of a second as `c`.
 * K ends a probe with all that it started. Q runs an argument vector in a session of its own. L is one probe from
 * start to end, in a subshell. p starts a probe. V is the watchdog. H waits for news and sends what has ended, as one
 * batch: one `wc` for the sizes, one `cat` for the contents. B begins a round and E ends it; in between somebody reads
 * standard input, on which the client is silent: what comes is its end, and then the runner stops at once.
 * News come over the FIFO on descriptor 3: `s` a status, `d` output is complete, `t` given up, `m` end of a batch.
 * A `d` without an `s` before it means that the cap was reached while the program was still writing.
 */
const FUNCTIONS = `
D=; W=; S=; O=' '; R=0; N=$n
X() {
  trap - EXIT
  if [ "$W" ]; then kill "$W"; fi 2>/dev/null
  if [ "$D" ]; then
    for f in "$D"/*.r; do
      g=; while read -r a b c; do g=$a; done <"$f"
      case $g in ''|end) ;; *) K 9 "$g";; esac
    done 2>/dev/null
    rm -rf "$D" 2>/dev/null || { sleep 1; rm -rf "$D"; } 2>/dev/null
  fi
}
exec 7<&0
trap X EXIT
trap 'exit 1' HUP INT TERM PIPE
if read -r u a 2>/dev/null </proc/uptime; then T() { read -r u a </proc/uptime; }; else T() { u=$(date +%s).00; }; fi
C() { T; c=$(( \${u%.*} * 100 + 1\${u#*.} - 100 )); }
if command -v setsid >/dev/null 2>&1; then S=setsid; fi
K() {
  if [ "$S" ]; then kill "-$1" "-$2"; else
    k=" $2 "
    for a in 1 2 3; do for f in /proc/[0-9]*; do
      read -r y <"$f/stat" || continue
      y=\${y##*) }; y=\${y#* }; y=\${y%% *}; z=\${f#/proc/}
      case $k in *" $z "*) ;; *) case $k in *" $y "*) k="$k$z ";; esac;; esac
    done; done
    kill "-$1" $k
  fi
} 2>/dev/null
Q() {
  if ! command -v "$1" >/dev/null 2>&1; then
    if [ -e "$1" ]; then s=126; echo "$1: permission denied" >&2; else s=127; echo "$1: not found" >&2; fi
    return
  fi
  exec $S "$@" 3>&- 4>&- 7<&- &
  g=$!; echo "$g $e $b" >&4; { wait "$g"; s=$?; } 2>/dev/null
}
L() {
  i=$1; v=$4; C; b=$u; e=$((c + $2)); shift 4
  if [ "$v" = 1 ] && command -v sudo >/dev/null 2>&1; then
    Q sudo -n -- "$@"
    if [ "$s" = 1 ] && IFS= read -r l <"$D/$i.e"; then case $l in
      'sudo: '*|'Sorry, user '*) : >"$D/$i.e"; ${SUDO_MAY_ASK}=1; export ${SUDO_MAY_ASK}; Q "$@";;
    esac; fi
  else Q "$@"; fi
  T; echo end >&4; echo "s $i $s $b $u" >&3
}
V() {
  trap 'kill $z; exit' TERM
  G=' '; q=${WATCHDOG_SECONDS}
  while :; do
    sleep "$q" & z=$!
    wait "$z" || { if [ "$q" = 1 ]; then exit; fi; q=1; }
    kill -0 $$ || { W=; X; exit; }
    C; j=
    for f in "$D"/*.r; do
      g=; while read -r a b x; do g=$a; e=$b; done <"$f"
      case $g in ''|end) continue;; esac
      j=1; i=\${f##*/}; i=\${i%.r}
      if [ "$c" -ge $((e + 200)) ]; then case $G in *" $i "*) ;; *) G="$G$i "; echo "t $i" >&3;; esac
      elif [ "$c" -ge $((e + 100)) ]; then K 9 "$g"
      elif [ "$c" -ge "$e" ]; then K 15 "$g"; fi
    done
    if [ "$j" ]; then for f in $(find "$D" -name '*.e' -size +65536c); do : >"$f"; done; fi
  done
}
H() {
  F=
  read -r k i a b z <&3 || exit 1
  echo m >&3
  while [ "$k" != m ]; do
    case $O in *" $i "*)
      case $k in
      s) eval "s$i='$a $b $z'";;
      d|t) if [ "$k$a" != d0 ] && [ "$k" = d ]; then k=w; fi; O="\${O%% $i *} \${O#* $i }"; R=$((R - 1)); F="$F $k$i";;
      esac;;
    esac
    read -r k i a b z <&3 || exit 1
  done
  if [ -z "$F" ]; then return; fi
  l=; m=
  for i in $F; do
    k=\${i%\${i#?}}; i=\${i#?}; o=$D/$i.o
    if [ $k = t ]; then cat "$o" >"$D/$i.y" 2>/dev/null; o=$D/$i.y; fi
    eval "a=\\\${s$i:-}"
    if [ -z "$a" ]; then
      g=; b=-; while read -r x y z; do g=$x; b=\${z:-$b}; done 2>/dev/null <"$D/$i.r"
      case $g in ''|end) ;; *) K 9 "$g";; esac
      T; eval "s$i='- $b $u'"
    fi
    x=/dev/null
    if [ -s "$D/$i.e" ] && head -c ${STDERR_CAP_BYTES} "$D/$i.e" >"$D/$i.x"; then x=$D/$i.x; fi
    if [ ! -f "$o" ]; then o=/dev/null; fi
    l="$l $o $x"
  done
  x=$(wc -c $l 2>/dev/null)
  set -- $x
  c=0
  for i in $F; do
    k=\${i%\${i#?}}; i=\${i#?}
    eval "a=\\$s$i"
    m="$m
$i $k $a $1 $3"
    shift 4; c=$((c + 1))
  done
  echo "GG $N batch $c$m"
  cat $l 2>/dev/null
}
B() {
  { read -r x <&7; kill $$; } >/dev/null 2>&1 &
  Y=$!
}
E() {
  while [ "$R" -gt 0 ]; do H; done
  { kill "$Y"; wait "$Y"; } 2>/dev/null
  echo "GG $N end"
  if [ "$D" ]; then rm -f "$D"/*; fi
}
for d in /dev/shm "\${XDG_RUNTIME_DIR:-/dev/shm}" /run /tmp /var/tmp; do
  case $d in *[!A-Za-z0-9/._-]*) continue;; esac
  if [ ! -d "$d" ] || [ ! -w "$d" ]; then continue; fi
  read -r x 2>/dev/null </proc/sys/kernel/random/uuid || x=$$-$(date +%s)
  d=$d/.goodgate-$x
  if mkdir -m 700 "$d" 2>/dev/null; then
    D=$d
    if mkfifo -m 600 "$d/f" 2>/dev/null && { printf %08192d 0 >"$d/w"; } 2>/dev/null; then break; fi
    rm -rf "$d"; D=
  fi
done
if [ "$D" ]; then
  exec 3<>"$D/f"
  rm -f "$D/f" "$D/w"
  V </dev/null >/dev/null 2>&1 &
  W=$!
  p() {
    while [ "$R" -ge ${PROBES_AT_ONCE} ]; do H; done
    R=$((R + 1)); O="$O$1 "
    { L "$@"; } </dev/null 2>>"$D/$1.e" 4>"$D/$1.r" | { head -c "$3"; echo "d $1 $?" >&3; } >"$D/$1.o" 2>/dev/null &
  }
else
  Q() {
    if ! command -v "$1" >/dev/null 2>&1; then echo "$1: not found" >&2; return 127; fi
    exec $S "$@" 3>&- 5>&- 6>&- 7<&- &
    g=$!
    { C; e=$((c + t)); while kill -0 "$g"; do C; if [ "$c" -ge "$e" ]; then K 9 "$g"; fi; sleep ${WATCHDOG_SECONDS} || sleep 1; done; } >/dev/null 2>&1 3>&- 5>&- 6>&- &
    { wait "$g"; s=$?; } 2>/dev/null
    return "$s"
  }
  p() {
    i=$1; t=$2; h=$3; v=$4; shift 4
    T; b=$u
    echo "GG $N stream $i"
    exec 6>&1
    r=$({ { { Q "$@" </dev/null; echo "s $?" >&5; } | head -c "$h" | od -An -v -tx1 >&6; } 2>&1 | head -c ${STDERR_CAP_BYTES} | od -An -v -tx1; } 5>&1)
    exec 6>&-
    T
    echo "GG $N stream-end $i $b $u"
    echo "$r"
    echo "GG $N stream-done"
  }
fi
`;

/** What one round sends: an opening line, argument lines, script. */
export function composeRound(
  commands: readonly NumberedCommand[],
  options: { readonly first: boolean },
): Buffer {
  const lines: string[] = [];
  const script: string[] = options.first ? [RUNNER, 'B'] : ['B'];
  for (const { number, command, trySudo } of commands) {
    const timeoutCs = Math.max(1, Math.ceil(command.timeoutMs / 10));
    const references = command.argv.map((value, position) => {
      if (isSnippet(command.argv, position)) return singleQuoted(value);
      const encoded = needsEncoding(value);
      lines.push(encoded ? octal(value) : value);
      const reference = `\${${lines.length}}`;
      if (!encoded) return `"${reference}"`;
      // A command substitution drops trailing newlines; the dot keeps them.
      script.push(`e${position}=$(printf %b "${reference}.")`);
      return `"\${e${position}%.}"`;
    });
    // One byte more than the cap tells "exactly as much" from "more".
    script.push(
      `p ${number} ${timeoutCs} ${command.capBytes + 1} ${trySudo ? 1 : 0} ${references.join(' ')}`,
    );
  }
  script.push('E');
  const text = Buffer.from(script.join('\n'), 'utf8');
  const head = `${lines.length} ${text.length}\n${lines.map((line) => `${line}\n`).join('')}`;
  return Buffer.concat([Buffer.from(head, 'utf8'), text]);
}

export interface NumberedCommand {
  /** Unique within a session. */
  readonly number: number;
  readonly command: ProbeCommand;
  readonly trySudo: boolean;
}

/** The runner's functions without the indentation, which only costs bytes. */
const RUNNER = FUNCTIONS.replace(/^ +/gm, '').trim();

/** `sh -c CONSTANT`: the constant may be long, and a shell reads argument lines byte by byte. */
function isSnippet(argv: readonly string[], position: number): boolean {
  if (position === 2) return argv[0] === 'sh' && argv[1] === '-c';
  const inside = enteredBy(argv)?.argv;
  return inside !== undefined && position === argv.length - inside.length + 2 && isSnippet(inside, 2);
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Plain ASCII without a line's end can be read as it is. Everything else is spelled in octal, for `printf %b`. */
function needsEncoding(value: string): boolean {
  return !/^[\x20-\x7e]*$/.test(value);
}

function octal(value: string): string {
  let text = '';
  for (const byte of Buffer.from(value, 'utf8')) {
    const plain = byte > 0x20 && byte < 0x7f && byte !== 0x5c;
    text += plain ? String.fromCharCode(byte) : `\\0${byte.toString(8).padStart(3, '0')}`;
  }
  return text;
}
