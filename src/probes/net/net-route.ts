import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import {
  cutShort,
  failureOf,
  firstLine,
  linesOf,
  unread,
  withoutUndefined,
  wordsOf,
} from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { addressParam } from '../probe-params.js';

export interface NetRouteFacts {
  readonly reachable: boolean;
  /** Why not: no route at all, or a route of the type unreachable, prohibit or blackhole (ip-route(8)). */
  readonly problem?: 'no-route' | 'unreachable' | 'prohibit' | 'blackhole' | undefined;
  /** ip's own words where there is no way; else the route's line. */
  readonly says: string;
  /** `local` for the host's own address. */
  readonly type?: string | undefined;
  readonly via?: string | undefined;
  readonly dev?: string | undefined;
  readonly source?: string | undefined;
  /** In stdout; absent where only standard error speaks. */
  readonly line?: number | undefined;
}

/** The way that the kernel would take to an address. It says nothing of whether anyone is there. */
export const netRoute: ProbeKind<{ readonly address: string }, NetRouteFacts> = {
  kind: 'net.route',
  command: (params) => {
    const address = addressParam('net.route', 'address', params.address);
    return {
      id: `net.route:${address}`,
      kind: 'net.route',
      // What ip says of a missing route comes on standard error, and is the very line to cite.
      argv: ['sh', '-c', 'PATH=$PATH:/usr/sbin:/sbin; exec ip route get "$1" 2>&1', 'goodgate', address],
      timeoutMs: 3000,
      capBytes: 16 * 1024,
    };
  },
  parse: parseNetRoute,
};

/**
 * Sample:
 * 10.0.0.9 via 10.0.0.1 dev eth0 src 10.0.0.5 uid 0
 * local 10.0.0.5 dev lo src 10.0.0.5 uid 0
 * RTNETLINK answers: Network is unreachable
 */
export function parseNetRoute(output: ProbeOutput): Parsed<NetRouteFacts> {
  const cut = cutShort(output, 'ip route get');
  if (cut !== undefined) return cut;
  const text = `${output.stdout}\n${output.stderr}`;
  if (/RTNETLINK answers:|^(?:unreachable|prohibit|blackhole) /m.test(text)) {
    const problem = problemOf(text);
    const line = linesOf(output.stdout).find((row) => row.text.trim() !== '')?.line;
    if (problem === undefined) return failureOf('ip route get', text);
    return {
      ok: true,
      facts: withoutUndefined<NetRouteFacts>({ reachable: false, problem, says: firstLine(text), line }),
    };
  }
  if (output.exitCode !== 0) return failureOf('ip route get', text);
  for (const { text: row, line } of linesOf(output.stdout)) {
    const words = wordsOf(row);
    const after = (word: string): string | undefined =>
      words.includes(word) ? words[words.indexOf(word) + 1] : undefined;
    if (after('dev') === undefined) continue;
    const type = /^(?:local|broadcast|multicast|anycast)$/.test(words[0] ?? '') ? words[0] : undefined;
    const [via, dev, source] = [after('via'), after('dev'), after('src')];
    return {
      ok: true,
      facts: withoutUndefined<NetRouteFacts>({
        reachable: true,
        says: row.trim(),
        type,
        via,
        dev,
        source,
        line,
      }),
    };
  }
  return unread('unparseable', 'ip route get: no route and no refusal');
}

/** The errno of each route type, by net/ipv4/fib_semantics.c (fib_props). */
function problemOf(text: string): NetRouteFacts['problem'] {
  if (/Network is unreachable/.test(text)) return 'no-route';
  if (/No route to host|^unreachable /m.test(text)) return 'unreachable';
  if (/Permission denied|^prohibit /m.test(text)) return 'prohibit';
  return /Invalid argument|^blackhole /m.test(text) ? 'blackhole' : undefined;
}
