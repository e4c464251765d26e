/** The marked requests of a check: where each goes and what it is called. Pure. */

import type { Alternative } from '../../nginx/match-result.js';
import { resolvePassDirective } from '../../nginx/resolve-upstream.js';
import type { ReachTarget } from '../../probes/dependency/reach.js';
import type { HttpRequestParams } from '../../probes/http/request-params.js';
import { type ReadConfig, readFor, requestOf } from './read-proxy.js';
import { addressOf } from './upstream-servers.js';
import type { UpstreamWalk, Walk } from './walk.js';

/** A backend that has not answered by then has not answered in time for anybody. */
const DIRECT_SECONDS = 5;
const DIRECT_SECONDS_MAX = 12;
export const VERSION_MARK = '1';

function marker(walk: Walk): HttpRequestParams['marker'] {
  return { trace: walk.target.trace, version: VERSION_MARK };
}

/** Longer than nginx waits where nginx waits but shortly: only so a slow backend is told from a dead one. */
export function directSeconds(read: ReadConfig | undefined): number {
  const timeout = read?.settings.proxyReadTimeoutMs.value ?? 60_000;
  return timeout < DIRECT_SECONDS * 1000
    ? Math.min(DIRECT_SECONDS_MAX, Math.max(DIRECT_SECONDS, Math.ceil(timeout / 1000) * 3))
    : DIRECT_SECONDS;
}

/** What nginx would send as Host: the request's own name where the configuration passes it on or is not known. */
function passedHost(walk: Walk): string {
  const header = walk.proxy?.read?.settings.proxyHeaders.find((one) => one.name.toLowerCase() === 'host');
  return header?.directive && header.value !== undefined && header.value !== ''
    ? header.value
    : walk.url.host;
}

function connectTo(upstream: UpstreamWalk): HttpRequestParams['connect'] {
  const { server } = upstream;
  return server.socket === undefined
    ? { address: server.host, port: server.port ?? 80 }
    : { socket: server.socket };
}

/** The request as nginx sends it, from the proxy's host straight to the upstream. */
export function directRequest(walk: Walk, upstream: UpstreamWalk): HttpRequestParams {
  const read = walk.proxy?.read;
  const tls = upstream.server.scheme === 'https';
  const name =
    read?.settings.proxySsl.name.value ?? (upstream.server.isName ? upstream.server.host : undefined);
  return {
    label: `direct ${upstream.address}`,
    scheme: tls ? 'https' : 'http',
    host: passedHost(walk),
    uri: upstreamUri(walk),
    connect: connectTo(upstream),
    headers: forwardedHeaders(walk),
    timeoutSeconds: directSeconds(read),
    insecure: true,
    ...(tls && name !== undefined && !name.includes('$') ? { sni: name } : {}),
    marker: marker(walk),
  };
}

export function upstreamUri(walk: Walk): string {
  return walk.proxy?.read?.pass.upstreamUri ?? requestOf(walk.url).uri;
}

/** Headers that the configuration adds and that are known: some backends refuse a request without them. */
function forwardedHeaders(walk: Walk): { name: string; value: string }[] {
  return (
    (walk.proxy?.read?.settings.proxyHeaders ?? [])
      .filter((header) => header.directive && header.value !== undefined && header.value !== '')
      // What was masked on its way here is not what nginx sends.
      .filter((header) => !header.value?.includes('‹secret:'))
      .filter(
        (header) =>
          !['host', 'connection', 'upgrade', 'referer', 'user-agent'].includes(header.name.toLowerCase()),
      )
      .map((header) => ({ name: header.name, value: header.value ?? '' }))
  );
}

export function ownHostRequest(walk: Walk, upstream: UpstreamWalk): HttpRequestParams {
  const host = walk.proxy?.read?.pass.proxyHost ?? addressOf(upstream.server);
  return { ...directRequest(walk, upstream), label: `own-host ${upstream.address}`, host };
}

export function upgradeDirectRequest(walk: Walk, upstream: UpstreamWalk): HttpRequestParams {
  return {
    ...directRequest(walk, upstream),
    label: `upgrade ${upstream.address}`,
    uri: upgradeRead(walk)?.pass.upstreamUri ?? upgradeUri(walk),
    upgrade: true,
    timeoutSeconds: 3,
  };
}

/** What nginx does with the upgrade: its path may be another location's than the URL's. */
export function upgradeRead(walk: Walk): ReadConfig | undefined {
  return readFor(walk.proxy?.read, walk.url, upgradeUri(walk));
}

/** The request as a client sends it, but from the proxy's own host to its own nginx. */
export function selfRequest(walk: Walk): HttpRequestParams | undefined {
  const { proxy, url } = walk;
  const read = proxy?.read;
  const port = read?.port ?? requestOf(url).port;
  const scheme = read?.scheme ?? requestOf(url).scheme;
  const listen = read?.match.serverMatch?.listen.address;
  const address = listen?.kind === 'ip' ? listen.ip : '127.0.0.1';
  return {
    label: 'self',
    scheme,
    host: url.host,
    uri: requestOf(url).uri,
    connect: { address, port },
    timeoutSeconds: Math.max(6, directSeconds(read)),
    insecure: true,
    ...(scheme === 'https' ? { sni: url.hostname } : {}),
    marker: marker(walk),
  };
}

export function upgradeSelfRequest(walk: Walk): HttpRequestParams | undefined {
  const self = selfRequest(walk);
  return self && { ...self, label: 'upgrade self', uri: upgradeUri(walk), upgrade: true, timeoutSeconds: 3 };
}

function upgradeUri(walk: Walk): string {
  const path = walk.target.variables['websocketPath'];
  return path?.startsWith('/') ? path : requestOf(walk.url).uri;
}

/** The same request to a place where the backend was found, though nginx does not pass there. */
export function elsewhereRequest(walk: Walk, address: string, port: number): HttpRequestParams {
  return {
    label: `elsewhere ${address}:${port}`,
    scheme: 'http',
    host: passedHost(walk),
    uri: upstreamUri(walk),
    connect: { address, port },
    timeoutSeconds: 4,
    insecure: true,
    marker: marker(walk),
  };
}

/** The request at the address of a location that lost it to another. */
export function shadowedRequest(walk: Walk, shadow: Alternative): HttpRequestParams | undefined {
  const read = walk.proxy?.read;
  const context = read?.match.context;
  if (!read || !context) return undefined;
  const [server] = resolvePassDirective(read.config, shadow.pass, read.match, context).servers;
  if (!server) return undefined;
  return {
    label: 'shadowed',
    scheme: server.scheme === 'https' ? 'https' : 'http',
    host: walk.url.host,
    uri: requestOf(walk.url).uri,
    connect:
      server.socket === undefined
        ? { address: server.host, port: server.port ?? 80 }
        : { socket: server.socket },
    timeoutSeconds: 4,
    insecure: true,
    marker: marker(walk),
  };
}

/** Where to connect to, for what speaks another language than HTTP: whether it takes connections. */
export function connectTarget(upstream: UpstreamWalk): ReachTarget {
  const { server } = upstream;
  return server.socket === undefined
    ? { host: server.host, port: server.port ?? 80 }
    : { socket: server.socket };
}

/** FastCGI, uwsgi, gRPC and memcached do not answer to HTTP/1.1: asking would prove nothing. */
export function speaksHttp(upstream: UpstreamWalk): boolean {
  return upstream.server.scheme === 'http' || upstream.server.scheme === 'https';
}
