/** Containers that a check looks into: those in which an nginx takes the request. */
import { placeIn } from '../../domain/place.js';
import { dockerListeners } from '../../probes/service/docker-listeners.js';
import type { EvidenceStore } from '../looked.js';
import { type HostServices, hostServices, type OwnedListener } from './host-services.js';
import type { ServiceReading } from './service-reading.js';

/** As docker names them; another name came from no engine, and is entered by nobody. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/;

export function placeOfContainer(service: ServiceReading): string | undefined {
  return service.container && NAME.test(service.name) ? placeIn(service.host, service.name) : undefined;
}

/**
 * A container's inside: what its own managers run, and who listens in its network. Another container may share that
 * network; the engine's host sees whose process it is.
 */
export function placeServices(
  store: EvidenceStore,
  place: string,
  container: ServiceReading,
  machine: HostServices | undefined,
): HostServices {
  const inside = hostServices(store, place);
  const look =
    container.pid === undefined
      ? undefined
      : store.look(dockerListeners, container.host, { pid: container.pid });
  const seen = (look?.facts.listeners ?? []).map((listener): OwnedListener => {
    const [process] = listener.processes;
    const service = process && machine?.serviceOf(process.pid);
    return {
      listener,
      service: service === container ? undefined : service,
      program: process?.name,
      pid: undefined,
      cite: look?.cite(listener.line) ?? [],
    };
  });
  const listeners = inside.listeners.map((one) => {
    const other = seen.find(({ listener }) => sameSocket(one, listener));
    return one.service || !other
      ? one
      : { ...one, service: other.service, program: one.program ?? other.program };
  });
  return inside.listenersKnown
    ? { ...inside, listeners }
    : { ...inside, listeners: seen, listenersKnown: look !== undefined };
}

function sameSocket({ listener }: OwnedListener, other: OwnedListener['listener']): boolean {
  return listener.port === other.port && listener.address === other.address && listener.path === other.path;
}
