/**
 * nginx's configuration as nginx itself understands it.
 *
 * Everything that was read from the dump keeps where it stood: the file and line that a person would open
 * (`file`, `line` from 1), and the line within the output of `nginx -T` (`dumpLine` from 0) that evidence cites.
 */

/** Where a directive stands, and its literal line. */
export interface DirectiveRef {
  readonly file: string;
  /** Line within `file`, from 1. */
  readonly line: number;
  /** Line within the dump, from 0. */
  readonly dumpLine: number;
  /** That line of the dump, untouched but for a carriage return at its end. */
  readonly text: string;
}

/** A directive with unquoted arguments; includes are already put in their places. */
export interface Directive extends DirectiveRef {
  readonly name: string;
  readonly args: readonly string[];
  /** Present for a block directive, also when it is empty. */
  readonly block?: readonly Directive[];
}

/** Something in the dump that could not be read; the rest of the tree still stands. */
export interface ConfigProblem {
  readonly code:
    | 'no-sections'
    | 'empty'
    | 'unexpected-end'
    | 'unexpected-close'
    | 'unexpected-token'
    | 'missing-include'
    | 'include-loop'
    | 'too-deep'
    | 'too-large';
  readonly says: string;
  readonly file: string;
  readonly line: number;
  readonly dumpLine: number;
}

export type ListenAddress =
  | { readonly kind: 'any4' }
  | { readonly kind: 'any6'; readonly alsoIpv4: boolean }
  | { readonly kind: 'ip'; readonly ip: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'unix'; readonly path: string };

/** One `listen`, or the one that nginx supposes where a server has none. */
export interface Listen {
  readonly address: ListenAddress;
  /** 0 for a unix socket. */
  readonly port: number;
  /** The last port of a range; equals `port` otherwise. */
  readonly portEnd: number;
  readonly ssl: boolean;
  readonly http2: boolean;
  readonly quic: boolean;
  readonly proxyProtocol: boolean;
  readonly reuseport: boolean;
  readonly defaultServer: boolean;
  /** No `listen` in the server: *:80 if nginx was started by root, else *:8000. */
  readonly implicit: boolean;
  /** The `listen` directive, or the server's own line where it is implicit. */
  readonly directive: DirectiveRef;
}

export type ServerNameKind = 'exact' | 'leading-wildcard' | 'trailing-wildcard' | 'regex' | 'hostname';

export interface ServerName {
  readonly kind: ServerNameKind;
  /** As written, in lower case unless it is a regex. */
  readonly text: string;
  readonly directive: DirectiveRef;
}

export interface ServerBlock {
  readonly directive: Directive;
  readonly listens: readonly Listen[];
  /** A server without `server_name` has the one exact name "". */
  readonly names: readonly ServerName[];
  /** Outermost locations, in the order of the file. */
  readonly locations: readonly LocationBlock[];
}

export type LocationKind = 'exact' | 'prefix' | 'prefix-no-regex' | 'regex' | 'named';

export interface LocationBlock {
  readonly directive: Directive;
  readonly kind: LocationKind;
  /** Regex only: `~*`. */
  readonly ignoreCase: boolean;
  /** Prefix, exact path, regex or `@name`. */
  readonly pattern: string;
  /** As a person writes it: `location ~* \.php$`. */
  readonly label: string;
  /** Enclosing locations, outermost first, without this one. */
  readonly parents: readonly Directive[];
  readonly nested: readonly LocationBlock[];
}

export interface UpstreamServer {
  /** As written after `server`. */
  readonly address: string;
  readonly weight: number;
  readonly maxFails: number;
  readonly failTimeoutS: number;
  readonly maxConns: number;
  readonly backup: boolean;
  readonly down: boolean;
  readonly resolve: boolean;
  readonly directive: Directive;
}

export interface UpstreamGroup {
  readonly name: string;
  readonly servers: readonly UpstreamServer[];
  /** `round-robin`, or the directive that says otherwise: `least_conn`, `ip_hash`, `hash`, `random`, … */
  readonly balancing: string;
  /** Idle connections kept to the group, where `keepalive` is set. */
  readonly keepalive?: number;
  readonly zone?: string;
  readonly directive: Directive;
}

export interface MapBlock {
  /** The variable that the map defines, without `$`. */
  readonly variable: string;
  /** The string that is looked up; it may hold variables. */
  readonly source: string;
  readonly hostnames: boolean;
  readonly entries: readonly Directive[];
  readonly directive: Directive;
}

export interface NginxConfig {
  /** The files of the dump, in its order; the first is the main one. */
  readonly files: readonly string[];
  /** Directory that relative includes start from. */
  readonly configDir: string;
  /** Directives of the main level. */
  readonly directives: readonly Directive[];
  /** Directives of all `http` blocks, in order. */
  readonly http: readonly Directive[];
  readonly servers: readonly ServerBlock[];
  /** By name in lower case. */
  readonly upstreams: ReadonlyMap<string, UpstreamGroup>;
  /** By variable, without `$`. */
  readonly maps: ReadonlyMap<string, MapBlock>;
  readonly problems: readonly ConfigProblem[];
}
