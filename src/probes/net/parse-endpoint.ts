import { wholeNumber, withoutUndefined } from '../output-reading.js';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly device?: string | undefined;
}

/**
 * Only ss tells an IPv6 socket that takes IPv4, too (`*`), from one that does not (`[::]`). Elsewhere `::` takes both,
 * as Linux has it unless a program asks otherwise (ipv6(7), IPV6_V6ONLY).
 */
export function bothFamilies<T extends Endpoint | undefined>(endpoint: T): T {
  return endpoint?.address === '::' ? { ...endpoint, address: '*' } : endpoint;
}

/** Sample: `127.0.0.53%lo:53`, `[::1]:631`, `*:80`, netstat's `:::80` and `::1:631`, `[fe80::1]%eth0:22`. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const colon = text.lastIndexOf(':');
  const port = wholeNumber(text.slice(colon + 1));
  if (colon < 1 || port === undefined || port > 65_535) return undefined;
  const [bare = '', device] = text.slice(0, colon).replace('[', '').replace(']', '').split('%');
  if (bare === '') return undefined;
  return withoutUndefined({ address: bare, port, device });
}
