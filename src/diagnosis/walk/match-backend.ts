/**
 * Which service ought to answer at an upstream's address. What listens there is the first guess; but when nothing
 * does, or a stranger does, the backend is the one that says that the address is its own: by its command line, its
 * configuration, its log, its name.
 */
import type { HostServices, OwnedListener } from './host-services.js';
import { candidates } from './host-services.js';
import { roleOf, type ServiceReading } from './service-reading.js';

export interface UpstreamPlace {
  readonly host: string;
  readonly port?: number | undefined;
  readonly socket?: string | undefined;
  /** Names that hint at the backend: the upstream group, the location, the target. */
  readonly hints: readonly string[];
}

/** What a service says of itself: ports and sockets that it means to listen on. */
export interface Claims {
  /** By its command line or its log: nobody else's. */
  readonly ports: readonly number[];
  /** By a configuration, which it may share with its siblings. */
  readonly configured: readonly number[];
  readonly sockets: readonly string[];
  /** By its log it had them in an earlier life, or before it was moved. */
  readonly former: readonly number[];
  /** It tried to bind them and could not, lately. */
  readonly wanted: readonly number[];
}

export type MatchedBy = 'owns-port' | 'claims-port' | 'name' | 'only-one';

export interface MatchedBackend {
  readonly service: ServiceReading;
  readonly by: MatchedBy;
  /** The service that has the address, where it is not the backend. */
  readonly intruder: ServiceReading | undefined;
}

export function matchBackend(
  place: UpstreamPlace,
  hosts: readonly HostServices[],
  claimsOf: (service: ServiceReading) => Claims,
  named: string | undefined,
): MatchedBackend | undefined {
  const owner = hosts.flatMap((services) => ownersOf(place, services))[0]?.service;
  const all = hosts
    .flatMap(candidates)
    .filter((service) => service.manager !== 'process' || service === owner);
  const others = all.filter((service) => service !== owner);
  const servers = hosts.flatMap((one) => serversMeant(place, one, claimsOf)).filter((one) => one !== owner);
  const chosen = named === undefined ? undefined : all.find((service) => isNamed(service, named));
  const wanting = others.find(
    (service) => place.port !== undefined && claimsOf(service).wanted.includes(place.port),
  );
  const best = chosen ?? wanting ?? bestClaim(place, [...others, ...servers], claimsOf);
  if (!owner) {
    if (!best) return fallback(all);
    const heir = best === chosen ? undefined : successor(best, others, hosts, claimsOf);
    if (heir) return { service: heir, by: 'only-one', intruder: undefined };
    return { service: best, by: byOf(best, place, claimsOf), intruder: undefined };
  }
  const stranger =
    best !== undefined &&
    !best.running &&
    (best === chosen || best === wanting || claims(best, place, claimsOf));
  // Who was stopped by somebody, and whose port another service has, was replaced.
  const replaced =
    best?.state === 'stopped' &&
    best !== chosen &&
    owner.manager !== 'process' &&
    roleOf(owner) === 'candidate';
  if (stranger && !replaced && !claims(owner, place, claimsOf))
    return { service: best, by: 'claims-port', intruder: owner };
  if (wanting) return { service: wanting, by: 'claims-port', intruder: owner };
  if (roleOf(owner) === 'candidate' || !best) return { service: owner, by: 'owns-port', intruder: undefined };
  return { service: best, by: byOf(best, place, claimsOf), intruder: owner };
}

/** A store or a balancer is a backend, too, where it names the very place, or the place is named after it. */
function serversMeant(
  place: UpstreamPlace,
  { services }: HostServices,
  claimsOf: (service: ServiceReading) => Claims,
): ServiceReading[] {
  return services.filter(
    (service) =>
      ['store', 'proxy'].includes(roleOf(service)) &&
      !/nginx|openresty/i.test(service.name) &&
      (claims(service, place, claimsOf) || nameScore(service, place.hints) >= 80),
  );
}

/**
 * One that names the port may be the former version of one that says nothing of its ports: stopped, not started at boot
 * any more, while the other is, was started later, listens nowhere, and is called alike. A worker beside a web server
 * is silent, too.
 */
function successor(
  best: ServiceReading,
  others: readonly ServiceReading[],
  hosts: readonly HostServices[],
  claimsOf: (service: ServiceReading) => Claims,
): ServiceReading | undefined {
  if (best.state !== 'stopped' || best.enabled !== false) return undefined;
  const startedAgo = (service: ServiceReading): number =>
    service.startedSecondsAgo ?? Number.POSITIVE_INFINITY;
  const heirs = others.filter((service) => {
    if (service === best || service.enabled !== true || service.manager === 'docker') return false;
    if (!calledAlike(service, best)) return false;
    const { ports, configured, sockets, wanted } = claimsOf(service);
    const silent = ports.length + configured.length + sockets.length + wanted.length === 0;
    const listens = hosts.some(({ listeners }) => listeners.some((one) => one.service === service));
    return silent && !listens && startedAgo(service) < startedAgo(best);
  });
  return heirs.length === 1 ? heirs[0] : undefined;
}

