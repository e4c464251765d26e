/**
 * The ladder of programs that can ask: curl, python3, perl, bash, nc. Every rung writes the same shape:
 *
 *     via: curl
 *     * Connected to 127.0.0.1 (127.0.0.1) port 8000 (#0)
 *     curl: (52) Empty reply from server
 *     timing: connect=0.000213 total=0.001122 remote=127.0.0.1
 *     header: 311
 *     raw:
 *     | HTTP/1.1 502 Bad Gateway
 *     | …
 *
 * Notes and errors are the tool's own text; what the server sent stands after `raw:` behind `| `, so that it
 * can be taken for nothing else. At most 96 KiB of it are kept.
 */

// No single quote in either program: they stand in single quotes in the snippet.
// 97, 99 and 101 (EAFNOSUPPORT, EADDRNOTAVAIL, ENETUNREACH) say of one address of several only that this host lacks its family.
const PYTHON = `
import sys, socket, time, re
scheme, addr, port, path, limit, insecure, sni, nbody, upgrade, head = sys.argv[1:11]
limit = float(limit); began = time.time(); connected = 0.0; got = b""; phase = "connect"; s = None; peer = ""
def say(text):
    sys.stdout.write(text + "\\n"); sys.stdout.flush()
try:
    if path:
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM); s.settimeout(min(limit, 5)); s.connect(path)
    else:
        why = None
        for family, kind, proto, name, address in socket.getaddrinfo(addr, int(port), 0, socket.SOCK_STREAM):
            try:
                s = socket.socket(family, kind, proto); s.settimeout(min(limit, 5)); s.connect(address); why = None; break
            except Exception as e:
                if why is None or getattr(e, "errno", 0) not in (97, 99, 101): why = e
        if why is not None: raise why
        peer = s.getpeername()[0]
    connected = time.time() - began
    say("* Connected to %s port %s" % (path or peer, port))
    s.settimeout(max(limit - connected, 0.1))
    if scheme == "https":
        phase = "tls"
        import ssl
        c = ssl.create_default_context()
        if insecure == "1" or not sni: c.check_hostname = False
        if insecure == "1": c.verify_mode = ssl.CERT_NONE
        s = c.wrap_socket(s, server_hostname=sni or None)
    phase = "send"
    try:
        s.sendall(head.replace("\\n", "\\r\\n").encode("utf-8", "surrogateescape") + b"\\r\\n")
        left = int(nbody)
        while left > 0:
            s.sendall(b"x" * min(left, 65536)); left -= 65536
    except (BrokenPipeError, ConnectionResetError) as e:
        if int(nbody) == 0: raise
    phase = "response"
    while len(got) < 98304:
        left = limit - (time.time() - began)
        if left <= 0: raise socket.timeout("timed out")
        s.settimeout(left)
        piece = s.recv(16384)
        if not piece:
            if not got: say("python3: (52) Empty reply from server")
            break
        got += piece
        if b"\\r\\n\\r\\n" in got:
            top, body = got.split(b"\\r\\n\\r\\n", 1)
            if got[9:12] == b"101" or head.startswith("HEAD "): break
            m = re.search(b"(?i)\\\\ncontent-length: *([0-9]+)", top)
            if m and len(body) >= int(m.group(1)): break
            if b"chunked" in top.lower() and body.endswith(b"0\\r\\n\\r\\n"): break
    if got[:5] == b"HTTP/" and b"\\r\\n\\r\\n" not in got and b"\\n\\n" not in got and len(got) < 98304:
        say("python3: (52) closed within the response header")
    m = re.search(b"(?i)\\\\ncontent-length: *([0-9]+)", got.split(b"\\r\\n\\r\\n", 1)[0])
    body = got.split(b"\\r\\n\\r\\n", 1)[-1]
    if m and len(body) < int(m.group(1)) and len(got) < 98304 and got[9:12] not in (b"304", b"101") and not head.startswith("HEAD "):
        say("python3: (18) transfer closed with %d bytes remaining to read" % (int(m.group(1)) - len(body)))
except Exception as e:
    say("python3: %s: %s" % (phase, str(e).replace("\\n", " ") or type(e).__name__))
say("timing: connect=%.6f total=%.6f remote=%s" % (connected, time.time() - began, peer))
say("header: %d" % (len(got.split(b"\\r\\n\\r\\n", 1)[0]) + 4))
say("raw:")
out = getattr(sys.stdout, "buffer", sys.stdout)
for line in got[:98304].replace(b"\\0", b"").split(b"\\n"):
    out.write(b"| " + line + b"\\n")
`;

