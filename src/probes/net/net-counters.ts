import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import {
  cutShort,
  failureOf,
  linesOf,
  unread,
  wholeNumber,
  withoutUndefined,
  wordsOf,
} from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';

/** Every member is absent where this kernel or network namespace does not tell it. */
export interface NetCountersFacts {
  readonly tcpInUse?: number | undefined;
  readonly tcp6InUse?: number | undefined;
  readonly timeWait?: number | undefined;
  /** net.ipv4.ip_local_port_range, both ends included. */
  readonly portRange?: { readonly first: number; readonly last: number; readonly count: number } | undefined;
  readonly conntrackCount?: number | undefined;
  readonly conntrackMax?: number | undefined;
  /** Since boot. */
  readonly listenOverflows?: number | undefined;
  readonly listenDrops?: number | undefined;
  readonly somaxconn?: number | undefined;
  /** Open files of the whole system. */
  readonly fileNr?: number | undefined;
  readonly fileMax?: number | undefined;
  readonly ipUnprivilegedPortStart?: number | undefined;
  /** Line numbers by the members' names. */
  readonly lines: Readonly<Record<string, number>>;
}

const SYS = '/proc/sys/net';
const FILES = [
  '/proc/net/sockstat',
  '/proc/net/sockstat6',
  '/proc/net/netstat',
  `${SYS}/ipv4/ip_local_port_range`,
  `${SYS}/ipv4/ip_unprivileged_port_start`,
  `${SYS}/netfilter/nf_conntrack_count`,
  `${SYS}/netfilter/nf_conntrack_max`,
  `${SYS}/core/somaxconn`,
  '/proc/sys/fs/file-nr',
];

/** The kernel's own counts and limits for sockets and files. grep exits 2 where a file is missing; that is expected. */
export const netCounters: ProbeKind<void, NetCountersFacts> = {
  kind: 'net.counters',
  command: () => ({
    id: 'net.counters',
    kind: 'net.counters',
    argv: ['grep', '-s', '-H', '.', ...FILES],
    timeoutMs: 3000,
    capBytes: 256 * 1024,
  }),
  parse: parseNetCounters,
};

/**
 * Sample:
 * /proc/net/sockstat:TCP: inuse 21 orphan 0 tw 28230 alloc 25 mem 3
 * /proc/net/netstat:TcpExt: SyncookiesSent … ListenOverflows ListenDrops …
 * /proc/net/netstat:TcpExt: 0 … 12 12 …
 * /proc/sys/net/ipv4/ip_local_port_range:32768	60999
 */
export function parseNetCounters(output: ProbeOutput): Parsed<NetCountersFacts> {
  const cut = cutShort(output, 'grep /proc/net');
  if (cut !== undefined) return cut;
  const found = new Map<string, { value: number; line: number }>();
  const keep = (name: string, word: string | undefined, line: number): void => {
    const value = wholeNumber(word);
    if (value !== undefined) found.set(name, { value, line });
  };
  let extHeader: string[] | undefined;
  for (const { text, line } of linesOf(output.stdout)) {
    const colon = text.indexOf(':');
    const [file, words] = [text.slice(0, colon), wordsOf(text.slice(colon + 1))];
    const after = (word: string): string | undefined =>
      words.includes(word) ? words[words.indexOf(word) + 1] : undefined;
    if (file === '/proc/net/sockstat' && words[0] === 'TCP:') {
      keep('tcpInUse', after('inuse'), line);
      keep('timeWait', after('tw'), line);
    } else if (file === '/proc/net/sockstat6' && words[0] === 'TCP6:')
      keep('tcp6InUse', after('inuse'), line);
    else if (file === '/proc/net/netstat' && words[0] === 'TcpExt:') {
      if (extHeader === undefined) extHeader = words;
      else {
        keep('listenOverflows', words[extHeader.indexOf('ListenOverflows')], line);
        keep('listenDrops', words[extHeader.indexOf('ListenDrops')], line);
      }
    } else if (file.endsWith('/ip_local_port_range')) {
      keep('first', words[0], line);
      keep('last', words[1], line);
    } else if (file.endsWith('/ip_unprivileged_port_start')) keep('ipUnprivilegedPortStart', words[0], line);
    else if (file.endsWith('/nf_conntrack_count')) keep('conntrackCount', words[0], line);
    else if (file.endsWith('/nf_conntrack_max')) keep('conntrackMax', words[0], line);
    else if (file.endsWith('/somaxconn')) keep('somaxconn', words[0], line);
    else if (file.endsWith('/file-nr')) {
      keep('fileNr', words[0], line);
      keep('fileMax', words[2], line);
    }
  }
  if (found.size === 0) {
    return output.stderr === ''
      ? unread('unparseable', '/proc/net: nothing that is known')
      : failureOf('grep', output.stderr);
  }
  const value = (name: string): number | undefined => found.get(name)?.value;
  const [first, last] = [value('first'), value('last')];
  const lines = Object.fromEntries(
    [...found].map(([name, { line }]) => [name === 'first' ? 'portRange' : name, line]),
  );
  delete lines['last'];
  return {
    ok: true,
    facts: withoutUndefined<NetCountersFacts>({
      tcpInUse: value('tcpInUse'),
      tcp6InUse: value('tcp6InUse'),
      timeWait: value('timeWait'),
      portRange:
        first === undefined || last === undefined
          ? undefined
          : { first, last, count: Math.max(last - first + 1, 0) },
      conntrackCount: value('conntrackCount'),
      conntrackMax: value('conntrackMax'),
      listenOverflows: value('listenOverflows'),
      listenDrops: value('listenDrops'),
      somaxconn: value('somaxconn'),
      fileNr: value('fileNr'),
      fileMax: value('fileMax'),
      ipUnprivilegedPortStart: value('ipUnprivilegedPortStart'),
      lines,
    }),
  };
}