/** `shop-v1` and `shop-v2`, `api` and `api-new`: they share a word that says something. */
function calledAlike(one: ServiceReading, other: ServiceReading): boolean {
  const words = new Set(wordsOf(ownName(one)).map(bare));
  return wordsOf(ownName(other))
    .map(bare)
    .some((word) => words.has(word) && !EMPTY_WORDS.has(word));
}

/** Listeners at the upstream's port or socket. */
export function ownersOf(place: UpstreamPlace, services: HostServices): OwnedListener[] {
  return services.listeners.filter(({ listener }) =>
    place.socket === undefined
      ? listener.port === place.port && listener.family === 'tcp'
      : listener.path === place.socket,
  );
}

function isNamed(service: ServiceReading, name: string): boolean {
  const own = service.name.replace(/\.service$/, '');
  return service.name === name || own === name || own.endsWith(`:${name}`);
}

function claims(
  service: ServiceReading,
  place: UpstreamPlace,
  claimsOf: (service: ServiceReading) => Claims,
): boolean {
  const own = claimsOf(service);
  if (place.socket !== undefined) return own.sockets.includes(place.socket);
  return place.port !== undefined && [...own.ports, ...own.configured, ...own.wanted].includes(place.port);
}

/** Of one that runs, and listens elsewhere now: what is down may have been moved long before. */
function hadPlace(
  service: ServiceReading,
  place: UpstreamPlace,
  claimsOf: (service: ServiceReading) => Claims,
): boolean {
  return (
    service.running === true && place.port !== undefined && claimsOf(service).former.includes(place.port)
  );
}

function byOf(
  service: ServiceReading,
  place: UpstreamPlace,
  claimsOf: (service: ServiceReading) => Claims,
): MatchedBy {
  if (claims(service, place, claimsOf)) return 'claims-port';
  if (service.state === 'missing') return 'name';
  return nameScore(service, place.hints) > 0 ? 'name' : 'only-one';
}

function bestClaim(
  place: UpstreamPlace,
  services: readonly ServiceReading[],
  claimsOf: (service: ServiceReading) => Claims,
): ServiceReading | undefined {
  const scored = services
    .map((service) => ({
      service,
      score: claimScore(service, place, claimsOf) + nameScore(service, place.hints) + managerScore(service),
    }))
    .filter(({ score }) => score >= 20)
    .sort((a, b) => b.score - a.score);
  return scored[0]?.service;
}

function claimScore(
  service: ServiceReading,
  place: UpstreamPlace,
  claimsOf: (service: ServiceReading) => Claims,
): number {
  if (!claims(service, place, claimsOf)) return hadPlace(service, place, claimsOf) ? 40 : 0;
  return place.port !== undefined && !claimsOf(service).ports.includes(place.port) ? 70 : 100;
}

function managerScore(service: ServiceReading): number {
  // What was taken away within the hour, while its siblings go on, is what is missed.
  if (service.state === 'missing' && (service.stoppedSecondsAgo ?? Number.POSITIVE_INFINITY) < 3600)
    return 75;
  // A socket unit that is down goes before the service that it would start.
  if (service.name.endsWith('.socket')) return 3;
  return service.manager === 'process' ? 0 : service.running ? 1 : 2;
}

/** Names that say nothing. */
const EMPTY_WORDS = new Set([
  'backend',
  'upstream',
  'server',
  'service',
  'app',
  'localhost',
  'default',
  'proxy',
  'ds',
  'http',
  'www',
  'web',
]);

/** `ds:docservice` is `docservice`; a unit's kind is no name. */
function ownName(service: ServiceReading): string {
  const names = service.name
    .toLowerCase()
    .replace(/\.(?:service|socket)$/, '')
    .split(/[:/]/);
  return names.at(-1) ?? '';
}

export function nameScore(service: ServiceReading, hints: readonly string[]): number {
  const own = ownName(service);
  const words = new Set(wordsOf(own).map(bare));
  let score = 0;
  for (const hint of hints) {
    const low = hint.toLowerCase();
    if (low === own) score = Math.max(score, 90);
    else if (bare(own).length > 3 && bare(low) === bare(own)) score = Math.max(score, 80);
    else if (
      wordsOf(low)
        .map(bare)
        .some((word) => words.has(word) && !EMPTY_WORDS.has(word))
    )
      score = Math.max(score, 30);
  }
  return score;
}

/** `docservice2`, `ds-docservice-1`: numbers tell copies apart, not kinds. */
function bare(name: string): string {
  return name.replace(/^ds-/, '').replace(/[-_.]?\d+$/, '');
}

function wordsOf(name: string): string[] {
  return name.split(/[^a-z0-9]+/).filter((word) => word.length > 2);
}

/** Nothing points at any of them: if there is but one that somebody runs as a service, it is meant. */
function fallback(all: readonly ServiceReading[]): MatchedBackend | undefined {
  // A container says by its ports what it serves; one that names none of this is somebody else's.
  const managed = all.filter((service) => service.manager !== 'process' && service.manager !== 'docker');
  const custom = managed.filter((service) => service.manager !== 'systemd' || service.enabled !== undefined);
  const containers = all.filter((service) => service.manager === 'docker');
  const [only] = custom.length === 0 && containers.length === 1 ? containers : custom;
  return only && custom.length <= 1 ? { service: only, by: 'only-one', intruder: undefined } : undefined;
}
