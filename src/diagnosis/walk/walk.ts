/** The way of the request, as far as the evidence shows it: proxy, upstream addresses, backends. Pure. */
import type { CheckRecord } from '../../domain/check-record.js';
import type { Role } from '../../domain/target.js';
import type { UpstreamAddress } from '../../nginx/resolve-upstream.js';
import type { EvidenceStore } from '../looked.js';
import { ownerOf } from './address-owner.js';
import { type Claims, claimsOf } from './claims.js';
import { type ContainerEnd, containerEnd } from './container-end.js';
import { placeServices } from './container-places.js';
import { downProxy } from './down-proxy.js';
import { type FreeListener, freeListeners } from './free-listeners.js';
import { candidates, type HostServices, hostServices } from './host-services.js';
import type { MatchedBackend } from './match-backend.js';
import { calledBackend, matchedBackend } from './meant-backend.js';
import { onlyOneLeft } from './only-one-left.js';
import { type ProxyReading, readProxies, readProxy } from './read-proxy.js';
import type { ServiceReading } from './service-reading.js';
import { addressOf, isLoopback, upstreamServers } from './upstream-servers.js';

export interface WalkTarget {
  readonly name: string;
  /** The URL whose way is followed. */
  readonly url: string;
  /** Id of the bot's own request to it; the only one where absent. */
  readonly outsideId?: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly hosts: readonly { readonly alias: string; readonly roles: readonly Role[] }[];
  readonly trace: string;
}

export interface UpstreamWalk {
  /** `127.0.0.1:8000`, `unix:/run/app.sock` */
  readonly address: string;
  readonly server: UpstreamAddress;
  /** The host of ours that has the address; undefined where it is somebody else's. */
  readonly owner: HostServices | undefined;
  /** Hosts on which the backend may be: the one that has the address, or any that may serve. */
  readonly among: readonly HostServices[];
  readonly loopback: boolean;
  /** The container that the address leads into. */
  readonly end: ContainerEnd | undefined;
  readonly backend: MatchedBackend | undefined;
}

export interface Walk {
  readonly target: WalkTarget;
  readonly url: URL;
  readonly hosts: readonly HostServices[];
  readonly proxyHosts: readonly string[];
  readonly proxy: ProxyReading | undefined;
  readonly upstreams: readonly UpstreamWalk[];
  /** Where the first nginx passes to a second one in a container. */
  readonly inner: Walk | undefined;
  /** It is such a second one. */
  readonly behind: boolean;
  /** Services whose words and configuration are worth reading, backends first. */
  readonly suspects: readonly ServiceReading[];
  readonly claims: (service: ServiceReading) => Claims;
  /** Listeners to which no other site passes; undefined where the configuration does not tell. */
  readonly free: readonly FreeListener[] | undefined;
}

const SUSPECTS_MAX = 12;

export function targetOf(record: CheckRecord): WalkTarget {
  const { asked, name, url, variables } = record.target;
  return {
    name,
    url: asked?.url ?? url,
    outsideId: asked?.evidence,
    variables,
    hosts: record.hosts,
    trace: record.trace,
  };
}

export function walk(store: EvidenceStore, target: WalkTarget): Walk {
  const url = new URL(target.url);
  const machines = target.hosts.map((host) => hostServices(store, host.alias));
  const proxyHosts = hostsWithRole(target, 'proxy');
  const atProxies = machines.filter((host) => proxyHosts.includes(host.host));
  const found = readProxy(store, url, atProxies, target.variables['nginxConfig']);
  // A container that would publish the URL's port is nearer than an nginx that listens elsewhere.
  const proxy = found?.ownsPort ? found : (downProxy(store, url, atProxies) ?? found);
  const outer = walkFrom(store, target, machines, proxy);
  return { ...outer, inner: innerWalk(store, outer, machines) };
}

/**
 * A second nginx behind the first, in a container: its server and upstreams take over where those of the first end. The
 * request is the one that the first passes on.
 */
function innerWalk(store: EvidenceStore, outer: Walk, machines: readonly HostServices[]): Walk | undefined {
  for (const { end, server } of outer.upstreams) {
    if (!end || server.scheme !== 'http' || end.service === outer.proxy?.container) continue;
    const url = passedUrl(outer, end.port);
    const reading =
      url &&
      readProxies(store, url, machines).find(
        ({ container, read }) =>
          container?.name === end.service.name && container.host === end.service.host && read,
      );
    if (!url || !reading) continue;
    const { upstream: _given, nginxConfig: _file, ...variables } = outer.target.variables;
    return {
      ...walkFrom(store, { ...outer.target, url: url.href, variables }, machines, reading),
      behind: true,
    };
  }
  return undefined;
}

