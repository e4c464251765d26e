/** The addresses that nginx passes the request to, as rules see them. */
import { tcpConnect } from '../../probes/dependency/tcp-connect.js';
import { httpRequest } from '../../probes/http/http-request.js';
import { systemdUnits } from '../../probes/service/systemd-units.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { innerListeners } from '../walk/container-end.js';
import { sharesNetwork } from '../walk/container-names.js';
import { elsewherePlaces, freePlaces } from '../walk/elsewhere.js';
import { portsAlike, siteNames } from '../walk/likeness.js';
import { numericAddresses } from '../walk/lookups.js';
import { type MatchedBackend, nameScore } from '../walk/match-backend.js';
import { downServices } from '../walk/only-one-left.js';
import {
  connectTarget,
  directRequest,
  elsewhereRequest,
  ownHostRequest,
  selfRequest,
  speaksHttp,
  upgradeDirectRequest,
} from '../walk/requests.js';
import { wordsOf } from '../walk/service-words.js';
import { addressOf } from '../walk/upstream-servers.js';
import type { UpstreamWalk, Walk } from '../walk/walk.js';
import { answerOf } from './answers.js';
import { connectionAnswer } from './connection-answer.js';
import { currentSignals } from './current-signals.js';
import { bracketed, isLoopbackAddress, listenerOf } from './listeners.js';
import { lookupFact } from './lookup-fact.js';
import { proxyErrors } from './proxy-errors.js';
import { serviceFact } from './services.js';
import { socketOf } from './socket-file.js';
import {
  accepts,
  innerListenerFact,
  insideOf,
  LOCALHOST,
  listenersAt,
  listening,
  refused,
  unseenBehind,
} from './upstream-listening.js';
import { filtersOf, routeOf, tlsViewOf } from './upstream-way.js';

export function upstreamsOf(store: EvidenceStore, walk: Walk): Fact<'Upstream'>[] {
  return walk.upstreams.map((upstream) => upstreamOf(store, walk, upstream));
}

function upstreamOf(store: EvidenceStore, walk: Walk, upstream: UpstreamWalk): Fact<'Upstream'> {
  const { server, owner } = upstream;
  const host = walk.proxy?.host ?? walk.proxyHosts[0] ?? owner?.host ?? '';
  const ask = (params: Parameters<typeof httpRequest.command>[0]) =>
    answerOf(store.look(httpRequest, host, params), walk.target.variables);
  const addresses = server.host === 'localhost' ? LOCALHOST : numericAddresses(store, host, server.host);
  const exact = owner && listenersAt(upstream, owner).find((one) => accepts(one, addresses));
  const loopback =
    owner && listenersAt(upstream, owner).find((one) => isLoopbackAddress(one.listener.address));
  const inner = upstream.end && innerListeners(store, upstream.end.service);
  const within = inner && insideOf(inner, upstream.end?.port);
  const elsewhere = elsewhereOf(store, walk, upstream, host);
  const errors = proxyErrors(store, walk, host)?.filter((error) => concerns(error, upstream, walk));
  const self = selfRequest(walk);
  const selfAnswer = self && ask(self);
  const direct = speaksHttp(upstream)
    ? ask(directRequest(walk, upstream))
    : connectionAnswer(
        store.look(tcpConnect, host, connectTarget(upstream)),
        errors?.filter((error) => error.marked === true),
        selfAnswer,
      );
  const backend = answering(store, upstream, direct);
  const free = freeOf(store, walk, upstream, host);
  return {
    address: upstream.address,
    kind: server.socket === undefined ? 'tcp' : 'socket',
    host: server.host,
    port: server.port ?? 0,
    path: server.socket ?? '',
    tls: server.scheme === 'https' || server.scheme === 'grpcs',
    protocol: server.scheme,
    isName: server.isName && server.host !== 'localhost',
    resolvedAt: server.resolvedAt,
    group: server.groupName ?? '',
    backup: server.backup,
    local: owner !== undefined,
    loopback: upstream.loopback,
    direct,
    reachable:
      direct &&
      !['refused', 'timeout-connect', 'unreachable', 'socket-missing', 'name-unresolved'].includes(
        direct.outcome ?? '',
      ),
    listening: within ? within.open !== undefined : listening(owner, exact, direct),
    refused: direct && refused(direct.outcome, within),
    relayed: walk.inner !== undefined && walk.inner.proxy?.container === upstream.end?.service,
    sharesNetwork: networkOfBoth(walk, upstream),
    published: upstream.end?.publishedAs !== undefined,
    unseenBehind: within ? false : unseenBehind(store, owner, exact),
    containerPort: upstream.end?.port,
    listener: within
      ? within.open && innerListenerFact(within.open, upstream)
      : exact && owner
        ? listenerOf(exact, owner)
        : undefined,
    loopbackListener: within
      ? within.loopback && innerListenerFact(within.loopback, upstream)
      : !upstream.loopback && !exact && loopback && owner
        ? listenerOf(loopback, owner)
        : undefined,
    lookup: lookupFact(store, host, walk, upstream),
    tlsView: tlsViewOf(store, host, upstream),
    route: routeOf(store, host, server.host),
    filters: filtersOf(store, upstream, host),
    errors,
    backend: backend && serviceFact(store, walk, backend.service),
    backendBy: backend?.by,
    intruder: backend?.intruder && serviceFact(store, walk, backend.intruder),
    ...elsewhere,
    upgradeDirect: ask(upgradeDirectRequest(walk, upstream)),
    directOwnHost: ask(ownHostRequest(walk, upstream)),
    socket: socketOf(store, walk, host, server.socket),
    free,
    freeWell: free?.filter(({ answer }) => answer?.well === true),
    down: downOf(store, walk, upstream),
    guessed: walk.proxy?.read?.doubtful ?? false,
    cite:
      server.directive.dumpLine >= 0 && walk.proxy
        ? walk.proxy.citeDump(server.directive.dumpLine)
        : (direct?.cite ?? []),
  };
}

