import { dockerContainers } from '../../probes/service/docker-containers.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import type { InnerListener } from '../walk/container-end.js';
import type { HostServices, OwnedListener } from '../walk/host-services.js';
import { ownersOf } from '../walk/match-backend.js';
import type { UpstreamWalk } from '../walk/walk.js';
import { innerListenerOf, isLoopbackAddress } from './listeners.js';

interface Inside {
  /** Takes connections that come from outside of the container. */
  readonly open: InnerListener | undefined;
  /** Takes those of the container itself alone, and is the only one at that port. */
  readonly loopback: InnerListener | undefined;
}

export function insideOf(all: readonly InnerListener[], port: number | undefined): Inside {
  const here = all.filter(({ listener }) => listener.port === port);
  const open = here.find(({ listener }) => !isLoopbackAddress(listener.address));
  return { open, loopback: open ? undefined : here[0] };
}

/** The engine takes connections for a container, and cuts them where nothing in it does: that is its way to refuse. */
export function refused(outcome: string | undefined, within: Inside | undefined): boolean {
  if (outcome === 'refused') return true;
  return within !== undefined && !within.open && ['reset', 'closed-early'].includes(outcome ?? '');
}

const FORWARDERS = /^(?:docker-proxy|rootlessport|conmon|pasta|slirp4netns)/;

/** The engine's forwarder listens there; or it may be that, where neither the owner nor the containers can be seen. */
export function unseenBehind(
  store: EvidenceStore,
  owner: HostServices | undefined,
  exact: OwnedListener | undefined,
): boolean | undefined {
  if (exact?.program !== undefined) return FORWARDERS.test(exact.program);
  if (owner === undefined) return false;
  return store.look(dockerContainers, owner.host, undefined) ? false : undefined;
}

export function innerListenerFact(
  { listener, cite }: InnerListener,
  upstream: UpstreamWalk,
): Fact<'Listener'> {
  return innerListenerOf(listener, cite, upstream.end?.service.host ?? '');
}

export function listenersAt(upstream: UpstreamWalk, owner: HostServices): OwnedListener[] {
  return ownersOf(
    { host: upstream.server.host, port: upstream.server.port, socket: upstream.server.socket, hints: [] },
    owner,
  );
}

export const LOCALHOST = ['127.0.0.1', '::1'];

/**
 * A listener takes connections to its own address, and a wildcard one to every address of its family. Where nobody
 * knows what the upstream's name stands for, whatever others can reach counts.
 */
export function accepts({ listener }: OwnedListener, addresses: readonly string[]): boolean {
  const { address, family } = listener;
  if (family === 'unix' || address === '*') return true;
  if (addresses.length === 0) return !isLoopbackAddress(address);
  if (address === '0.0.0.0') return addresses.some((one) => !one.includes(':'));
  if (address === '::') return addresses.some((one) => one.includes(':'));
  return addresses.includes(address.replace(/^::ffff:(?=\d)/, ''));
}

/** What the owner's own list says; where that cannot be seen, an answer on the connection says as much. */
export function listening(
  owner: HostServices | undefined,
  exact: OwnedListener | undefined,
  direct: Fact<'Answer'> | undefined,
): boolean | undefined {
  if (exact) return true;
  if (owner?.listenersKnown) return false;
  if (direct?.outcome === 'refused' || direct?.outcome === 'unreachable') return false;
  return direct &&
    ['answered', 'connected', 'timeout-response', 'closed-early', 'reset', 'invalid-http'].includes(
      direct.outcome ?? '',
    )
    ? true
    : undefined;
}
