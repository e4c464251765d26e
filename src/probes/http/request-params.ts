/** How a marked request is described, and how it is said to curl and on a bare socket. */

export type RequestTarget = { readonly address: string; readonly port: number } | { readonly socket: string };

export interface HttpRequestParams {
  /** Unique within a host's check; becomes part of the probe's id. */
  readonly label: string;
  readonly scheme: 'http' | 'https';
  /** The Host header, with the port where one belongs to it. */
  readonly host: string;
  readonly uri: string;
  readonly method?: string;
  readonly connect: RequestTarget;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
  /** Sends a body of so many bytes. */
  readonly bodyBytes?: number;
  /** Limit of the whole exchange; connecting gets at most five of it. */
  readonly timeoutSeconds: number;
  /** Do not verify the certificate. */
  readonly insecure?: boolean;
  readonly sni?: string;
  /** Ask for a WebSocket. */
  readonly upgrade?: boolean;
  readonly marker: RequestMarker;
}

/** What makes a request findable in logs: nginx writes the referrer to error.log and both to combined logs. */
export interface RequestMarker {
  /** Letters, digits, `-` and `_`. */
  readonly trace: string;
  readonly version: string;
}

export const MARKER_ORIGIN = 'http://goodgate.invalid/';
const MAX_BODY_BYTES = 64 * 1024 * 1024;
export const CONNECT_SECONDS = 5;

export function markerHeaders(marker: RequestMarker): { referer: string; userAgent: string } {
  const trace = marker.trace.replace(/[^A-Za-z0-9_-]/g, '');
  const version = marker.version.replace(/[^A-Za-z0-9_.+-]/g, '');
  return { referer: `${MARKER_ORIGIN}${trace}`, userAgent: `goodgate/${version} (${trace})` };
}

/** A request target that is one word: what a URI must not hold is percent-encoded. */
export function safeUri(uri: string): string {
  const path = uri.startsWith('/') ? uri : `/${uri}`;
  const pieces: string[] = [];
  for (const character of path) {
    if (/[!-~]/.test(character) && character !== '#') pieces.push(character);
    else
      for (const byte of Buffer.from(character))
        pieces.push(`%${byte.toString(16).padStart(2, '0').toUpperCase()}`);
  }
  return pieces.join('');
}

function oneLine(value: string): string {
  return Array.from(value, (character) => (character < ' ' || character === '\u007f' ? ' ' : character)).join(
    '',
  );
}

export function requestMethod(params: HttpRequestParams): string {
  const method = params.method ?? (params.bodyBytes === undefined ? 'GET' : 'POST');
  return /^[A-Za-z]{1,20}$/.test(method) ? method.toUpperCase() : 'GET';
}

export function bodyBytes(params: HttpRequestParams): number {
  return Math.min(Math.max(Math.trunc(params.bodyBytes ?? 0) || 0, 0), MAX_BODY_BYTES);
}

export function timeoutSeconds(params: HttpRequestParams): number {
  return Math.min(Math.max(Math.ceil(params.timeoutSeconds) || 1, 1), 120);
}

/** Every header field of the request, Host first. Names that are no tokens are left out. */
export function requestHeaders(params: HttpRequestParams): { name: string; value: string }[] {
  const { referer, userAgent } = markerHeaders(params.marker);
  const fields = [
    { name: 'Host', value: oneLine(params.host) },
    { name: 'User-Agent', value: userAgent },
    { name: 'Referer', value: referer },
    { name: 'Accept', value: '*/*' },
  ];
  if (params.upgrade === true)
    fields.push(
      { name: 'Connection', value: 'Upgrade' },
      { name: 'Upgrade', value: 'websocket' },
      { name: 'Sec-WebSocket-Version', value: '13' },
      // RFC 6455's own sample nonce: any sixteen bytes do.
      { name: 'Sec-WebSocket-Key', value: 'dGhlIHNhbXBsZSBub25jZQ==' },
    );
  else fields.push({ name: 'Connection', value: 'close' });
  if (params.bodyBytes !== undefined)
    fields.push(
      { name: 'Content-Type', value: 'application/octet-stream' },
      { name: 'Content-Length', value: String(bodyBytes(params)) },
    );
  for (const { name, value } of params.headers ?? [])
    if (/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) fields.push({ name, value: oneLine(value) });
  return fields;
}

/** Request line and header fields, lines ended by `\n` (the rungs make `\r\n` of it), without the empty line. */
export function requestHead(params: HttpRequestParams): string {
  const lines = [`${requestMethod(params)} ${safeUri(params.uri)} HTTP/1.1`];
  for (const { name, value } of requestHeaders(params)) lines.push(`${name}: ${value}`);
  return `${lines.join('\n')}\n`;
}

/**
 * curl's arguments for the request, as a person may repeat them. The address stands in the URL, so that every
 * curl since 7.29 will do; only a server name of its own needs `--resolve` or `--connect-to`.
 */
export function curlArguments(params: HttpRequestParams): string[] {
  const seconds = timeoutSeconds(params);
  const method = requestMethod(params);
  const args = ['-q', '-sS', '-v', '-i', '-N', '-g', '--raw', '--noproxy', '*'];
  args.push('--connect-timeout', String(Math.min(seconds, CONNECT_SECONDS)), '--max-time', String(seconds));
  if (method === 'HEAD') args.push('-I');
  else args.push('-X', method);
  if (params.insecure === true) args.push('-k');
  for (const { name, value } of requestHeaders(params)) {
    if (name === 'Content-Length') continue;
    args.push('-H', value === '' ? `${name};` : `${name}: ${value}`);
  }
  if (params.bodyBytes !== undefined) args.push('-H', 'Expect:', '--data-binary', '@-');
  args.push(...curlDestination(params));
  return args;
}

function curlDestination(params: HttpRequestParams): string[] {
  const uri = safeUri(params.uri);
  const name = params.sni ?? '';
  const sni = /^[A-Za-z0-9_.-]{1,253}$/.test(name) ? name : undefined;
  if ('socket' in params.connect)
    return ['--unix-socket', params.connect.socket, `${params.scheme}://${sni ?? 'localhost'}${uri}`];
  const { address, port } = params.connect;
  const host = bracketed(address);
  if (params.scheme === 'http' || sni === undefined || sni === address)
    return [`${params.scheme}://${host}:${port}${uri}`];
  const steer = /^[0-9.]+$/.test(address) || address.includes(':') ? '--resolve' : '--connect-to';
  return steer === '--resolve'
    ? ['--resolve', `${sni}:${port}:${host}`, `https://${sni}:${port}${uri}`]
    : ['--connect-to', `${sni}:${port}:${host}:${port}`, `https://${sni}:${port}${uri}`];
}

function bracketed(address: string): string {
  const bare = address.replace(/^\[|\]$/g, '');
  // A name that could end the URL's authority, or open an option, names no host.
  if (bare.includes(':')) return /^[0-9A-Fa-f:.%a-z]+$/.test(bare) ? `[${bare}]` : 'invalid.invalid';
  return /^[A-Za-z0-9_.-]{1,253}$/.test(bare) ? bare : 'invalid.invalid';
}
