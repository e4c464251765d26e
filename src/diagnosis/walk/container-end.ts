/**
 * What an address of a container comes to inside it. In front of a published port the engine itself listens, and takes
 * connections whether or not anything listens behind; only the container's own network tells.
 */
import type { Listener } from '../../probes/net/listener.js';
import type { ContainerFacts } from '../../probes/service/docker-containers.js';
import { dockerListeners } from '../../probes/service/docker-listeners.js';
import type { EvidenceStore } from '../looked.js';
import { isCalled } from './container-names.js';
import type { HostServices } from './host-services.js';
import type { ServiceReading } from './service-reading.js';

/** The name server that the engine puts into a container's network: https://docs.docker.com/engine/network/#dns-services */
const ENGINES_OWN = '127.0.0.11';

export interface InnerListener {
  readonly listener: Listener;
  readonly cite: readonly string[];
}

/** The place where a container is met: its own address and port, behind what it publishes. */
export interface ContainerEnd {
  readonly service: ServiceReading;
  readonly port: number;
  /** The port on the host that leads there; undefined where the container is addressed directly. */
  readonly publishedAs: number | undefined;
}

/** Shares the host's network: then what it listens on stands among the host's own listeners. */
export function usesHostNetwork(service: ServiceReading): boolean {
  return service.container?.networkMode === 'host';
}

/** What listens inside a container; undefined where nobody could look, or where there is no network of its own. */
export function innerListeners(
  store: EvidenceStore,
  service: ServiceReading,
): readonly InnerListener[] | undefined {
  if (service.container === undefined || usesHostNetwork(service) || service.pid === undefined)
    return undefined;
  const look = store.look(dockerListeners, service.host, { pid: service.pid });
  return look?.facts.listeners
    .filter(({ family, address }) => family === 'tcp' && address !== ENGINES_OWN)
    .map((listener) => ({ listener, cite: look.cite(listener.line) }));
}

/** The container that an address leads into: by a port that it publishes on the host, or by an address of its own. */
export function containerEnd(
  place: { readonly host: string; readonly port?: number | undefined },
  owner: HostServices | undefined,
  hosts: readonly HostServices[],
  asker: ServiceReading | undefined,
): ContainerEnd | undefined {
  const { port } = place;
  if (port === undefined) return undefined;
  const services = (owner ? [owner] : hosts).flatMap((host) => host.services).filter(isUp);
  for (const service of services) {
    if (owner === undefined) {
      if (service.container && leadsTo(service.container, place.host, asker?.container))
        return { service, port, publishedAs: undefined };
      continue;
    }
    const mapping = service.container?.publishedPorts.find(
      (one) => one.hostPort === port && one.protocol === 'tcp' && takes(one.hostIp, place.host),
    );
    if (mapping) return { service, port: mapping.containerPort, publishedAs: port };
  }
  return undefined;
}

/** To a host every container's address; to a container those on networks of its own, and their names there. */
function leadsTo(container: ContainerFacts, address: string, asker: ContainerFacts | undefined): boolean {
  if (asker) return container.id !== asker.id && isCalled(container, address, asker);
  return container.networks.some(({ ip }) => ip === address);
}

/** A container that is stopped, or between two starts, has neither ports nor addresses. */
function isUp(service: ServiceReading): boolean {
  return service.manager === 'docker' && ['running', 'paused'].includes(service.state);
}

/** A mapping for all of the host's addresses, or for this one. */
function takes(hostIp: string, address: string): boolean {
  return ['', '0.0.0.0', '::'].includes(hostIp) || hostIp === address || !/^[0-9.]+$/.test(address);
}

/** Addresses of a container: all of them for its host, and for another container those on networks of both. */
export function containerAddresses(service: ServiceReading, asker: ServiceReading | undefined): string[] {
  const own = asker?.container?.networks.map(({ name }) => name);
  return (service.container?.networks ?? [])
    .filter(({ ip, name }) => ip !== '' && (own === undefined || own.includes(name)))
    .map(({ ip }) => ip);
}
