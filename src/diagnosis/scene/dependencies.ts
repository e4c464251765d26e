/** What a backend needs by its own configuration, and how that is. */

import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { type DependencyPlace, dependencyLook, dependencyPlaces } from '../walk/dependency-plans.js';
import type { ServiceReading } from '../walk/service-reading.js';
import type { ServiceWords, Word } from '../walk/service-words.js';
import { isLoopback } from '../walk/upstream-servers.js';
import { isGuess, type Walk } from '../walk/walk.js';
import { currentSignals, signalFact } from './current-signals.js';
import { storeFacts } from './store-facts.js';

/** Kinds of complaint that are about a connection to something else. */
const COMPLAINTS = new Set([
  'connection-refused',
  'connection-timeout',
  'name-not-found',
  'redis-error',
  'redis-auth',
  'amqp-error',
  'database-auth',
  'database-missing',
  'database-too-many',
]);

type FactOf = (service: ServiceReading) => Fact<'Service'>;

export function dependenciesOf(
  store: EvidenceStore,
  walk: Walk,
  service: ServiceReading,
  words: ServiceWords,
  factOf: FactOf,
): Fact<'Dependency'>[] {
  const signals = currentSignals(service, words);
  return dependencyPlaces(store, service).map((place) =>
    dependencyFact(store, walk, service, place, signals, factOf),
  );
}

function dependencyFact(
  store: EvidenceStore,
  walk: Walk,
  service: ServiceReading,
  place: DependencyPlace,
  signals: readonly Word[],
  factOf: FactOf,
): Fact<'Dependency'> {
  const look = dependencyLook(store, service.host, place);
  const host = walk.hosts.find((one) => one.host === service.host);
  const local = isLoopback({ host: place.host });
  const owned = local ? host?.listeners.find(({ listener }) => listener.port === place.port) : undefined;
  const container = host?.services.find((one) => one.container && one.container.id === place.provider?.id);
  const provider =
    container ?? owned?.service ?? (local ? likelyProvider(host?.services ?? [], place) : undefined);
  const down = container && container.running === false ? container : undefined;
  const process = owned?.pid === undefined ? undefined : host?.processes.get(owned.pid);
  return {
    kind: place.kind,
    address: place.port === 0 ? place.host : `${place.host}:${place.port}`,
    host: place.host,
    port: place.port,
    outcome: down ? 'not-running' : look?.facts.outcome,
    ok: down ? false : okOf(look?.facts.outcome, service),
    says: down ? `the container ${down.name} is ${down.rawState}` : look?.facts.says,
    local,
    listening: host?.listenersKnown ? owned !== undefined : undefined,
    startedSecondsAgo:
      container?.startedSecondsAgo ?? process?.startedSecondsAgo ?? owned?.service?.startedSecondsAgo,
    service: provider && factOf(provider),
    signals: signals.filter((signal) => COMPLAINTS.has(signal.kind) && about(signal, place)).map(signalFact),
    configCite: [...place.cite],
    ...storeFacts(store, walk, service, place),
    guessed: isGuess(walk, service),
    cite: down ? [...down.cite] : look ? look.cite(look.facts.line) : [],
  };
}

/** A container has a network of its own: that its host cannot reach an address says nothing of the container. */
function okOf(outcome: string | undefined, service: ServiceReading): boolean | undefined {
  if (outcome === undefined) return undefined;
  const good = ['ok', 'auth-required'].includes(outcome);
  return good || service.manager !== 'docker' ? good : undefined;
}

/** A complaint with an address is about that address; one without, about the kind of thing it names. */
function about(signal: Word, place: DependencyPlace): boolean {
  if (signal.port !== undefined && signal.port !== 0) return signal.port === place.port;
  switch (signal.kind) {
    case 'redis-error':
    case 'redis-auth':
      return place.kind === 'redis';
    case 'amqp-error':
      return place.kind === 'rabbitmq';
    case 'database-auth':
    case 'database-missing':
    case 'database-too-many':
      return place.kind === 'postgres' || place.kind === 'mysql';
    default:
      return signal.name !== undefined && signal.name === place.host;
  }
}

const PROVIDERS: Readonly<Record<string, RegExp>> = {
  redis: /redis|valkey|keydb/i,
  rabbitmq: /rabbit/i,
  postgres: /postgres/i,
  mysql: /mysql|mariadb/i,
};

/** A container that would serve this port of its host, and does not run: one that runs would listen. */
function isSilentAt(container: ServiceReading, port: number): boolean {
  if (container.running !== false) return false;
  const isHostNetwork = container.networks?.includes('host') === true;
  return isHostNetwork || container.publishedPorts?.includes(port) === true;
}

/** The unit or program that would serve it, where nothing listens: by its port in the command, else by its name. */
export function likelyProvider(
  services: readonly ServiceReading[],
  place: Pick<DependencyPlace, 'kind' | 'port'>,
): ServiceReading | undefined {
  const named = PROVIDERS[place.kind];
  const silent = services.filter((one) => {
    return one.manager === 'docker' ? isSilentAt(one, place.port) : one.manager !== 'process';
  });
  const fitting = silent.filter((one) => named?.test(`${one.name} ${one.command ?? ''}`) === true);
  const byPort = fitting.find((one) => new RegExp(`\\b${place.port}\\b`).test(one.command ?? ''));
  return byPort ?? fitting.find((one) => one.running === false) ?? fitting[0];
}
