/** What a broker or a database that a backend depends on tells of itself, where it runs on a host of ours. */
import { postgresActivity } from '../../probes/dependency/postgres-activity.js';
import { rabbitmqAlarms } from '../../probes/dependency/rabbitmq-alarms.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { hasAddress } from '../walk/address-owner.js';
import type { DependencyPlace } from '../walk/dependency-plans.js';
import type { ServiceReading } from '../walk/service-reading.js';
import { isLoopback } from '../walk/upstream-servers.js';
import type { Walk } from '../walk/walk.js';

type Told = Pick<
  Fact<'Dependency'>,
  'alarms' | 'alarmsCite' | 'connections' | 'maxConnections' | 'connectionsCite'
>;

export function storeFacts(
  store: EvidenceStore,
  walk: Walk,
  service: ServiceReading,
  place: DependencyPlace,
): Told {
  const host = keeperOf(store, walk, service, place);
  if (host === undefined) return {};
  if (place.kind === 'rabbitmq') {
    const look = store.look(rabbitmqAlarms, host, undefined);
    if (look?.facts.running !== true) return {};
    const { alarms } = look.facts;
    return {
      alarms: alarms.map(({ text }) => text),
      alarmsCite: alarms.flatMap(({ line }) => look.cite(line)),
    };
  }
  if (place.kind !== 'postgres') return {};
  const look = store.look(postgresActivity, host, undefined);
  if (look?.facts.present !== true) return {};
  const { count, max, line } = look.facts;
  return { connections: count, maxConnections: max, connectionsCite: look.cite(line) };
}

/**
 * The host whose own broker or database listens at the address. One in a container, and one of which another runs on the
 * same host, is not the one that the host's command line asks.
 */
function keeperOf(
  store: EvidenceStore,
  walk: Walk,
  service: ServiceReading,
  place: DependencyPlace,
): string | undefined {
  if (place.provider) return undefined;
  const host = walk.hosts.find((one) =>
    isLoopback({ host: place.host })
      ? one.host === service.host
      : hasAddress(store, one.host, place.host, service.host),
  );
  const owned = host?.listeners.filter(({ listener }) => listener.port === place.port) ?? [];
  if (!host || owned.length === 0 || owned.some((one) => one.service?.manager === 'docker')) return undefined;
  const keepers = host.services.filter((one) => one.running && PROGRAMS[place.kind]?.test(one.name) === true);
  return keepers.length > 1 ? undefined : host.host;
}

const PROGRAMS: Readonly<Record<string, RegExp>> = { rabbitmq: /^rabbitmq/i, postgres: /^postgres/i };
