/** How each thing that a backend depends on is asked, and the answer of those that were. Pure. */
import { isIP } from 'node:net';
import { amqpGreeting } from '../../probes/dependency/amqp-greeting.js';
import { mysqlGreeting } from '../../probes/dependency/mysql-greeting.js';
import { postgresActivity } from '../../probes/dependency/postgres-activity.js';
import { postgresReady } from '../../probes/dependency/postgres-ready.js';
import { rabbitmqAlarms } from '../../probes/dependency/rabbitmq-alarms.js';
import type { Reach } from '../../probes/dependency/reach.js';
import { redisPing } from '../../probes/dependency/redis-ping.js';
import { tcpConnect } from '../../probes/dependency/tcp-connect.js';
import type { ProbeKind } from '../../probes/probe-kind.js';
import type { EvidenceStore, Looked } from '../looked.js';
import { currentSignals } from '../scene/current-signals.js';
import { plan } from './plan.js';
import type { Planned } from './plan-rounds.js';
import { roleOf, type ServiceReading } from './service-reading.js';
import { wordsOf } from './service-words.js';
import type { Walk } from './walk.js';

export interface DependencyPlace {
  readonly kind: 'redis' | 'rabbitmq' | 'postgres' | 'mysql' | 'http' | 'tcp';
  readonly host: string;
  readonly port: number;
  readonly cite: readonly string[];
}

const KINDS: readonly string[] = ['redis', 'rabbitmq', 'postgres', 'mysql', 'http', 'tcp'];
const PLACES_MAX = 10;

/** Each address once that the service's configuration names, or that its log complains of. */
export function dependencyPlaces(store: EvidenceStore, service: ServiceReading): DependencyPlace[] {
  const words = wordsOf(store, service);
  const places = new Map<string, DependencyPlace>();
  for (const { dependency, cite } of words.dependencies) {
    const { host, port, kind } = dependency;
    if (host === undefined || port === undefined || !isKind(kind) || !isAddress(host)) continue;
    const key = `${host}:${port}`;
    if (!places.has(key)) places.set(key, { kind, host, port, cite });
  }
  // An address that an earlier life complained of may be nobody's any more.
  for (const word of currentSignals(service, words)) {
    const key = `${word.address}:${word.port}`;
    const refused = ['connection-refused', 'connection-timeout'].includes(word.kind);
    if (!refused || !word.address || !word.port || places.has(key) || !isAddress(word.address)) continue;
    if ([...places.values()].some((place) => place.port === word.port)) continue;
    places.set(key, {
      kind: kindOfWords(word.text) ?? kindOfPort(word.port),
      host: word.address,
      port: word.port,
      cite: [],
    });
  }
  return [...places.values()].slice(0, PLACES_MAX);
}

function isKind(kind: string): kind is DependencyPlace['kind'] {
  return KINDS.includes(kind);
}

function isAddress(host: string): boolean {
  return isIP(host) !== 0 || /^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/.test(host);
}

/** What the complaint itself calls it: `redis 127.0.0.1:6380: connect ECONNREFUSED`. */
function kindOfWords(text: string): DependencyPlace['kind'] | undefined {
  if (/\bio?redis\b|\bvalkey\b/i.test(text)) return 'redis';
  if (/\bamqp\b|rabbit/i.test(text)) return 'rabbitmq';
  if (/\bpostgres|psycopg|\bpg\b|getTableColumns/i.test(text)) return 'postgres';
  return /\bmysql|mariadb/i.test(text) ? 'mysql' : undefined;
}

/** IANA's ports: a guess at what was refused there, where no configuration tells. */
function kindOfPort(port: number): DependencyPlace['kind'] {
  const known: Readonly<Record<number, DependencyPlace['kind']>> = {
    6379: 'redis',
    5672: 'rabbitmq',
    5432: 'postgres',
    3306: 'mysql',
  };
  return known[port] ?? 'tcp';
}

function kindFor(place: DependencyPlace): ProbeKind<{ readonly host: string; readonly port: number }, Reach> {
  switch (place.kind) {
    case 'redis':
      return redisPing;
    case 'rabbitmq':
      return amqpGreeting;
    case 'postgres':
      return postgresReady;
    case 'mysql':
      return mysqlGreeting;
    default:
      return tcpConnect;
  }
}

export function dependencyLook(
  store: EvidenceStore,
  host: string,
  place: DependencyPlace,
): Looked<Reach> | undefined {
  return store.look(kindFor(place), host, { host: place.host, port: place.port });
}

export function dependencyPlans(store: EvidenceStore, walk: Walk): Planned[] {
  const backends = [...new Set(walk.upstreams.flatMap(({ backend }) => (backend ? [backend.service] : [])))];
  const places = backends.flatMap((service) =>
    dependencyPlaces(store, service).map((place) => ({ service, place })),
  );
  return [
    ...places.flatMap(({ service, place }) =>
      plan(service.host, kindFor(place), { host: place.host, port: place.port }),
    ),
    ...walk.hosts.flatMap((host) => {
      const stores = host.services
        .filter((service) => roleOf(service) === 'store' && service.running)
        .map((service) => service.name + (service.command ?? ''));
      return [
        ...(stores.some((name) => /rabbit|beam/i.test(name))
          ? plan(host.host, rabbitmqAlarms, undefined)
          : []),
        ...(stores.some((name) => /postgres/i.test(name))
          ? plan(host.host, postgresActivity, undefined)
          : []),
      ];
    }),
  ];
}