/** Who answers this very request well is the backend, whoever named the port before; unless one complains that it cannot have it. */
function answering(
  store: EvidenceStore,
  { backend }: UpstreamWalk,
  direct: Fact<'Answer'> | undefined,
): MatchedBackend | undefined {
  if (!backend || direct?.well !== true) return backend;
  const words = currentSignals(backend.service, wordsOf(store, backend.service));
  if (words.some(({ kind }) => kind === 'address-in-use')) return backend;
  if (backend.intruder) return { service: backend.intruder, by: 'owns-port', intruder: undefined };
  // What does not run does not answer; whose the listener is could not be seen.
  return backend.service.running === false && backend.service.socketUnit?.active !== true
    ? undefined
    : backend;
}

/** Not known where the backend is met by a port that it publishes: then it is no network's matter. */
function networkOfBoth(walk: Walk, { backend, end }: UpstreamWalk): boolean | undefined {
  const proxy = walk.proxy?.container?.container;
  const other = backend?.service.container;
  if (!proxy || !other || end?.publishedAs !== undefined) return undefined;
  return (
    sharesNetwork(proxy, other) ||
    proxy.networkMode === `container:${other.id}` ||
    other.networkMode === `container:${proxy.id}`
  );
}

function elsewhereOf(
  store: EvidenceStore,
  walk: Walk,
  upstream: UpstreamWalk,
  host: string,
): Partial<Fact<'Upstream'>> {
  const answers = elsewherePlaces(store, walk, upstream).map((place) => ({
    place,
    answer: answerOf(
      store.look(httpRequest, host, elsewhereRequest(walk, place.address, place.port)),
      walk.target.variables,
    ),
  }));
  const best =
    answers.find(({ answer }) => answer?.well) ??
    answers.find(({ answer }) => answer?.outcome === 'answered');
  if (!best) return {};
  return {
    elsewhere: best.answer,
    elsewhereAddress: `${bracketed(best.place.address)}:${best.place.port}`,
    elsewhereOnOtherPort: best.place.port !== upstream.server.port,
  };
}

function downOf(store: EvidenceStore, walk: Walk, upstream: UpstreamWalk): Fact<'Service'>[] | undefined {
  // Units that could not be listed may be down, or not.
  const seen = upstream.among.every(({ host }) => store.look(systemdUnits, host, undefined) !== undefined);
  if (upstream.backend || !seen) return undefined;
  return downServices(upstream.among).map((service) => serviceFact(store, walk, service));
}

function freeOf(
  store: EvidenceStore,
  walk: Walk,
  upstream: UpstreamWalk,
  host: string,
): Fact<'FreeService'>[] | undefined {
  const seen = upstream.among.every(({ listenersKnown }) => listenersKnown);
  if (walk.free === undefined || upstream.backend || !seen) return undefined;
  return freePlaces(store, walk, upstream).map(({ address, port, free }) => ({
    address: `${bracketed(address)}:${port}`,
    service: serviceFact(store, walk, free.service),
    portAlike: portsAlike(port, upstream.server.port),
    nameAlike: nameScore(free.service, siteNames(walk)) > 0,
    answer: answerOf(
      store.look(httpRequest, host, elsewhereRequest(walk, address, port)),
      walk.target.variables,
    ),
    cite: free.owned.cite,
  }));
}

/** Lines about this upstream; where nginx could not name one (no live upstreams), about the group. */
function concerns(error: Fact<'ProxyError'>, upstream: UpstreamWalk, walk: Walk): boolean {
  if (error.upstream === '' || error.upstream === undefined) return walk.upstreams.length === 1;
  if (upstream.server.isName) return error.upstream.endsWith(`:${upstream.server.port}`);
  return (
    error.upstream === addressOf(upstream.server) ||
    (upstream.server.socket !== undefined && error.upstream.includes(upstream.server.socket))
  );
}
