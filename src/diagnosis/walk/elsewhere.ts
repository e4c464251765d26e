/** Places where the backend listens though nginx does not pass there: what tells a wrong port from a dead program. */
import { netAddresses } from '../../probes/net/net-addresses.js';
import type { EvidenceStore } from '../looked.js';
import { containerAddresses, innerListeners, usesHostNetwork } from './container-end.js';
import type { FreeListener } from './free-listeners.js';
import type { ServiceReading } from './service-reading.js';
import { isLoopback } from './upstream-servers.js';
import type { UpstreamWalk, Walk } from './walk.js';

const PLACES_MAX = 3;

export function elsewherePlaces(
  store: EvidenceStore,
  walk: Walk,
  upstream: UpstreamWalk,
): { readonly address: string; readonly port: number }[] {
  const { backend } = upstream;
  if (!backend?.service.running) return [];
  const home = walk.hosts.find((host) => host.host === backend.service.host);
  const sameHost = home?.host === walk.proxy?.host || walk.proxy === undefined;
  const listeners =
    home?.listeners.filter(
      ({ service, listener }) => service === backend.service && listener.port !== undefined,
    ) ?? [];
  if (backend.service.container && !usesHostNetwork(backend.service)) {
    return containerPlaces(store, walk, upstream, backend.service).slice(0, PLACES_MAX);
  }
  const places = listeners.flatMap(({ listener }) => {
    const port = listener.port ?? 0;
    const address = reachableAddress(store, backend.service.host, listener.address, sameHost);
    if (address === undefined) return [];
    const same =
      port === upstream.server.port &&
      (address === upstream.server.host ||
        // 127.0.0.1 and ::1 are two places; `localhost` is both.
        (isLoopback({ host: address }) && upstream.server.host === 'localhost'));
    return same ? [] : [{ address, port }];
  });
  return places.slice(0, PLACES_MAX);
}

const FREE_MAX = 8;

export interface FreePlace {
  readonly address: string;
  readonly port: number;
  readonly free: FreeListener;
}

/** Where nothing points at any backend: each listener that no other site passes to, as the proxy's host would reach it. */
export function freePlaces(store: EvidenceStore, walk: Walk, upstream: UpstreamWalk): FreePlace[] {
  if (upstream.backend) return [];
  const near = (walk.free ?? []).filter(({ host }) => upstream.among.some((one) => one.host === host));
  const places = near.flatMap((free): FreePlace[] => {
    const { address: listens, port } = free.owned.listener;
    const sameHost = free.host === walk.proxy?.host || walk.proxy === undefined;
    const address = port === undefined ? undefined : reachableAddress(store, free.host, listens, sameHost);
    return address === undefined || port === undefined ? [] : [{ address, port, free }];
  });
  const seen = new Set<string>();
  return places
    .filter(({ address, port }) => seen.size < seen.add(`${address}:${port}`).size)
    .slice(0, FREE_MAX);
}

interface Address {
  readonly address: string;
  readonly port: number;
}

/**
 * Other ports that a container publishes; and inside it, where nginx has found its way there and nothing listens at the
 * end. What it publishes nowhere is no place for nginx, even where this host happens to reach it.
 */
function containerPlaces(
  store: EvidenceStore,
  walk: Walk,
  upstream: UpstreamWalk,
  service: ServiceReading,
): Address[] {
  const { server, end } = upstream;
  const asker = walk.proxy?.container;
  const sameHost = walk.proxy === undefined || walk.proxy.machine === service.host;
  // What a container publishes on its host is the way of those outside; its neighbours need none.
  const bindings = asker ? [] : service.container?.publishedPorts;
  const published = (bindings ?? [])
    .filter((one) => one.protocol === 'tcp' && one.hostPort !== server.port)
    .flatMap(({ hostIp, hostPort }) => {
      const listens = hostIp === '' ? '0.0.0.0' : hostIp;
      const address = reachableAddress(store, service.host, listens, sameHost);
      return address === undefined ? [] : [{ address, port: hostPort }];
    });
  const [ip] = containerAddresses(service, asker);
  // Nobody has the address that nginx uses: perhaps the container had it before it was made anew.
  const moved = end === undefined && upstream.owner === undefined && !upstream.loopback;
  const open = (innerListeners(store, service) ?? [])
    .map(({ listener }) => listener)
    .filter((listener) => !isLoopback({ host: listener.address }));
  const inside = open.flatMap(({ port }) => {
    const meant = end ? port !== end.port : moved && port === server.port;
    return port === undefined || !meant || ip === undefined || !sameHost ? [] : [{ address: ip, port }];
  });
  const all = [...inside, ...published];
  return all.filter(
    (one, at) =>
      all.findIndex((other) => other.address === one.address && other.port === one.port) === at &&
      !(one.address === server.host && one.port === server.port),
  );
}

/** As the proxy's host would reach it: a wildcard by loopback on the same host, by the host's first address from another. */
function reachableAddress(
  store: EvidenceStore,
  host: string,
  listens: string,
  sameHost: boolean,
): string | undefined {
  if (sameHost) return ['*', '0.0.0.0', '::'].includes(listens) ? '127.0.0.1' : listens;
  if (!['*', '0.0.0.0', '::'].includes(listens)) return isLoopback({ host: listens }) ? undefined : listens;
  const own = store.look(netAddresses, host, undefined)?.facts.addresses ?? [];
  return own.find((one) => one.family === 'ipv4' && !isLoopback({ host: one.address }))?.address;
}
