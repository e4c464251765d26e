import { isIP } from 'node:net';
import { normalIp } from './compile-config.js';
import { inherited } from './inherit.js';
import type { Handler, MatchResult } from './match-result.js';
import type { Directive, NginxConfig, UpstreamGroup, UpstreamServer } from './model.js';
import type { RequestContext, Undecided } from './request-context.js';
import { evaluateTemplate, hasVariable } from './variables.js';

export type UpstreamScheme =
  | 'http'
  | 'https'
  | 'fastcgi'
  | 'uwsgi'
  | 'uwsgis'
  | 'scgi'
  | 'grpc'
  | 'grpcs'
  | 'memcached';

/** One address that nginx may connect to for the request. */
export interface UpstreamAddress {
  readonly scheme: UpstreamScheme;
  /** IP address or name, without brackets; "" for a unix socket. */
  readonly host: string;
  /** Absent for a unix socket. */
  readonly port?: number;
  /** Path of the unix socket. */
  readonly socket?: string;
  /** `host` is a name that somebody has to resolve. */
  readonly isName: boolean;
  readonly isGroup: boolean;
  readonly groupName?: string;
  readonly maxFails: number;
  readonly failTimeoutS: number;
  readonly weight: number;
  readonly backup: boolean;
  readonly down: boolean;
  /** A name is resolved once when nginx starts or reloads, or for each request through `resolver`. */
  readonly resolvedAt: 'start' | 'request';
  /** The `server` of the group, or the pass itself. */
  readonly directive: Directive;
}

export interface PassResolution {
  readonly pass?: Directive;
  readonly scheme?: UpstreamScheme;
  /** The pass as it reads once its variables are known. */
  readonly target?: string;
  readonly servers: readonly UpstreamAddress[];
  readonly group?: UpstreamGroup;
  /** What nginx sends as `Host` unless proxy_set_header says otherwise: $proxy_host. */
  readonly proxyHost?: string;
  /** Path and arguments that the backend is asked for, percent-encoded. */
  readonly upstreamUri?: string;
  /** A name must be resolved for each request, and no `resolver` is in force: nginx answers 502. */
  readonly resolverMissing: boolean;
  readonly undecided: readonly Undecided[];
}

// The other protocols must name their port.
const DEFAULT_PORTS: Partial<Record<UpstreamScheme, number>> = { http: 80, https: 443 };

/** Where nginx connects to for a matched request: literal addresses, groups, sockets, variables as far as known. */
export function resolvePass(config: NginxConfig, match: MatchResult): PassResolution {
  const { handler, context } = match;
  const none: PassResolution = { servers: [], resolverMissing: false, undecided: [] };
  const pass = handler.directive;
  if (pass === undefined || context === undefined || !isPass(handler)) return none;
  return resolvePassDirective(config, pass, match, context);
}

/** The same for any pass directive, e.g. an alternative's, in the context of a matched request. */
export function resolvePassDirective(
  config: NginxConfig,
  pass: Directive,
  match: MatchResult,
  context: RequestContext,
): PassResolution {
  const written = pass.args[0] ?? '';
  const value = evaluateTemplate(written, context);
  if (!value.known) {
    const says = `where ${pass.name} ${written} leads is not known`;
    const undecided = [{ says, variables: value.variables, directive: pass }];
    return { pass, servers: [], resolverMissing: false, undecided };
  }
  const parsed = parseTarget(pass.name, value.value);
  if (parsed === undefined) {
    const undecided = [
      { says: `${pass.name} ${value.value} is not an address`, variables: [], directive: pass },
    ];
    return { pass, target: value.value, servers: [], resolverMissing: false, undecided };
  }
  const dynamic = hasVariable(written);
  const group = parsed.portGiven ? undefined : config.upstreams.get(parsed.authority.toLowerCase());
  const servers =
    group === undefined ? [oneAddress(parsed, pass, dynamic, config)] : groupAddresses(group, parsed.scheme);
  const needsResolver = servers.some((server) => server.isName && server.resolvedAt === 'request');
  const resolver =
    inherited(match.levels, 'resolver') ?? group?.directive.block?.find((d) => d.name === 'resolver');
  const upstreamUri = pass.name === 'proxy_pass' ? upstreamPath(parsed.uri, dynamic, match) : undefined;
  return {
    pass,
    scheme: parsed.scheme,
    target: value.value,
    servers,
    ...(group === undefined ? {} : { group }),
    proxyHost: parsed.proxyHost,
    ...(upstreamUri === undefined ? {} : { upstreamUri }),
    resolverMissing: needsResolver && resolver === undefined,
    undecided: [],
  };
}

function isPass(handler: Handler): boolean {
  return /^(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)$/.test(handler.kind);
}

interface Target {
  readonly scheme: UpstreamScheme;
  /** Host, with or without a port, or `unix:/path`. */
  readonly authority: string;
  readonly host: string;
  readonly port?: number;
  readonly portGiven: boolean;
  readonly socket?: string;
  readonly proxyHost: string;
  /** The part behind the authority, "" where there is none. */
  readonly uri: string;
}

const SCHEMES: Readonly<Record<string, Readonly<Record<string, UpstreamScheme>>>> = {
  proxy_pass: { 'http://': 'http', 'https://': 'https' },
  grpc_pass: { 'grpc://': 'grpc', 'grpcs://': 'grpcs', '': 'grpc' },
  uwsgi_pass: { 'uwsgi://': 'uwsgi', 'suwsgi://': 'uwsgis', '': 'uwsgi' },
  fastcgi_pass: { '': 'fastcgi' },
  scgi_pass: { 'scgi://': 'scgi', '': 'scgi' },
  memcached_pass: { '': 'memcached' },
};

