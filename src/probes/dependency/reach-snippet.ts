/**
 * The ladder of programs that can connect and talk: python3, perl, bash, nc. Every rung writes the same shape:
 *
 *     via: python3
 *     * Connected to 127.0.0.1 port 6379
 *     got: -NOAUTH Authentication required.\r\n
 *
 * or, in place of the last lines, the tool's own words: `python3: connect: [Errno 111] Connection refused`. What came
 * back (one read, at most 1 KiB) stands in one line behind `got: `; bytes that are not printable ASCII are escaped as
 * `\r`, `\n` and `\xNN`, and a backslash as `\\`, so that nothing the server sends can pass for a line of ours.
 */

// No single quote in these programs: they stand in single quotes in the snippet.
// 97, 99 and 101 (EAFNOSUPPORT, EADDRNOTAVAIL, ENETUNREACH) say of one address of several only that this host lacks its family.
// SIGALRM keeps its default action while a name is resolved, since no handler runs within getaddrinfo(3).
const PYTHON = `
import sys, socket, signal, time
host, port, path, send, read = sys.argv[1:6]
def say(text):
    sys.stdout.write(text + "\\n"); sys.stdout.flush()
phase = "resolve"
try:
    if path:
        found = [(socket.AF_UNIX, socket.SOCK_STREAM, 0, "", path)]
    else:
        signal.alarm(3)
        found = socket.getaddrinfo(host, int(port), 0, socket.SOCK_STREAM)
        signal.alarm(0)
    phase = "connect"; until = time.time() + 3; why = None; s = None
    for family, kind, proto, name, address in found:
        try:
            s = socket.socket(family, kind, proto); s.settimeout(max(until - time.time(), 0.1)); s.connect(address)
            why = None; break
        except Exception as e:
            if why is None or getattr(e, "errno", 0) not in (97, 99, 101): why = e
    if why is not None: raise why
    say("* Connected to %s" % (path or "%s port %s" % (address[0], port)))
    phase = "response"; s.settimeout(3)
    if send: s.sendall(send.encode("latin-1").decode("unicode_escape").encode("latin-1"))
    if read:
        got = s.recv(1024)
        if not got: say("python3: response: closed without an answer")
        names = {9: "\\\\t", 10: "\\\\n", 13: "\\\\r", 92: "\\\\\\\\"}
        if got: say("got: " + "".join([names.get(b) or (chr(b) if 31 < b < 127 else "\\\\x%02x" % b) for b in bytearray(got)]))
except Exception as e:
    say("python3: %s: %s" % (phase, str(e).replace("\\n", " ") or type(e).__name__))
`;

const PERL = `
use strict; use Socket;
my ($host, $port, $path, $send, $read) = @ARGV; $| = 1; $SIG{PIPE} = "IGNORE"; my ($s, $at, @found); my $phase = "resolve";
eval {
  if ($path ne "") { @found = ({family => PF_UNIX, addr => pack_sockaddr_un($path)}) }
  else { alarm(3); (my $e, @found) = Socket::getaddrinfo($host, $port, {socktype => SOCK_STREAM}); alarm(0); die "$e\\n" if $e }
  $phase = "connect"; $SIG{ALRM} = sub { die "timed out\\n" }; alarm(3); my $why = "no address"; my $ok = 0;
  for my $a (@found) {
    socket($s, $a->{family}, SOCK_STREAM, 0) or do { $why = "$!"; next };
    if (connect($s, $a->{addr})) { $ok = 1; last }
    my $no = $! + 0; $why = "$!" if $why eq "no address" || !grep { $no == $_ } (97, 99, 101);
  }
  die "$why\\n" unless $ok;
  print "* Connected to " . ($path ne "" ? $path : "$host port $port") . "\\n";
  $phase = "response"; alarm(3);
  if ($send ne "") { $send =~ s/\\\\([0-7]{3})/chr(oct($1))/ge; defined(syswrite($s, $send)) or die "$!\\n" }
  if ($read) {
    my $got; my $n = sysread($s, $got, 1024); die "$!\\n" unless defined $n;
    die "closed without an answer\\n" unless $n;
    my %names = (9 => "\\\\t", 10 => "\\\\n", 13 => "\\\\r", 92 => "\\\\\\\\");
    $got =~ s/([^ -\\[\\]-~])/$names{ord($1)} || sprintf("\\\\x%02x", ord($1))/ge; print "got: $got\\n";
  }
  alarm(0);
};
if ($@) { chomp(my $m = $@); $m =~ s/\\n/ /g; print "perl: $phase: $m\\n" }
`;

