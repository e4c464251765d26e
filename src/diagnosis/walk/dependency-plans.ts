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
import { type ContainerFacts, dockerContainers } from '../../probes/service/docker-containers.js';
import type { EvidenceStore, Looked } from '../looked.js';
import { currentSignals } from '../scene/current-signals.js';
import { isCalled, sharesNetwork } from './container-names.js';
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
  /** The container that provides it, where the name or address is one's own. */
  readonly provider?: ContainerFacts | undefined;
}

const KINDS: readonly string[] = ['redis', 'rabbitmq', 'postgres', 'mysql', 'http', 'tcp'];
const KINDS_WITH_PORT = ['redis', 'rabbitmq', 'postgres', 'mysql'] as const;
const PLACES_MAX = 10;

/** Each address once that the service's configuration names, or that its log complains of. */
export function dependencyPlaces(store: EvidenceStore, service: ServiceReading): DependencyPlace[] {
  const words = wordsOf(store, service);
  const places = new Map<string, DependencyPlace>();
  for (const { dependency, cite } of words.dependencies) {
    const { host, port, kind } = dependency;
    if (host === undefined || port === undefined || !isKind(kind) || !isAddress(host)) continue;
    const key = `${host}:${port}`;
    if (!places.has(key))
      places.set(key, { kind, host, port, cite, provider: peerNamed(store, service, host) });
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
  for (const place of unresolvedPeers(store, service, words)) {
    if (![...places.values()].some((one) => one.host === place.host)) places.set(place.host, place);
  }
  return [...places.values()].slice(0, PLACES_MAX);
}

/** The engine's name server forgets a container that does not run: the name that fails to resolve is that container's. */
function unresolvedPeers(
  store: EvidenceStore,
  service: ServiceReading,
  words: ReturnType<typeof wordsOf>,
): DependencyPlace[] {
  return currentSignals(service, words).flatMap((word) => {
    const provider =
      word.kind === 'name-not-found' && word.name ? peerNamed(store, service, word.name) : undefined;
    if (!provider || !word.name) return [];
    const kind = kindOfContainer(provider) ?? kindOfWords(word.text) ?? 'tcp';
    return [{ kind, host: word.name, port: exposedPort(provider) ?? PORTS[kind] ?? 0, cite: [], provider }];
  });
}

/** A container on a network of this one's that has the name there, or the address. */
function peerNamed(store: EvidenceStore, service: ServiceReading, name: string): ContainerFacts | undefined {
  const own = service.container;
  if (!own) return undefined;
  const all = store.look(dockerContainers, service.host, undefined)?.facts.containers ?? [];
  return all.find((one) => one.id !== own.id && sharesNetwork(one, own) && isCalled(one, name, own));
}

function kindOfContainer({ image, command, name }: ContainerFacts): DependencyPlace['kind'] | undefined {
  return kindOfWords(`${image} ${command.join(' ')} ${name}`.replaceAll(/[_/:]/g, ' '));
}

function exposedPort(container: ContainerFacts): number | undefined {
  const [only, ...others] = container.exposedPorts.filter((port) => !port.includes('udp'));
  return only === undefined || others.length > 0 ? undefined : Number.parseInt(only, 10) || undefined;
}

function isKind(kind: string): kind is DependencyPlace['kind'] {
  return KINDS.includes(kind);
}

function isAddress(host: string): boolean {
  return isIP(host) !== 0 || /^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/.test(host);
}

/** What the complaint itself calls it: `redis 127.0.0.1:6380: connect ECONNREFUSED`. */
function kindOfWords(text: string): DependencyPlace['kind'] | undefined {
  if (/\b(?:io)?redis\b|\bvalkey\b/i.test(text)) return 'redis';
  if (/\bamqp\b|rabbit/i.test(text)) return 'rabbitmq';
  if (/\bpostgres|psycopg|\bpg\b|getTableColumns/i.test(text)) return 'postgres';
  return /\bmysql|mariadb/i.test(text) ? 'mysql' : undefined;
}

/** IANA's ports: a guess at what was refused there, where no configuration tells. */
const PORTS: Readonly<Partial<Record<DependencyPlace['kind'], number>>> = {
  redis: 6379,
  rabbitmq: 5672,
  postgres: 5432,
  mysql: 3306,
};

function kindOfPort(port: number): DependencyPlace['kind'] {
  return KINDS_WITH_PORT.find((kind) => PORTS[kind] === port) ?? 'tcp';
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
  const asked = askedAt(place);
  return asked && store.look(kindFor(place), host, asked);
}

/** A container's name means nothing to its host: there its address is asked, which it has only while it runs. */
function askedAt({ host, port, provider }: DependencyPlace): { host: string; port: number } | undefined {
  if (!provider) return { host, port };
  const ip = provider.networks.find((network) => network.ip !== '')?.ip;
  return ip === undefined || port === 0 ? undefined : { host: ip, port };
}

export function dependencyPlans(store: EvidenceStore, walk: Walk): Planned[] {
  const backends = [...new Set(walk.upstreams.flatMap(({ backend }) => (backend ? [backend.service] : [])))];
  const places = backends.flatMap((service) =>
    dependencyPlaces(store, service).map((place) => ({ service, place })),
  );
  return [
    ...places.flatMap(({ service, place }) => {
      const asked = askedAt(place);
      return asked ? plan(service.host, kindFor(place), asked) : [];
    }),
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