/** `http://[::1]:8000/x`, `https://docs`, `http://unix:/run/a.sock:/x`, `127.0.0.1:9000`, `unix:/run/php.sock` */
function parseTarget(passName: string, value: string): Target | undefined {
  const schemes = Object.entries(SCHEMES[passName] ?? {});
  const found = schemes.find(([prefix]) => value.toLowerCase().startsWith(prefix));
  if (found === undefined) return undefined;
  const [prefix, scheme] = found;
  const rest = value.slice(prefix.length);
  if (rest.startsWith('unix:')) {
    const colon = passName === 'proxy_pass' ? rest.indexOf(':', 5) : -1;
    const socket = colon < 0 ? rest.slice(5) : rest.slice(5, colon);
    if (socket === '') return undefined;
    const uri = colon < 0 ? '' : rest.slice(colon + 1);
    return {
      scheme,
      authority: `unix:${socket}`,
      host: '',
      portGiven: false,
      socket,
      proxyHost: 'localhost',
      uri,
    };
  }
  const end = rest.search(/[/?]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const address = parseAddress(authority);
  if (address === undefined) return undefined;
  const fallback = DEFAULT_PORTS[scheme];
  const port = address.port ?? fallback;
  return {
    scheme,
    authority,
    host: address.host,
    ...(port === undefined ? {} : { port }),
    portGiven: address.port !== undefined,
    proxyHost: address.port === fallback ? authority.replace(/:\d+$/, '') : authority,
    uri: end < 0 ? '' : rest.slice(end),
  };
}

function parseAddress(authority: string): { host: string; port?: number } | undefined {
  const match = /^(\[[0-9A-Fa-f:.%]{2,64}\]|[^:[\]\s]{1,255})(?::(\d{1,5}))?$/.exec(authority);
  if (match?.[1] === undefined) return undefined;
  const host = match[1].startsWith('[') ? normalIp(match[1]) : match[1];
  if (match[2] === undefined) return { host };
  const port = Number(match[2]);
  return port < 1 || port > 65_535 ? undefined : { host, port };
}

function oneAddress(target: Target, pass: Directive, dynamic: boolean, config: NginxConfig): UpstreamAddress {
  const isName = target.socket === undefined && isIP(target.host) === 0;
  // A variable that gives what another pass names literally uses that one's addresses, resolved at the start.
  const atStart = !dynamic || !isName || literallyPassed(config, target.authority);
  return {
    scheme: target.scheme,
    host: target.host,
    ...(target.socket === undefined ? {} : { socket: target.socket }),
    ...(target.port === undefined ? {} : { port: target.port }),
    isName,
    isGroup: false,
    maxFails: 1,
    failTimeoutS: 10,
    weight: 1,
    backup: false,
    down: false,
    resolvedAt: atStart ? 'start' : 'request',
    directive: pass,
  };
}

function literallyPassed(config: NginxConfig, authority: string): boolean {
  const queue = [...config.http];
  for (let directive = queue.pop(); directive !== undefined; directive = queue.pop()) {
    const target = directive.args[0] ?? '';
    const isPassed = SCHEMES[directive.name] !== undefined && !hasVariable(target);
    if (isPassed && parseTarget(directive.name, target)?.authority.toLowerCase() === authority.toLowerCase())
      return true;
    if (directive.block !== undefined && directive.name !== 'map')
      for (const child of directive.block) queue.push(child);
  }
  return false;
}

function groupAddresses(group: UpstreamGroup, scheme: UpstreamScheme): UpstreamAddress[] {
  return group.servers
    .map((server) => groupAddress(group, server, scheme))
    .filter((one) => one !== undefined);
}

function groupAddress(
  group: UpstreamGroup,
  server: UpstreamServer,
  scheme: UpstreamScheme,
): UpstreamAddress | undefined {
  const socket = server.address.startsWith('unix:') ? server.address.slice(5) : undefined;
  const address = socket === undefined ? parseAddress(server.address) : { host: '' };
  if (address === undefined) return undefined;
  return {
    scheme,
    host: address.host,
    // Within a group the default is 80, also for https.
    ...(socket === undefined ? { port: address.port ?? 80 } : { socket }),
    isName: socket === undefined && isIP(address.host) === 0,
    isGroup: true,
    groupName: group.name,
    maxFails: server.maxFails,
    failTimeoutS: server.failTimeoutS,
    weight: server.weight,
    backup: server.backup,
    down: server.down,
    resolvedAt: server.resolve ? 'request' : 'start',
    directive: server.directive,
  };
}

/** What the backend is asked for: a URI in the pass replaces the part of the path that the location matched. */
function upstreamPath(passUri: string, dynamic: boolean, match: MatchResult): string | undefined {
  const args = match.args === '' ? '' : `?${match.args}`;
  const original = match.context?.request.uri.replace(/#.*$/s, '') ?? '';
  if (passUri === '') return match.rewritten ? escapePath(match.uri) + args : original;
  if (dynamic) return passUri;
  const { location } = match;
  if (location === undefined || location.kind === 'regex' || location.kind === 'named') return undefined;
  if (match.rewritten && !match.uri.startsWith(location.pattern)) return escapePath(match.uri) + args;
  return passUri + escapePath(match.uri.slice(location.pattern.length)) + args;
}

function escapePath(bytes: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the bytes that nginx escapes in a URI.
  return bytes.replace(/[\x00-\x20"#%?\x7f-\xff]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}
