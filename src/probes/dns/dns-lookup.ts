import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { cutShort, failureOf, linesOf, unread } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { hostNameParam } from '../probe-params.js';

export interface DnsLookupFacts {
  readonly found: boolean;
  /** Without repetitions, in the resolver's order. */
  readonly addresses: readonly string[];
  readonly canonicalName?: string | undefined;
  /** The line of the first address. */
  readonly line?: number | undefined;
}

/**
 * A name as programs on the host resolve it: hosts file, name servers, search list. `found: false` means that the
 * resolver says no or does not answer; getent tells these two apart not at all, `dns.query` does.
 */
export const dnsLookup: ProbeKind<{ readonly name: string }, DnsLookupFacts> = {
  kind: 'dns.lookup',
  command: (params) => {
    const name = hostNameParam('dns.lookup', 'name', params.name);
    return {
      id: `dns.lookup:${name}`,
      kind: 'dns.lookup',
      argv: ['getent', 'ahosts', name],
      timeoutMs: 8000,
      capBytes: 64 * 1024,
    };
  },
  parse: parseDnsLookup,
};

/**
 * Sample (exit status 2 and no output where the name is not found, getent(1)):
 * 127.0.0.1       STREAM localhost
 * 127.0.0.1       DGRAM
 * 127.0.0.1       RAW
 */
export function parseDnsLookup(output: ProbeOutput): Parsed<DnsLookupFacts> {
  const cut = cutShort(output, 'getent');
  if (cut !== undefined) return cut;
  if (output.exitCode === 2) return { ok: true, facts: { found: false, addresses: [] } };
  if (output.exitCode !== 0) return failureOf('getent', output.stderr);
  const addresses = new Set<string>();
  let canonicalName: string | undefined;
  let first: number | undefined;
  for (const { text, line } of linesOf(output.stdout)) {
    // glibc adds a type, musl prints the names at once.
    const shape =
      /^([0-9a-fA-F.:]{2,45}(?:%\S{1,16})?)\s+(?:(?:STREAM|DGRAM|RAW|\d{1,3})(?:\s+|$))?(\S*)/.exec(text);
    if (shape === null) continue;
    addresses.add(shape[1] ?? '');
    canonicalName ??= shape[2] || undefined;
    first ??= line;
  }
  if (addresses.size === 0) return unread('unparseable', 'getent: no address');
  const named = canonicalName === undefined ? {} : { canonicalName };
  return {
    ok: true,
    facts: {
      found: true,
      addresses: [...addresses],
      ...named,
      ...(first === undefined ? {} : { line: first }),
    },
  };
}
