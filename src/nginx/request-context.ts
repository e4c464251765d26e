import type { DirectiveRef, NginxConfig, ServerBlock } from './model.js';

/** A request as it arrives at nginx. */
export interface NginxRequest {
  readonly scheme: 'http' | 'https';
  /** Local address that the client connected to (an IP, or `unix:/path`); without it the likeliest socket is taken. */
  readonly address?: string;
  readonly port: number;
  /** Host header, with or without a port; "" where there is none. */
  readonly host: string;
  /** Request target: path and arguments, still percent-encoded. */
  readonly uri: string;
  /** GET by default. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The client's IP address; without it rules about the client stay undecided. */
  readonly clientAddress?: string;
  /** The name of nginx's host, for `server_name $hostname`. */
  readonly hostname?: string;
}

/** Something that cannot be known from the configuration and the request alone. */
export interface Undecided {
  readonly says: string;
  /** Variables concerned, without `$`. */
  readonly variables: readonly string[];
  readonly directive?: DirectiveRef;
}

/** What is known about a request while its way through the configuration is walked. */
export interface RequestContext {
  readonly config: NginxConfig;
  readonly request: NginxRequest;
  readonly server: ServerBlock;
  /** Decoded path, bytes as characters; rewrites change it. */
  readonly uri: string;
  readonly args: string;
  /** Of the regex that matched last: the whole match, then $1, $2, … */
  readonly captures: readonly string[];
  /** Named captures and what `set` gave; undefined where a `set` stands behind an undecided condition. */
  readonly variables: ReadonlyMap<string, string | undefined>;
}

/** Host name as nginx compares it: lower case, without port and the dot at its end. */
export function hostName(host: string): string {
  const bare = host.startsWith('[') ? host.replace(/\]:\d*$/, ']') : host.replace(/:.*$/s, '');
  return bare.toLowerCase().replace(/\.$/, '');
}
