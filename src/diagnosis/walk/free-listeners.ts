/**
 * Listeners of services that may be a backend and to which no location of nginx passes: where nothing answers at the
 * address that nginx has, the backend is one of them, or it is not there at all.
 */
import { type PassedPlaces, passedPlaces } from '../../nginx/passed-places.js';
import type { HostServices, OwnedListener } from './host-services.js';
import type { MatchedBackend } from './match-backend.js';
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
  const passed = read && passedPlaces(read.config);
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

/**
 * A guess that rests on nothing but "there is no other" holds only for what no other location has; and where nothing
 * points at anything, the one service that listens and has no location is meant.
 */
export function onlyFree(
  matched: MatchedBackend | undefined,
  free: readonly FreeListener[] | undefined,
  hosts: readonly HostServices[],
): MatchedBackend | undefined {
  if (!free || (matched && matched.by !== 'only-one')) return matched;
  const listens = hosts.some(({ listeners }) => listeners.some((one) => one.service === matched?.service));
  if (matched && (!listens || free.some(({ service }) => service === matched.service))) return matched;
  const [only, ...others] = new Set(
    free.filter(({ owned }) => owned.listener.port !== undefined).map(({ service }) => service),
  );
  return only && others.length === 0 ? { service: only, by: 'only-one', intruder: undefined } : undefined;
}
