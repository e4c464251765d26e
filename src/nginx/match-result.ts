import type { Levels } from './inherit.js';
import type { ServerMatch } from './match-server.js';
import type { Directive, DirectiveRef, LocationBlock, ServerBlock } from './model.js';
import type { RequestContext, Undecided } from './request-context.js';

export type HandlerKind =
  | 'proxy'
  | 'fastcgi'
  | 'uwsgi'
  | 'scgi'
  | 'grpc'
  | 'memcached'
  | 'static'
  | 'return'
  | 'redirect'
  /** Another module makes the content: Lua, njs, stub_status, … */
  | 'other'
  /** Nothing listens there, or nginx refuses the request before any location is looked up. */
  | 'none';

/** What answers the request in the end. */
export interface Handler {
  readonly kind: HandlerKind;
  /** The directive that makes it so: `proxy_pass`, `return`, `rewrite`, `internal`, `deny`, … */
  readonly directive?: Directive;
  /** The argument of a pass as written; the URL of a redirect; the text of a return. */
  readonly target?: string;
  /** Of a return or redirect, and of what nginx refuses. */
  readonly status?: number;
}

/** One thing that happened on the way: a location chosen, a rewrite, a fallback taken. */
export interface MatchStep {
  readonly says: string;
  readonly directive?: DirectiveRef;
}

/** What may answer instead, depending on something that the configuration does not tell (does a file exist?). */
export interface PossibleOutcome {
  readonly because: string;
  readonly location?: LocationBlock;
  readonly handler: Handler;
  readonly directive?: DirectiveRef;
}

export type LostBecause =
  | 'nothing-listens'
  | 'other-address'
  | 'other-server-name'
  | 'conflicting-server-name'
  | 'pattern-does-not-match'
  | 'exact-location-first'
  | 'longer-prefix-first'
  | 'regex-location-first'
  | 'earlier-regex-first'
  | 'prefix-without-regex-first'
  | 'named-only'
  | 'rewritten-away';

/** A location that passes to an upstream, too, and did not get the request. */
export interface Alternative {
  readonly server: ServerBlock;
  readonly location: LocationBlock;
  readonly pass: Directive;
  /** The location's own pattern takes the URI: where true, it is shadowed. */
  readonly takesUri: boolean;
  readonly lostBecause: LostBecause;
  /** The block that got the request in its place, where there is one. */
  readonly lostTo?: DirectiveRef;
  readonly why: string;
}

export interface MatchResult {
  /** How the server was chosen; undefined where nothing listens on the port. */
  readonly serverMatch?: ServerMatch;
  readonly server?: ServerBlock;
  /** Locations that hold the handler, outermost first; empty where the server itself answers. */
  readonly locations: readonly Directive[];
  readonly location?: LocationBlock;
  readonly handler: Handler;
  /** False where `undecided` is not empty, or the handler is one of several possible ones. */
  readonly certain: boolean;
  readonly undecided: readonly Undecided[];
  readonly steps: readonly MatchStep[];
  readonly possible: readonly PossibleOutcome[];
  readonly alternatives: readonly Alternative[];
  /** Who answers the `auth_request` that comes before the handler. */
  readonly authRequest?: { readonly directive: Directive; readonly uri: string; readonly handler: Handler };
  /** The path after all rewrites, decoded, with the bytes of UTF-8 as characters. */
  readonly uri: string;
  readonly args: string;
  /** A rewrite has changed the URI. */
  readonly rewritten: boolean;
  /** For `effectiveSettings` and `resolvePass`. */
  readonly levels: Levels;
  readonly context?: RequestContext;
}
