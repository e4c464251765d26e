/** The way of the request, as far as the evidence shows it: proxy, upstream addresses, backends. Pure. */
import type { CheckRecord } from '../../domain/check-record.js';
import type { Role } from '../../domain/target.js';
import type { UpstreamAddress } from '../../nginx/resolve-upstream.js';
import { netAddresses } from '../../probes/net/net-addresses.js';
import type { EvidenceStore } from '../looked.js';
import { type Claims, claimsOf } from './claims.js';
import { type ContainerEnd, containerEnd } from './container-end.js';
import { isCalled, sharesNetwork } from './container-names.js';
import { placeServices } from './container-places.js';
import { downProxy } from './down-proxy.js';
import { type FreeListener, freeListeners } from './free-listeners.js';
import { candidates, type HostServices, hostServices } from './host-services.js';
import { lookupAddresses } from './lookups.js';
import { type MatchedBackend, matchBackend } from './match-backend.js';
import { onlyOneLeft } from './only-one-left.js';
import { type ProxyReading, portOf, readProxies, readProxy } from './read-proxy.js';
import type { ServiceReading } from './service-reading.js';

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

const UPSTREAMS_MAX = 6;
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
  const servers = upstreamServers(proxy, target, url, hosts);
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

function matchedBackend(
  server: UpstreamAddress,
  among: readonly HostServices[],
  hosts: readonly HostServices[],
  backendHosts: readonly string[],
  claims: (service: ServiceReading) => Claims,
  target: WalkTarget,
  end: ContainerEnd | undefined,
): MatchedBackend | undefined {
  const meant = hosts.filter((host) => backendHosts.includes(host.host));
  const hints = [
    server.groupName,
    server.isName ? server.host : undefined,
    target.name,
    ...socketHints(server.socket),
  ].filter((hint) => hint !== undefined);
  const place = { host: server.host, port: server.port, socket: server.socket, hints };
  const here = matchBackend(place, among, claims, target.variables['backend']);
  // A backend on another host of the target explains an address that is wrong.
  const elsewhere = here ?? matchBackend(place, meant, claims, target.variables['backend']);
  return end && elsewhere?.service !== end.service && !elsewhere?.intruder ? endOf(end) : elsewhere;
}

/** The container that an nginx in a container means by a name, whether or not it is reached by it. */
function calledBackend(
  name: string,
  proxy: ServiceReading | undefined,
  machine: HostServices | undefined,
): MatchedBackend | undefined {
  const own = proxy?.container;
  if (!own || !machine) return undefined;
  const called = machine.services.filter(
    ({ container }) => container && container.id !== own.id && isCalled(container, name),
  );
  const worth = ({ container, running }: ServiceReading): number =>
    (container && container.composeProject === own.composeProject ? 4 : 0) +
    (container && sharesNetwork(container, own) ? 2 : 0) +
    (running ? 1 : 0);
  const [service] = called.toSorted((a, b) => worth(b) - worth(a));
  return service && { service, by: 'name', intruder: undefined };
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

/** What has the address is the backend: a container has none but its own. */
function endOf({ service }: ContainerEnd): MatchedBackend {
  return { service, by: 'owns-port', intruder: undefined };
}

/** `/run/php/php8.2-fpm.sock`, `/run/shop/gunicorn.sock`: the file or its folder often has the service's name. */
function socketHints(socket: string | undefined): string[] {
  const parts = socket?.split('/').filter((part) => part !== '') ?? [];
  const file = parts.at(-1)?.replace(/\.(?:sock|socket)$/, '');
  const folder = parts.at(-2);
  const telling = folder !== undefined && !/^(?:var|run|tmp|srv|opt|shared|sockets?)$/.test(folder);
  return [...(file === undefined ? [] : [file]), ...(telling ? [folder] : [])];
}

function upstreamServers(
  proxy: ProxyReading | undefined,
  target: WalkTarget,
  url: URL,
  hosts: readonly HostServices[],
): UpstreamAddress[] {
  const configured = proxy?.read?.pass.servers.filter((server) => !server.down) ?? [];
  if (configured.length > 0) return configured.slice(0, UPSTREAMS_MAX);
  const given = target.variables['upstream'];
  const parsed = given === undefined ? undefined : parsePlace(given);
  if (parsed) return [parsed];
  const unfound = proxy?.dump.test.errors.map(
    (error) => /host not found in upstream "([^"]{1,260})"/.exec(error.message)?.[1],
  );
  const names = (unfound ?? []).flatMap((name) => {
    const place = name === undefined ? undefined : parsePlace(name.includes(':') ? name : `${name}:80`);
    return place ? [place] : [];
  });
  // A configuration that fails for a name is not printed; the name itself is in the message.
  if (names.length > 0) return names.slice(0, UPSTREAMS_MAX);
  // No nginx at all, or one that may not be read: what listens at the URL's port is the nearest thing to ask about.
  if (proxy?.read) return [];
  const port = portOf(url);
  const local = hosts
    .flatMap((host) => host.listeners)
    .find(({ listener, service }) => listener.port === port && service);
  return local && local.program !== 'nginx' ? [plainServer('127.0.0.1', port)] : [];
}

function parsePlace(text: string): UpstreamAddress | undefined {
  const match = /^(?:https?:\/\/)?\[?([A-Za-z0-9_.:-]+?)\]?:(\d{1,5})\/?$/.exec(text);
  return match?.[1] ? plainServer(match[1], Number(match[2])) : undefined;
}

function plainServer(host: string, port: number): UpstreamAddress {
  return {
    scheme: 'http',
    host,
    port,
    isName: !/^[0-9.]+$/.test(host) && !host.includes(':'),
    isGroup: false,
    maxFails: 1,
    failTimeoutS: 10,
    weight: 1,
    backup: false,
    down: false,
    resolvedAt: 'start',
    directive: { name: 'proxy_pass', args: [], file: '', line: 0, dumpLine: -1, text: '' },
  };
}

export function addressOf(server: UpstreamAddress): string {
  if (server.socket !== undefined) return `unix:${server.socket}`;
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  return `${host}:${server.port}`;
}

export function isLoopback(server: Pick<UpstreamAddress, 'host' | 'socket'>): boolean {
  return (
    server.socket !== undefined ||
    server.host === 'localhost' ||
    server.host === '::1' ||
    /^127\./.test(server.host)
  );
}

function ownerOf(
  store: EvidenceStore,
  server: UpstreamAddress,
  loopback: boolean,
  hosts: readonly HostServices[],
  proxy: ProxyReading | undefined,
): HostServices | undefined {
  if (loopback)
    return hosts.find((host) => host.host === proxy?.host) ?? (hosts.length === 1 ? hosts[0] : undefined);
  return hosts.find((host) => hasAddress(store, host.host, server.host, proxy?.host));
}

/** It is a backend, and that only because there is no other. */
export function isGuess(walk: Pick<Walk, 'upstreams'>, service: ServiceReading): boolean {
  const matched = walk.upstreams.flatMap(({ backend }) => (backend?.service === service ? [backend] : []));
  return matched.length > 0 && matched.every(({ by }) => by === 'only-one');
}

/** The address, or one that the name resolves to, is one of the host's own. */
export function hasAddress(
  store: EvidenceStore,
  host: string,
  address: string,
  proxyHost: string | undefined,
): boolean {
  const own = new Set(store.look(netAddresses, host, undefined)?.facts.addresses.map((one) => one.address));
  if (own.has(address)) return true;
  return proxyHost !== undefined && lookupAddresses(store, proxyHost, address).some((one) => own.has(one));
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