const BASH = `
exec 3<>"/dev/tcp/$1/$2" || exit 1
echo "* Connected to $1 port $2" >&4
if [ -n "$3" ]; then printf "$3" >&3; fi
[ -z "$4" ] || dd bs=1024 count=1 status=none <&3
`;

const ESCAPE = `{
  for (i = 1; i <= NF; i++) {
    n = $i + 0
    if (n == 92) printf "%s", "\\\\\\\\"; else if (n == 10) printf "%s", "\\\\n"; else if (n == 13) printf "%s", "\\\\r"
    else if (n == 9) printf "%s", "\\\\t"; else if (n > 31 && n < 127) printf "%c", n; else printf "\\\\x%02x", n
  }
}`;

/**
 * Arguments: host port socket send read. `send` is a constant of ours, a printf format in which every byte that is not a
 * letter is written as three octal digits (`PING\015\012`); `read` is 1, or empty to connect only.
 */
export const REACH_SNIPPET = `
have() { command -v "$1" >/dev/null 2>&1; }
escape() { od -An -v -tu1 | awk '${ESCAPE}'; }
with_python() {
  have python3 && python3 -c '' 2>/dev/null || return 1
  echo 'via: python3'
  python3 -c '${PYTHON}' "$@"
  [ $? -le 128 ] || echo 'python3: resolve: timed out'
}
with_perl() {
  have perl && perl -MSocket=getaddrinfo -e 1 2>/dev/null || return 1
  echo 'via: perl'
  perl -e '${PERL}' "$@"
  [ $? -le 128 ] || echo 'perl: resolve: timed out'
}
with_bash() {
  [ -z "$3" ] && have bash && have timeout && have od && have awk && have dd || return 1
  echo 'via: bash'
  { got=$( {
      timeout 3 bash -c '${BASH}' bash "$1" "$2" "$4" "$5" 2>&4
      case $? in 124|137|143) echo 'bash: timed out' >&4;; 0) echo 'bash: end' >&4;; esac
    } | escape); } 4>&1
  [ -z "$got" ] || printf 'got: %s\\n' "$got"
}
with_nc() {
  [ -z "$3" ] && have timeout && have od && have awk && have dd || return 1
  nc=; if have nc; then nc=nc; elif have busybox; then nc='busybox nc'; else return 1; fi
  # BusyBox limits connecting by -w and has no -v; the others limit silence by it and say nothing without -v.
  wait=2; $nc --help 2>&1 | grep -q BusyBox || { nc="$nc -v"; wait=3; }
  echo 'via: nc'
  hold=3; [ -n "$5" ] || hold=1
  # Standard input stays open for a while: some servers take a half-closed connection for a client that left.
  { got=$( { [ -z "$4" ] || printf "$4"; sleep "$hold"; } | {
      timeout 4 $nc -w "$wait" "$1" "$2" 2>&4
      case $? in 124|137|143) echo "* Connected to $1 port $2"; echo 'nc: timed out';; 0) echo "* Connected to $1 port $2"; echo 'nc: end';; esac >&4
    } | dd bs=1024 count=1 2>/dev/null | escape); } 4>&1
  [ -z "$got" ] || printf 'got: %s\\n' "$got"
}
with_python "$@" || with_perl "$@" || with_bash "$@" || with_nc "$@" && exit 0
if [ "$6" = postgres ] && have pg_isready; then
  echo 'via: pg_isready'
  [ -z "$3" ] || set -- "\${3%/*}" "\${3##*.}" ''
  pg_isready -h "$1" -p "$2" -t 3
  exit 0
fi
echo 'goodgate: no program here can connect (python3, perl, bash or nc)' >&2
exit 127
`;
