/** Places where the backend listens though nginx does not pass there: what tells a wrong port from a dead program. */
import { netAddresses } from '../../probes/net/net-addresses.js';
import type { EvidenceStore } from '../looked.js';
import type { FreeListener } from './free-listeners.js';
import { isLoopback, type UpstreamWalk, type Walk } from './walk.js';

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
  const places = listeners.flatMap(({ listener }) => {
    const port = listener.port ?? 0;
    const address = reachableAddress(store, backend.service.host, listener.address, sameHost);
    if (address === undefined) return [];
    const same =
      port === upstream.server.port &&
      (address === upstream.server.host || (isLoopback({ host: address }) && upstream.loopback));
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

/** Where nothing points at any backend: each listener that no location passes to, as the proxy's host would reach it. */
export function freePlaces(store: EvidenceStore, walk: Walk, upstream: UpstreamWalk): FreePlace[] {
  if (upstream.backend) return [];
  const places = (walk.free ?? []).flatMap((free): FreePlace[] => {
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
