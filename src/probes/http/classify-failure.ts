import type { RequestOutcome } from './request-facts.js';

/** What went wrong, from a tool's own words. Tools differ, but all of them print strerror's and OpenSSL's texts. */
export interface FailureReading {
  readonly outcome: RequestOutcome;
  readonly errno?: 'EHOSTUNREACH' | 'ENETUNREACH';
  readonly plainToTls: boolean;
  readonly tlsToPlain: boolean;
}

const NAMES =
  /could not resolve|couldn't resolve|name or service not known|name resolution|nodename nor servname|no address associated|bad address|unknown host|name does not resolve|ENOTFOUND|EAI_AGAIN/i;
const NOT_TLS =
  /wrong version number|unknown protocol|packet length too long|http request|record layer failure|not an SSL|WRONG_VERSION_NUMBER/i;
const TLS =
  /\bSSL\b|\bTLS\b|certificate|schannel|gnutls|handshake|\(35\)|\(51\)|\(60\)|\(77\)|(?:python3|perl): tls:/i;

/** What a host without IPv6 says of `::1`: it tells nothing of the port, where another address was tried, too. */
export function tellsOnlyOfFamily(text: string): boolean {
  return /Cannot assign requested|Address not available|Network is unreachable|Address family not supported/i.test(
    text,
  );
}

/**
 * Reads one error text. `connected` says whether the connection stood already, which tells a connect's time-out
 * from a silent server.
 */
export function classifyFailure(text: string, connected: boolean): FailureReading {
  const plain = { plainToTls: false, tlsToPlain: false };
  if (NAMES.test(text)) return { outcome: 'name-unresolved', ...plain };
  if (/connection refused|ECONNREFUSED/i.test(text)) return { outcome: 'refused', ...plain };
  if (/no route to host|host is unreachable|EHOSTUNREACH/i.test(text))
    return { outcome: 'unreachable', errno: 'EHOSTUNREACH', ...plain };
  if (/network is unreachable|ENETUNREACH/i.test(text))
    return { outcome: 'unreachable', errno: 'ENETUNREACH', ...plain };
  if (/cannot assign requested address|address not available|EADDRNOTAVAIL/i.test(text))
    return { outcome: 'no-local-port', ...plain };
  if (/timed out|timeout|\(28\)|ETIMEDOUT|Interrupted system call/i.test(text))
    return { outcome: connected ? 'timeout-response' : 'timeout-connect', ...plain };
  if (NOT_TLS.test(text)) return { outcome: 'tls-error', plainToTls: false, tlsToPlain: true };
  if (/reset by peer|ECONNRESET|broken pipe|EPIPE/i.test(text)) return { outcome: 'reset', ...plain };
  if (/received HTTP\/0\.9|HPE_|\(8\)|\(1\) /i.test(text)) return { outcome: 'invalid-http', ...plain };
  if (/\(52\)|empty reply|\(18\)|response: end$|socket hang up|unexpected eof|EOF occurred/i.test(text))
    return { outcome: 'closed-early', ...plain };
  if (!connected && /no such file or directory|ENOENT/i.test(text))
    return { outcome: 'socket-missing', ...plain };
  if (!connected && /permission denied|operation not permitted|EACCES|EPERM/i.test(text))
    return { outcome: 'permission-denied', ...plain };
  if (TLS.test(text)) return { outcome: 'tls-error', ...plain };
  return { outcome: 'unknown', ...plain };
}