const PERL = `
use strict; use Time::HiRes qw(time); use Socket;
my ($scheme, $addr, $port, $path, $limit, $insecure, $sni, $nbody, $upgrade, $head) = @ARGV;
$| = 1; my $began = time; my $connected = 0; my $got = ""; my $peer = ""; my $s; my $phase = "connect";
sub fail { my $m = shift; $m =~ s/\\n/ /g; print "perl: $phase: $m\\n" }
$SIG{ALRM} = sub { die "timed out\\n" }; $SIG{PIPE} = "IGNORE";
eval {
  alarm($limit < 5 ? $limit : 5);
  if ($path ne "") {
    socket($s, PF_UNIX, SOCK_STREAM, 0) or die "$!\\n"; connect($s, sockaddr_un($path)) or die "$!\\n";
  } else {
    my ($e, @found) = Socket::getaddrinfo($addr, $port, {socktype => SOCK_STREAM});
    die "$e\\n" if $e; my $why = "no address"; my $ok = 0;
    for my $a (@found) {
      socket($s, $a->{family}, SOCK_STREAM, 0) or next;
      if (connect($s, $a->{addr})) { $ok = 1; last }
      my $no = $! + 0; $why = "$!" if $why eq "no address" || !grep { $no == $_ } (97, 99, 101); last if $why =~ /Interrupted/;
    }
    die "$why\\n" unless $ok;
    my ($x, $ip) = Socket::getnameinfo(getpeername($s), 3); $peer = $ip;
  }
  alarm(0); $connected = time - $began; print "* Connected to " . ($path || $peer) . " port $port\\n";
  alarm($limit);
  if ($scheme eq "https") {
    $phase = "tls"; require IO::Socket::SSL;
    my %o = (SSL_verify_mode => $insecure ? 0 : 1, SSL_verifycn_scheme => ($insecure || $sni eq "") ? "none" : "http");
    $o{SSL_hostname} = $sni if $sni ne ""; $o{SSL_verifycn_name} = $sni if $sni ne "";
    $s = IO::Socket::SSL->start_SSL($s, %o) or die "$IO::Socket::SSL::SSL_ERROR\\n";
  }
  $phase = "send"; $head =~ s/\\n/\\r\\n/g;
  my $send = sub { $scheme eq "https" ? $s->syswrite($_[0]) : syswrite($s, $_[0]) };
  my $sent = $send->("$head\\r\\n"); die "$!\\n" unless defined $sent;
  while ($nbody > 0) { my $n = $nbody > 65536 ? 65536 : $nbody; my $w = $send->("x" x $n); last unless $w; $nbody -= $w }
  $phase = "response";
  my $piece; while (length($got) < 98304) {
    my $n = $scheme eq "https" ? $s->sysread($piece, 16384) : sysread($s, $piece, 16384);
    die "$!\\n" unless defined $n;
    if (!$n) { print "perl: (52) Empty reply from server\\n" if $got eq ""; last }
    $got .= $piece; my $at = index($got, "\\r\\n\\r\\n");
    if ($at >= 0) {
      last if substr($got, 9, 3) eq "101" or $head =~ /^HEAD /;
      my $top = substr($got, 0, $at);
      last if $top =~ /\\ncontent-length: *([0-9]+)/i and length($got) - $at - 4 >= $1;
      last if $top =~ /chunked/i and substr($got, -5) eq "0\\r\\n\\r\\n";
    }
  }
  alarm(0); my $at = index($got, "\\r\\n\\r\\n");
  if ($got =~ /^HTTP\\// and $at < 0 and index($got, "\\n\\n") < 0 and length($got) < 98304) { print "perl: (52) closed within the response header\\n" }
  elsif ($at >= 0 and length($got) < 98304 and substr($got, 9, 3) !~ /304|101/ and $head !~ /^HEAD /) {
    my $left = 0; $left = $1 - (length($got) - $at - 4) if substr($got, 0, $at) =~ /\\ncontent-length: *([0-9]+)/i;
    print "perl: (18) transfer closed with $left bytes remaining to read\\n" if $left > 0;
  }
};
fail($@) if $@;
printf "timing: connect=%.6f total=%.6f remote=%s\\n", $connected, time - $began, $peer;
my $end = index($got, "\\r\\n\\r\\n"); print "header: " . ($end < 0 ? length($got) : $end + 4) . "\\n"; print "raw:\\n"; $got =~ tr/\\0//d; print "| $_\\n" for split /\\n/, $got, -1;
`;

const BASH = `
scheme=$1 addr=$2 port=$3 limit=$4 nbody=$5 head=$6
exec 3<>"/dev/tcp/$addr/$port" || exit 1
echo "* Connected to $addr port $port" >&2
while IFS= read -r line; do printf "%s\\r\\n" "$line"; done <<END >&3
$head
END
[ "$nbody" -gt 0 ] && head -c "$nbody" /dev/zero | tr "\\0" x >&3
# cat hands on at once what comes; head would keep it until its end.
cat <&3 || exit 1
`;

