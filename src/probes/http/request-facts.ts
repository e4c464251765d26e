/** What one marked HTTP request came to; the same words whether a host or the bot itself asked. */
export type RequestOutcome =
  | 'answered'
  | 'refused'
  | 'timeout-connect'
  | 'timeout-response'
  | 'reset'
  | 'closed-early'
  | 'invalid-http'
  | 'tls-error'
  | 'unreachable'
  | 'name-unresolved'
  | 'socket-missing'
  | 'permission-denied'
  | 'no-local-port'
  | 'unknown';

export interface ResponseHeader {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

export interface RequestFacts {
  readonly outcome: RequestOutcome;
  readonly status?: number;
  readonly reason?: string;
  readonly headers: readonly ResponseHeader[];
  /** Status line and header fields with their line ends, in bytes. */
  readonly headerBytes: number;
  /** At most 2 KiB, chunked framing removed. */
  readonly bodyExcerpt: string;
  /** The first bytes that came, at most 120, unprintable ones as `\xNN`; for what is not HTTP. */
  readonly firstBytes: string;
  readonly timeConnectMs?: number;
  readonly timeTotalMs?: number;
  readonly remoteAddress?: string;
  /** Which kind of unreachable. */
  readonly errno?: 'EHOSTUNREACH' | 'ENETUNREACH';
  /** A port that expects TLS was asked plainly. */
  readonly plainToTls: boolean;
  /** A port that does not speak TLS was asked by TLS. */
  readonly tlsToPlain: boolean;
  /** Location header of a redirect, where one came. */
  readonly location?: string;
  /** The tool's own words, or the status line. */
  readonly says: string;
  /** Which program asked: curl, python3, perl, bash, nc, or goodgate itself. */
  readonly via: string;
  /** Line of the status line, or of the error. */
  readonly line: number;
}

/** The value of a header field, or undefined; `name` in lower case. */
export function headerValue(facts: Pick<RequestFacts, 'headers'>, name: string): string | undefined {
  return facts.headers.find((header) => header.name === name)?.value;
}
