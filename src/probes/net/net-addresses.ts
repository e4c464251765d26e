import { isIP } from 'node:net';
import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, framesOf } from '../framed-output.js';
import { unread, wholeNumber, withoutUndefined, wordsOf } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';

export interface HostAddress {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly interface?: string | undefined;
  readonly prefix?: number | undefined;
  /** global, link, host, site. */
  readonly scope?: string | undefined;
  readonly line: number;
}

export interface NetAddressesFacts {
  readonly addresses: readonly HostAddress[];
  /** hostname -I leaves loopback out. */
  readonly source: 'ip' | 'ifconfig' | 'hostname';
}

const SNIPPET = `${FRAME_SHELL}
if command -v ip >/dev/null 2>&1; then say ip -o addr
elif command -v ifconfig >/dev/null 2>&1; then say ifconfig -a
elif command -v hostname >/dev/null 2>&1; then say hostname -I
else exit 127; fi
`;

/** The host's own addresses. */
export const netAddresses: ProbeKind<void, NetAddressesFacts> = {
  kind: 'net.addresses',
  command: () => ({
    id: 'net.addresses',
    kind: 'net.addresses',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 3000,
    capBytes: 512 * 1024,
  }),
  parse: parseNetAddresses,
};

/**
 * Sample of ip -o addr, of ifconfig and of hostname -I:
 * 2: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0\       valid_lft forever preferred_lft forever
 *         inet 10.0.0.5  netmask 255.255.255.0  broadcast 10.0.0.255
 * 10.0.0.5 fe80::1
 */
export function parseNetAddresses(output: ProbeOutput): Parsed<NetAddressesFacts> {
  const read = framesOf(output, 'addresses');
  if (!read.ok) return read;
  const frame = read.frames[0];
  const source = frame?.name.split(' ')[0];
  if (frame === undefined || (source !== 'ip' && source !== 'ifconfig' && source !== 'hostname')) {
    return unread('unparseable', 'addresses: not what the probe writes');
  }
  const addresses = frame.lines.flatMap(
    source === 'ip' ? fromIp : source === 'ifconfig' ? fromIfconfig() : fromHostname,
  );
  if (addresses.length === 0) return unread('unparseable', `${source}: no address`);
  return { ok: true, facts: { addresses, source } };
}

function entry(address: string, line: number, more: Partial<HostAddress> = {}): HostAddress[] {
  const version = isIP(address);
  if (version === 0) return [];
  return [withoutUndefined({ address, family: version === 4 ? 'ipv4' : 'ipv6', ...more, line })];
}

function fromIp({ text, line }: Line): HostAddress[] {
  const words = wordsOf(text);
  if (words[2] !== 'inet' && words[2] !== 'inet6') return [];
  const [address = '', prefix] = (words[3] ?? '').split('/');
  const scope = words.includes('scope') ? words[words.indexOf('scope') + 1] : undefined;
  return entry(address, line, { interface: words[1], prefix: wholeNumber(prefix), scope });
}

function fromIfconfig(): (line: Line) => HostAddress[] {
  let device: string | undefined;
  return ({ text, line }) => {
    const head = /^([^\s:]{1,32})/.exec(text);
    if (head !== null) device = head[1];
    // net-tools 1 and BusyBox write `inet addr:10.0.0.5`, `inet6 addr: fe80::1/64`.
    const shape = /\binet6? (?:addr: ?)?([0-9a-fA-F.:]{2,45})/.exec(text);
    return shape === null ? [] : entry(shape[1] ?? '', line, { interface: device });
  };
}

function fromHostname({ text, line }: Line): HostAddress[] {
  return wordsOf(text).flatMap((address) => entry(address, line));
}
