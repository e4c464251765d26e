import { isIP } from 'node:net';
import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, type Frame, framesOf } from '../framed-output.js';
import { unread, withoutUndefined, wordsOf } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { addressParam, countParam, hostNameParam } from '../probe-params.js';

/** `answered` with no address: the name exists and has no A or AAAA record. */
export type DnsAnswer =
  | 'answered'
  | 'nxdomain'
  | 'servfail'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'other';

export interface DnsQueryFacts {
  readonly answer: DnsAnswer;
  readonly addresses: readonly string[];
  /** The tool that asked. */
  readonly tool: 'dig' | 'host' | 'nslookup' | 'python3' | 'perl';
  /** The line that decided. */
  readonly line: number;
}

// One question by UDP; prints `rcode N` and then an address a line, or `timeout`, or `unreachable`.
const PYTHON = `import socket,struct,sys
n,s,p=sys.argv[1].rstrip("."),sys.argv[2],int(sys.argv[3])
def ask(t):
    k=socket.socket(socket.AF_INET6 if ":" in s else socket.AF_INET,socket.SOCK_DGRAM);k.settimeout(2);k.connect((s,p))
    q=struct.pack(">HHHHHH",4711,256,1,0,0,0)+b"".join(bytes([len(p)])+p.encode() for p in n.split("."))+bytes([0])+struct.pack(">HH",t,1)
    k.send(q);d=k.recv(4096);i=len(q);a=[]
    for _ in range(struct.unpack(">H",d[6:8])[0]):
        while d[i] and d[i]<192:i+=d[i]+1
        i+=2 if d[i] else 1
        y,l=struct.unpack(">H",d[i:i+2])[0],struct.unpack(">H",d[i+8:i+10])[0];i+=10
        if y==t:a.append(socket.inet_ntop(socket.AF_INET6 if t==28 else socket.AF_INET,d[i:i+l]))
        i+=l
    return d[3]&15,a
try:
    r,a=ask(1)
    print("rcode",r)
    b=[] if r else ask(28)[1]
    for x in a+b:print("address",x)
except socket.timeout:print("timeout")
except OSError:print("unreachable")
except (IndexError,struct.error):print("malformed")
`;

const PERL = `use Socket; my($n,$s,$o)=@ARGV; use IO::Socket::INET;
my $k=IO::Socket::INET->new(PeerAddr=>$s,PeerPort=>$o,Proto=>"udp") or do{print "unreachable\\n";exit};
$k->send(pack("n6",4711,256,1,0,0,0).join("",map{pack("C/a*",$_)}split(/\\./,$n)).pack("Cnn",0,1,1));
my $d;eval{local $SIG{ALRM}=sub{die "t"};alarm 2;defined($k->recv($d,4096)) or $d=undef;alarm 0;1} or do{print "timeout\\n";exit};
do{print "unreachable\\n";exit} unless defined $d;
print "rcode ",(unpack("C",substr($d,3,1))&15),"\\n";my $i=12;$i+=1+ord(substr($d,$i,1)) while ord(substr($d,$i,1));$i+=5;
for(1..unpack("n",substr($d,6,2))){while((my $l=ord(substr($d,$i,1)))&&1){if($l>=192){$i++;last}$i+=$l+1}$i++;
my($y,$c,$t,$l)=unpack("nnNn",substr($d,$i,10));$i+=10;print "address ",join(".",unpack("C4",substr($d,$i,4))),"\\n" if $y==1;$i+=$l}`;

// $1 the name, $2 the server, $3 its port. dig first: it alone tells every answer apart.
const SNIPPET = `${FRAME_SHELL}
has() { command -v "$1" >/dev/null 2>&1; }
if has dig; then say dig +time=2 +tries=1 +noall +comments +answer -p "$3" "@$2" "$1" A "$1" AAAA
elif has host; then say host -W 2 -R 1 -p "$3" "$1" "$2"
elif has nslookup && ! nslookup -version 2>&1 | grep -q BusyBox; then say nslookup -timeout=2 -retry=1 "-port=$3" "$1" "$2"
elif has python3; then o=$(python3 -c '${PYTHON.replaceAll("'", "'\\''")}' "$1" "$2" "$3" 2>&1 </dev/null); frame python3 "$?" "$o"
elif has perl; then o=$(perl -e '${PERL.replaceAll("'", "'\\''")}' "$1" "$2" "$3" 2>&1 </dev/null); frame perl "$?" "$o"
elif has nslookup && [ "$3" = 53 ]; then say nslookup "$1" "$2"
else exit 127; fi
`;

const DNS_PORT = 53;

/** Asks one name server directly, past the hosts file and the search list. */
export const dnsQuery: ProbeKind<
  { readonly name: string; readonly server: string; readonly port?: number },
  DnsQueryFacts