/** What the first nginx asks the second for. */
function passedUrl(outer: Walk, port: number): URL | undefined {
  const header = outer.proxy?.read?.settings.proxyHeaders.find((one) => one.name.toLowerCase() === 'host');
  const host = header?.directive && header.value ? header.value : outer.url.host;
  try {
    const url = new URL(outer.proxy?.read?.pass.upstreamUri ?? outer.url.pathname, `http://${host}`);
    url.port = String(port);
    return url;
  } catch {
    return undefined;
  }
}

function hostsWithRole(target: WalkTarget, role: Role): string[] {
  return target.hosts.filter((host) => host.roles.includes(role)).map((host) => host.alias);
}

function walkFrom(
  store: EvidenceStore,
  target: WalkTarget,
  machines: readonly HostServices[],
  proxy: ProxyReading | undefined,
): Walk {
  const url = new URL(target.url);
  const proxyHosts = hostsWithRole(target, 'proxy');
  const machine = machines.find((one) => one.host === proxy?.machine);
  const place = proxy?.container && placeServices(store, proxy.host, proxy.container, machine);
  const hosts = place ? [...machines, place] : machines;
  const backendHosts = [...hostsWithRole(target, 'backend'), ...(place ? [place.host] : [])];
  const claims = (service: ServiceReading) => claimsOf(store, service);
  const free = freeListeners(proxy?.read, hosts)?.filter(({ host }) => backendHosts.includes(host));
  const servers = upstreamServers(proxy, target.variables['upstream'], url, hosts);
  const upstreams = servers.map((server): UpstreamWalk => {
    const loopback = isLoopback(server);
    const owner = ownerOf(store, server, loopback, hosts, proxy);
    // Where the address is nobody's, any host that may serve as backend could be meant.
    const among = owner ? [owner] : hosts.filter((host) => backendHosts.includes(host.host));
    const end = containerEnd(server, owner, hosts, proxy?.container);
    const called = end || loopback ? undefined : calledBackend(server.host, proxy?.container, machine);
    const matched = called ?? matchedBackend(server, among, hosts, backendHosts, claims, target, end);
    const guessed = onlyOneLeft(matched, freeOn(free, among), among);
    // Of a machine that was not looked at nothing is down here: only what answers here can be what was meant there.
    const foreign = owner === undefined && guessed?.by === 'only-one' && !guessed.service.running;
    const backend = foreign ? undefined : guessed;
    return { address: addressOf(server), server, owner, among, loopback, end, backend };
  });
  const suspects = suspectsOf(upstreams, hosts, proxy?.container);
  return {
    target,
    url,
    hosts,
    proxyHosts,
    proxy,
    upstreams,
    suspects,
    claims,
    free,
    inner: undefined,
    behind: false,
  };
}

/** A machine that has the address is the one where what answers there ought to be. */
function freeOn(
  free: readonly FreeListener[] | undefined,
  among: readonly HostServices[],
): readonly FreeListener[] | undefined {
  // Who listens there could not be seen: nobody knows what is free.
  if (among.some(({ listenersKnown }) => !listenersKnown)) return undefined;
  return free?.filter(({ host }) => among.some((one) => one.host === host));
}

/** It is a backend, and that only because there is no other. */
export function isGuess(walk: Pick<Walk, 'upstreams'>, service: ServiceReading): boolean {
  const matched = walk.upstreams.flatMap(({ backend }) => (backend?.service === service ? [backend] : []));
  return matched.length > 0 && matched.every(({ by }) => by === 'only-one');
}

function suspectsOf(
  upstreams: readonly UpstreamWalk[],
  hosts: readonly HostServices[],
  proxy: ServiceReading | undefined,
): ServiceReading[] {
  const backends = upstreams.flatMap(({ backend }) => (backend ? [backend.service] : []));
  const rest = hosts.flatMap((host) => orderedCandidates(host));
  return [...new Set([...backends, ...(proxy ? [proxy] : []), ...rest])].slice(0, SUSPECTS_MAX);
}

/**
 * Those in trouble, and what was stopped since the machine came up, first: their words are worth most. A machine has many
 * units that nobody ever starts.
 */
function orderedCandidates(host: HostServices): ServiceReading[] {
  const rank = (service: ServiceReading): number => {
    if (service.manager === 'process') return 3;
    if (service.running) return 1;
    if (service.state !== 'stopped' || service.manager !== 'systemd') return 0;
    const ran = service.startedSecondsAgo !== undefined || service.stoppedSecondsAgo !== undefined;
    return ran || service.enabled ? 0 : 2;
  };
  return candidates(host).toSorted((a, b) => rank(a) - rank(b));
}
