import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, frameNamed, framesOf, frameText } from '../framed-output.js';
import { deniesPermission, failureOf, unread, withoutUndefined, wordsOf } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';

export interface HostsEntry {
  readonly address: string;
  readonly names: readonly string[];
  readonly line: number;
  /** The line's number within the file, from 1. */
  readonly fileLine: number;
  readonly file: string;
}

export interface DnsConfigFacts {
  /** False where there is no resolv.conf: the resolver then asks 127.0.0.1 (resolv.conf(5)). */
  readonly resolvConfPresent: boolean;
  readonly nameservers: readonly { readonly address: string; readonly line: number }[];
  readonly search: readonly string[];
  readonly options: readonly string[];
  /** The sources of `hosts:` in nsswitch.conf, `files`, `dns` …; empty where there is no such file (musl). */
  readonly hostsSources: readonly string[];
  readonly hostsSourcesLine?: number | undefined;
  readonly hosts: readonly HostsEntry[];
}

const SNIPPET = `${FRAME_SHELL}say cat /etc/resolv.conf
say cat /etc/nsswitch.conf
say cat /etc/hosts
`;

/** How this host turns names into addresses. */
export const dnsConfig: ProbeKind<void, DnsConfigFacts> = {
  kind: 'dns.config',
  command: () => ({
    id: 'dns.config',
    kind: 'dns.config',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 3000,
    capBytes: 2 * 1024 * 1024,
  }),
  parse: parseDnsConfig,
};

/**
 * Sample:
 * nameserver 127.0.0.53
 * options edns0 trust-ad
 * hosts:          files myhostname dns
 * 10.0.0.9  docs-backend docs-backend.lan   # moved
 */
export function parseDnsConfig(output: ProbeOutput): Parsed<DnsConfigFacts> {
  const read = framesOf(output, 'resolver configuration');
  if (!read.ok) return read;
  const resolv = frameNamed(read.frames, 'cat /etc/resolv.conf');
  const hosts = frameNamed(read.frames, 'cat /etc/hosts');
  if (resolv === undefined || hosts === undefined)
    return unread('unparseable', 'resolver configuration: a file is missing');
  for (const frame of [resolv, hosts]) {
    if (frame.exitCode !== 0 && deniesPermission(frameText(frame)))
      return failureOf(frame.name, frameText(frame));
  }
  const present = resolv.exitCode === 0;
  const settings = present ? resolv.lines.map(settingOf) : [];
  const switches = frameNamed(read.frames, 'cat /etc/nsswitch.conf');
  const order =
    switches?.exitCode === 0 ? switches.lines.find(({ text }) => /^\s*hosts:/.test(text)) : undefined;
  return {
    ok: true,
    facts: withoutUndefined<DnsConfigFacts>({
      resolvConfPresent: present,
      nameservers: settings.flatMap(({ word, rest, line }) =>
        word === 'nameserver' && rest[0] !== undefined ? [{ address: rest[0], line }] : [],
      ),
      search: settings.findLast(({ word }) => word === 'search' || word === 'domain')?.rest ?? [],
      options: settings.flatMap(({ word, rest }) => (word === 'options' ? rest : [])),
      hostsSources:
        order === undefined ? [] : wordsOf(order.text.replace(/^\s*hosts:/, '').replace(/#.*/, '')),
      hostsSourcesLine: order?.line,
      hosts: hosts.exitCode === 0 ? hosts.lines.flatMap((line, at) => hostsEntry(line, at + 1)) : [],
    }),
  };
}

function settingOf({ text, line }: Line): { word: string; rest: string[]; line: number } {
  const [word = '', ...rest] = /^\s*[#;]/.test(text) ? [] : wordsOf(text);
  return { word, rest, line };
}

function hostsEntry({ text, line }: Line, fileLine: number): HostsEntry[] {
  const [address, ...names] = wordsOf(text.split('#')[0] ?? '');
  if (address === undefined || names.length === 0 || !/^[0-9A-Fa-f.:%\w]+$/.test(address)) return [];
  return [{ address, names, line, fileLine, file: '/etc/hosts' }];
}