> = {
  kind: 'dns.query',
  command: (params) => {
    const name = hostNameParam('dns.query', 'name', params.name);
    const server = addressParam('dns.query', 'server', params.server);
    const port = countParam('dns.query', 'port', params.port ?? DNS_PORT, 65_535);
    return {
      id: `dns.query:${name}@${server}#${port}`,
      kind: 'dns.query',
      argv: ['sh', '-c', SNIPPET, 'goodgate', name, server, port],
      timeoutMs: 9000,
      capBytes: 64 * 1024,
    };
  },
  parse: parseDnsQuery,
};

/**
 * Sample of dig:
 * ;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 34811
 * docs-backend.lan.  300  IN  A  10.0.0.9
 * ;; connection timed out; no servers could be reached
 * nslookup and host: `** server can't find x: NXDOMAIN`, `Host x not found: 3(NXDOMAIN)`, `x has address 10.0.0.9`, `Address: 10.0.0.9`
 */
export function parseDnsQuery(output: ProbeOutput): Parsed<DnsQueryFacts> {
  const read = framesOf(output, 'name server query');
  if (!read.ok) return read;
  const frame = read.frames[0];
  const tool = toolOf(frame);
  if (frame === undefined || tool === undefined)
    return unread('unparseable', 'name server query: not what the probe writes');
  const lines = answerLines(frame.lines, tool);
  const found = lines.flatMap((line) => {
    const address = addressOf(line.text);
    return address === undefined ? [] : [{ address, line: line.line }];
  });
  const verdict = lines
    .map((line) => ({ answer: answerOf(line.text), line: line.line }))
    .find(({ answer }) => answer !== undefined);
  if (found.length > 0) {
    const addresses = [...new Set(found.map(({ address }) => address))];
    return { ok: true, facts: { answer: 'answered', addresses, tool, line: found[0]?.line ?? frame.line } };
  }
  // host says nothing at all of a name that exists and has no address.
  if (
    verdict === undefined &&
    tool === 'host' &&
    frame.exitCode === 0 &&
    frame.lines.some(({ text }) => /^Using domain server/.test(text))
  ) {
    return { ok: true, facts: { answer: 'answered', addresses: [], tool, line: frame.line } };
  }
  if (verdict?.answer === undefined) return unread('unparseable', `${tool}: no answer that is understood`);
  return {
    ok: true,
    facts: withoutUndefined({ answer: verdict.answer, addresses: [], tool, line: verdict.line }),
  };
}

function toolOf(frame: Frame | undefined): DnsQueryFacts['tool'] | undefined {
  const [word] = frame?.name.split(' ') ?? [];
  return word === 'dig' || word === 'host' || word === 'nslookup' || word === 'python3' || word === 'perl'
    ? word
    : undefined;
}

/** nslookup and host begin with the server's own address, up to an empty line. */
function answerLines(lines: readonly Line[], tool: DnsQueryFacts['tool']): readonly Line[] {
  if (tool !== 'nslookup' && tool !== 'host') return lines;
  const blank = lines.findIndex(({ text }) => text.trim() === '');
  const head = lines.slice(0, Math.max(blank, 0));
  return head.some(({ text }) => /^(?:Server|Name|Using domain server):?/.test(text))
    ? lines.slice(blank + 1)
    : lines;
}

function addressOf(text: string): string | undefined {
  const words = wordsOf(text);
  const last = words.at(-1) ?? '';
  const isRecord =
    /\sIN\s+(?:A|AAAA)\s/.test(text) ||
    / has (?:IPv6 )?address /.test(text) ||
    /^Address(?: \d+)?:/.test(text) ||
    words[0] === 'address';
  const address = /^Address(?: \d+)?:/.test(text) ? (words.find((word) => isIP(word) !== 0) ?? '') : last;
  return isRecord && !text.startsWith(';') && isIP(address) !== 0 ? address : undefined;
}

function answerOf(text: string): DnsAnswer | undefined {
  if (/NXDOMAIN|^rcode 3$/.test(text)) return 'nxdomain';
  if (/SERVFAIL|^rcode 2$/.test(text)) return 'servfail';
  if (/status: REFUSED|\b5\(REFUSED\)|: REFUSED$|^rcode 5$/.test(text)) return 'refused';
  if (/timed out|no servers could be reached|^timeout$/i.test(text)) return 'timeout';
  if (/connection refused|unreachable|no route to host/i.test(text)) return 'unreachable';
  if (/status: NOERROR|has no .{1,20} record|No answer|^Non-authoritative answer:|^rcode 0$/.test(text))
    return 'answered';
  return /status: [A-Z]+|^rcode \d+$/.test(text) ? 'other' : undefined;
}
