/**
 * Listeners of services that may be a backend and to which no other site of nginx passes: where nothing answers at the
 * address that nginx has, the backend is one of them, or it is not there at all.
 */
import { type PassedPlaces, passedPlaces } from '../../nginx/passed-places.js';
import type { HostServices, OwnedListener } from './host-services.js';
import type { ReadConfig } from './read-proxy.js';
import { roleOf, type ServiceReading } from './service-reading.js';

export interface FreeListener {
  readonly host: string;
  readonly owned: OwnedListener;
  readonly service: ServiceReading;
}

/** Undefined where the configuration does not tell where all of its locations pass to. */
export function freeListeners(
  read: ReadConfig | undefined,
  hosts: readonly HostServices[],
): readonly FreeListener[] | undefined {
  // Another location of the same site may have the right place of what this one misses.
  const passed = read && passedPlaces(read.config, read.match.server);
  if (!passed?.complete) return undefined;
  return hosts.flatMap(({ host, listeners }) =>
    listeners.flatMap((owned) => {
      const { service } = owned;
      return service && roleOf(service) === 'candidate' && !isPassedTo(owned, passed)
        ? [{ host, owned, service }]
        : [];
    }),
  );
}

function isPassedTo({ listener }: OwnedListener, passed: PassedPlaces): boolean {
  if (listener.path !== undefined) return passed.sockets.has(listener.path);
  return listener.port === undefined || passed.ports.has(listener.port);
}