/** Arguments: scheme address port socket timeout insecure sni bodyBytes upgrade head, then curl's own. */
export const REQUEST_SNIPPET = `
head=\${10}; t=\${5}
have() { command -v "$1" >/dev/null 2>&1; }
body() { [ "$1" -gt 0 ] 2>/dev/null && head -c "$1" /dev/zero | tr '\\000' x; }
raw() {
  # Counted here, for a masked cookie is shorter than the one that came.
  printf '%s\\n' "$1" | awk '{ n += length($0) + 1 } /^\\r*$/ { print "header: " n; exit }'
  echo raw:; printf '%s\\n' "$1" | sed 's/^/| /'
}
ask_python() {
  have python3 || return 1
  if [ "$1" = https ]; then python3 -c 'import ssl' 2>/dev/null || return 1; fi
  echo 'via: python3'
  python3 -c '${PYTHON}' "$1" "$2" "$3" "$4" "$5" "$6" "$7" "$8" "$9" "$head"
}
ask_perl() {
  have perl && perl -MTime::HiRes -MSocket=getaddrinfo -e 1 2>/dev/null || return 1
  if [ "$1" = https ]; then perl -MIO::Socket::SSL -e 1 2>/dev/null || return 1; fi
  echo 'via: perl'
  perl -e '${PERL}' "$1" "$2" "$3" "$4" "$5" "$6" "$7" "$8" "$9" "$head"
}
run_curl() {
  { { body "$1" | { shift; curl "$@" 5>&-; echo "exit: $?" >&2; }; } 2>&1 >&5 | grep -v '^[<>{}] ' >&4; } 5>&1 |
    head -c 98304 | tr -d '\\000'
}
ask_curl() {
  have curl || return 1
  n=$8; shift 10
  echo 'via: curl'
  timing='%{stderr}timing: connect=%{time_connect} total=%{time_total} remote=%{remote_ip}\\n'
  { got=$(run_curl "$n" --http1.1 --http0.9 --path-as-is -w "$timing" "$@"; printf .); } 4>&1
  raw "\${got%.}"
}
ask_old_curl() {
  have curl || return 1
  n=$8; shift 10
  echo 'via: curl'
  { got=$(run_curl "$n" "$@"; printf .); } 4>&1
  raw "\${got%.}"
}
ask_bash() {
  [ "$1" = http ] && [ -z "$4" ] && have bash || return 1
  echo 'via: bash'
  limit=; have timeout && limit="timeout $t"
  { got=$( {
      $limit bash -c '${BASH}' goodgate "$1" "$2" "$3" "$5" "$8" "$head" 2>&4
      case $? in 124|137|143) echo 'bash: response: timed out' >&4;; 0) echo 'bash: response: end' >&4;; esac
    } | head -c 98304 | tr -d '\\000'; printf .); } 4>&1
  raw "\${got%.}"
}
ask_nc() {
  [ "$1" = http ] && [ -z "$4" ] || return 1
  nc=; if have nc; then nc=nc; elif have busybox; then nc='busybox nc'; else return 1; fi
  # BusyBox limits connecting by -w and has no -v; the others limit silence by it and say nothing without -v.
  if $nc --help 2>&1 | grep -q BusyBox; then have timeout && nc="timeout $((t + 1)) $nc"; else nc="$nc -v"; fi
  echo 'via: nc'
  hold=$t; [ "$hold" -gt 3 ] && hold=3
  # Standard input stays open for a while: a proxy takes a half-closed connection for a client that left.
  { got=$( { printf '%s\\n' "$head" | sed "s/\\$/$(printf '\\r')/"; body "$8"; sleep "$hold"; } |
    { began=$(date +%s); $nc -w "$t" "$2" "$3" 2>&4; status=$?
      # Where our own end closed first, that the other closed then is no early end of its.
      [ "$status" = 0 ] && [ $(($(date +%s) - began)) -ge "$hold" ] && status=ours
      case $status in 124|137|143) echo 'nc: response: timed out' >&4;; 0) echo 'nc: response: end' >&4;;
        ours) echo 'nc: response: timed out, and ended here' >&4;; esac
    } | head -c 98304 | tr -d '\\000'; printf .); } 4>&1
  raw "\${got%.}"
}
if [ "$9" = 1 ]; then
  # curl does not stop after 101 Switching Protocols; the others do.
  ask_python "$@" || ask_perl "$@" || ask_curl "$@" || ask_bash "$@" || ask_nc "$@" && exit 0
elif have curl && curl --help all 2>/dev/null | grep -q -e --http0.9; then
  ask_curl "$@" && exit 0
else
  ask_old_curl "$@" || ask_python "$@" || ask_perl "$@" || ask_bash "$@" || ask_nc "$@" && exit 0
fi
echo "goodgate: no program here can ask by $1" >&2
exit 127
`;
