/** Services, as rules see them: state, words, configuration, dependencies. */
import { processDetail } from '../../probes/process/process-detail.js';
import { dockerContainers } from '../../probes/service/docker-containers.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { type InnerListener, innerListeners } from '../walk/container-end.js';
import type { ServiceReading } from '../walk/service-reading.js';
import { wordsOf } from '../walk/service-words.js';
import { isGuess, type Walk } from '../walk/walk.js';
import { currentSignals, signalFact } from './current-signals.js';
import { dependenciesOf } from './dependencies.js';

const made = new WeakMap<Walk, Map<ServiceReading, Fact<'Service'>>>();

/** The same object for the same service, so that a scene stays a graph and no tree without end. */
export function serviceFact(store: EvidenceStore, walk: Walk, service: ServiceReading): Fact<'Service'> {
  const known = made.get(walk) ?? new Map<ServiceReading, Fact<'Service'>>();
  made.set(walk, known);
  const before = known.get(service);
  if (before) return before;
  const fact = bareFact(store, walk, service);
  known.set(service, fact);
  return fact;
}

function bareFact(store: EvidenceStore, walk: Walk, service: ServiceReading): Fact<'Service'> {
  const words = wordsOf(store, service);
  const services = walk.hosts.find((host) => host.host === service.host);
  const listeners = services?.listeners.filter((one) => one.service === service) ?? [];
  // The main process may be a shell in front of the one that listens: limits and descriptors are those of the latter.
  const detail = [...listeners.map((one) => one.pid), service.pid]
    .flatMap((pid) => (pid === undefined ? [] : [store.look(processDetail, service.host, { pid })]))
    .find((look) => look !== undefined);
  const pid = service.pid;
  return {
    host: service.host,
    manager: service.manager,
    name: service.name,
    state: service.state,
    rawState: service.rawState,
    running: service.running,
    enabled: service.enabled,
    masked: service.masked ?? false,
    startedBy: service.socketUnit?.active ? service.socketUnit.name : '',
    pid,
    processState: processStateOf(
      walk,
      service,
      listeners.map((one) => one.pid),
    ),
    user: service.user,
    command: service.command,
    startedSecondsAgo: service.startedSecondsAgo,
    lifeSecondsAgo: service.lifeSecondsAgo ?? service.startedSecondsAgo,
    killedSecondsAgo: service.killedSecondsAgo,
    stoppedSecondsAgo: service.stoppedSecondsAgo,
    keeper: service.keeper ?? '',
    neverStarted: service.neverStarted,
    exitStatus: service.exitStatus,
    recentStarts: service.recentStarts,
    restarts: service.restarts,
    // Words that a manager has or has not: an empty one is its answer, and it was asked.
    result: service.result ?? '',
    oomKilled: service.oomKilled,
    health: service.health ?? '',
    healthOutput: service.healthOutput ?? '',
    error: service.error ?? '',
    image: service.image ?? '',
    ...portsOf(store, service, listeners),
    ...engineCites(store, service),
    sockets: listeners.flatMap(({ listener }) => (listener.path?.startsWith('/') ? [listener.path] : [])),
    socketsCite: listeners.flatMap(({ listener, cite }) => (listener.path?.startsWith('/') ? cite : [])),
    publishedPorts: [...(service.publishedPorts ?? [])],
    networks: [...(service.networks ?? [])],
    unknownOptions: [...(service.unknownOptions ?? [])],
    unknownOptionsCite: [...(service.unknownOptionsCite ?? [])],
    configuredPorts: words.listens.map((one) => one.port).filter((port) => port !== undefined),
    // Without one readable log "it did not say so" is not known, and must not rule anything out.
    signals:
      words.logsRead > 0 || service.logs.length === 0
        ? currentSignals(service, words).map(signalFact)
        : undefined,
    dependencies: walk.upstreams.some(({ backend }) => backend?.service === service)
      ? dependenciesOf(store, walk, service, words, (provider) => serviceFact(store, walk, provider))
      : [],
    tokenSecrets: words.secrets.map((secret) => secret.pseudonym),
    inboxSecrets: words.secrets.filter((secret) => secret.inbox).map((secret) => secret.pseudonym),
    tokenSecretsCite: words.secrets.flatMap((secret) => secret.cite),
    openFiles: detail?.facts.fdCount,
    openFilesLimit: detail?.facts.nofile?.soft,
    openFilesCite: [detail?.facts.fdCountLine, detail?.facts.nofile?.line].flatMap((line) =>
      line === undefined || !detail ? [] : detail.cite(line),
    ),
    tasks: service.tasks ?? detail?.facts.threads,
    tasksLimit: service.tasksLimit,
    tasksCite: [...(service.tasksCite ?? [])],
    configProblems: words.problems.map(({ kind, path, message, cite }) => ({ kind, path, message, cite })),
    logReadable: words.logsRead > 0,
    lastWordsCite: [...(service.lastWordsCite ?? [])],
    guessed: isGuess(walk, service),
    cite: [
      ...service.cite,
      ...(service.running ? [] : (service.socketUnit?.cite ?? [])),
      ...processCite(walk, service, detail),
    ],
  };
}

/** Of a container those inside it: what the host shows is the engine's own listener in front of them. */
function portsOf(
  store: EvidenceStore,
  service: ServiceReading,
  listeners: readonly InnerListener[],
): Pick<Fact<'Service'>, 'ports' | 'portsCite'> {
  const all = innerListeners(store, service) ?? listeners;
  const tcp = all.filter(({ listener }) => listener.port !== undefined);
  return {
    ports: [...new Set(tcp.flatMap(({ listener }) => listener.port ?? []))],
    portsCite: tcp.flatMap(({ cite }) => cite),
  };
}

/** What the engine tells of a container beside its state, line by line. */
function engineCites(
  store: EvidenceStore,
  service: ServiceReading,
): Pick<
  Fact<'Service'>,
  'publishedCite' | 'networksCite' | 'extraHostsCite' | 'healthCite' | 'restartsCite'
> {
  const { container } = service;
  const look = container && store.look(dockerContainers, service.host, undefined);
  const cited = (line: number | undefined): string[] => (line === undefined || !look ? [] : look.cite(line));
  const at = (name: string): string[] => cited(container?.lines[name]);
  const published = container?.publishedPorts ?? [];
  return {
    publishedCite: published.length > 0 ? published.flatMap(({ line }) => cited(line)) : at('Ports'),
    networksCite: (container?.networks ?? []).flatMap(({ line }) => cited(line)),
    extraHostsCite: at('ExtraHosts'),
    healthCite: at('Health'),
    restartsCite: at('RestartCount'),
  };
}

/** A stopped (T) or waiting (D) process hangs whatever its manager thinks; of several, the one that listens counts. */
function processStateOf(
  walk: Walk,
  service: ServiceReading,
  pids: readonly (number | undefined)[],
): string | undefined {
  const processes = walk.hosts.find((host) => host.host === service.host)?.processes;
  const all = [...pids, service.pid].filter((pid) => pid !== undefined);
  const states = all.map((pid) => processes?.get(pid)?.state).filter((state) => state !== undefined);
  return states.find((state) => ['T', 't', 'D', 'Z'].includes(state)) ?? states[0];
}

function processCite(
  walk: Walk,
  service: ServiceReading,
  detail:
    | { readonly cite: (line: number) => string[]; readonly facts: { readonly line: number } }
    | undefined,
): string[] {
  if (!detail || service.manager === 'process') return [];
  const hung = ['T', 't', 'D', 'Z'].includes(processStateOf(walk, service, []) ?? '');
  return hung ? detail.cite(detail.facts.line) : [];
}
