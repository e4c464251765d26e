/** The addresses that nginx passes the request to, as rules see them. */
import { tcpConnect } from '../../probes/dependency/tcp-connect.js';
import { type FileEntry, fileStat } from '../../probes/file/file-stat.js';
import { httpRequest } from '../../probes/http/http-request.js';
import { filterRulesMatching } from '../../probes/net/filter-rules-matching.js';
import { netFilter } from '../../probes/net/net-filter.js';
import { netRoute } from '../../probes/net/net-route.js';
import { processDetail } from '../../probes/process/process-detail.js';
import { dockerContainers } from '../../probes/service/docker-containers.js';
import { systemdUnits } from '../../probes/service/systemd-units.js';
import { tlsHandshake } from '../../probes/tls/tls-handshake.js';
import type { EvidenceStore, Looked } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { type InnerListener, innerListeners } from '../walk/container-end.js';
import { sharesNetwork } from '../walk/container-names.js';
import { elsewherePlaces, freePlaces } from '../walk/elsewhere.js';
import type { HostServices, OwnedListener } from '../walk/host-services.js';
import { portsAlike, siteNames } from '../walk/likeness.js';
import { numericAddresses } from '../walk/lookups.js';
import { type MatchedBackend, nameScore, ownersOf } from '../walk/match-backend.js';
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
import { tlsParams } from '../walk/tls-params.js';
import { addressOf } from '../walk/upstream-servers.js';
import type { UpstreamWalk, Walk } from '../walk/walk.js';
import { answerOf } from './answers.js';
import { connectionAnswer } from './connection-answer.js';
import { currentSignals } from './current-signals.js';
import { type Account, accountOf, allows } from './file-rights.js';
import { bracketed, innerListenerOf, isLoopbackAddress, listenerOf } from './listeners.js';
import { lookupFact } from './lookup-fact.js';
import { proxyErrors } from './proxy-errors.js';
import { serviceFact } from './services.js';

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

interface Inside {
  /** Takes connections that come from outside of the container. */
  readonly open: InnerListener | undefined;
  /** Takes those of the container itself alone, and is the only one at that port. */
  readonly loopback: InnerListener | undefined;
}

function insideOf(all: readonly InnerListener[], port: number | undefined): Inside {
  const here = all.filter(({ listener }) => listener.port === port);
  const open = here.find(({ listener }) => !isLoopbackAddress(listener.address));
  return { open, loopback: open ? undefined : here[0] };
}

/** The engine takes connections for a container, and cuts them where nothing in it does: that is its way to refuse. */
function refused(outcome: string | undefined, within: Inside | undefined): boolean {
  if (outcome === 'refused') return true;
  return within !== undefined && !within.open && ['reset', 'closed-early'].includes(outcome ?? '');
}

const FORWARDERS = /^(?:docker-proxy|rootlessport|conmon|pasta|slirp4netns)/;

/** The engine's forwarder listens there; or it may be that, where neither the owner nor the containers can be seen. */
function unseenBehind(
  store: EvidenceStore,
  owner: HostServices | undefined,
  exact: OwnedListener | undefined,
): boolean | undefined {
  if (exact?.program !== undefined) return FORWARDERS.test(exact.program);
  if (owner === undefined) return false;
  return store.look(dockerContainers, owner.host, undefined) ? false : undefined;
}

function innerListenerFact({ listener, cite }: InnerListener, upstream: UpstreamWalk): Fact<'Listener'> {
  return innerListenerOf(listener, cite, upstream.end?.service.host ?? '');
}

function listenersAt(upstream: UpstreamWalk, owner: HostServices): OwnedListener[] {
  return ownersOf(
    { host: upstream.server.host, port: upstream.server.port, socket: upstream.server.socket, hints: [] },
    owner,
  );
}

const LOCALHOST = ['127.0.0.1', '::1'];

/**
 * A listener takes connections to its own address, and a wildcard one to every address of its family. Where nobody
 * knows what the upstream's name stands for, whatever others can reach counts.
 */
function accepts({ listener }: OwnedListener, addresses: readonly string[]): boolean {
  const { address, family } = listener;
  if (family === 'unix' || address === '*') return true;
  if (addresses.length === 0) return !isLoopbackAddress(address);
  if (address === '0.0.0.0') return addresses.some((one) => !one.includes(':'));
  if (address === '::') return addresses.some((one) => one.includes(':'));
  return addresses.includes(address.replace(/^::ffff:(?=\d)/, ''));
}

/** What the owner's own list says; where that cannot be seen, an answer on the connection says as much. */
function listening(
  owner: HostServices | undefined,
  exact: OwnedListener | undefined,
  direct: Fact<'Answer'> | undefined,
): boolean | undefined {
  if (exact) return true;
  if (owner?.listenersKnown) return false;
  if (direct?.outcome === 'refused' || direct?.outcome === 'unreachable') return false;
  return direct &&
    ['answered', 'connected', 'timeout-response', 'closed-early', 'reset', 'invalid-http'].includes(
      direct.outcome ?? '',
    )
    ? true
    : undefined;
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

function tlsViewOf(store: EvidenceStore, host: string, upstream: UpstreamWalk): Fact<'TlsView'> | undefined {
  const params = tlsParams(upstream);
  const look = params && store.look(tlsHandshake, host, params);
  if (!look) return undefined;
  const { facts } = look;
  const now = Date.parse(look.evidence.at) / 1000;
  return {
    ok: facts.ok,
    plain: facts.plainPort,
    verifyCode: facts.verifyCode ?? undefined,
    verifyText: facts.verifyText ?? '',
    notAfterSecondsAgo:
      facts.notAfter === null || facts.notAfter === undefined ? undefined : Math.round(now - facts.notAfter),
    notBeforeSecondsAgo:
      facts.notBefore === null || facts.notBefore === undefined
        ? undefined
        : Math.round(now - facts.notBefore),
    alert: facts.alert ?? '',
    cite: look.cite(facts.line),
  };
}

function routeOf(store: EvidenceStore, host: string, address: string): Fact<'Route'> | undefined {
  const routes = numericAddresses(store, host, address).flatMap((one) => {
    const look = store.look(netRoute, host, { address: one });
    return look ? [look] : [];
  });
  // Of a name's addresses one that can be reached is enough.
  const look = routes.find((one) => one.facts.reachable) ?? routes[0];
  return (
    look && { reachable: look.facts.reachable, says: look.facts.says, cite: look.cite(look.facts.line ?? 0) }
  );
}

/** Rules that would stop a new connection: on the way out of the proxy, or into the host that has the address. */
function filtersOf(store: EvidenceStore, upstream: UpstreamWalk, proxyHost: string): Fact<'FilterRule'>[] {
  const { server, owner } = upstream;
  if (server.socket !== undefined || server.port === undefined) return [];
  const dport = server.port;
  const addresses = numericAddresses(store, proxyHost, server.host);
  const ends: { host: string; direction: 'in' | 'out' }[] = [{ host: proxyHost, direction: 'out' }];
  if (owner) ends.push({ host: owner.host, direction: 'in' });
  return ends.flatMap(({ host, direction }) => {
    const look = store.look(netFilter, host, undefined);
    if (!look) return [];
    return addresses
      .flatMap((daddr) => filterRulesMatching(look.facts, { protocol: 'tcp', daddr, dport, direction }))
      .map(
        (hit): Fact<'FilterRule'> => ({
          verdict: hit.verdict,
          chain: hit.chain.chain,
          text: hit.rule?.text ?? `policy ${hit.verdict}`,
          packets: hit.rule?.packets ?? hit.chain.packets,
          host,
          cite: look.cite(hit.line),
        }),
      );
  });
}

function socketOf(
  store: EvidenceStore,
  walk: Walk,
  host: string,
  path: string | undefined,
): Fact<'SocketFile'> | undefined {
  if (path === undefined) return undefined;
  const found = entriesAt(store, host).find(({ entry }) => entry.path === path);
  if (!found || found.entry.state === 'unknown') return undefined;
  const { entry, look } = found;
  const account = workerAccount(store, walk, host);
  return {
    exists: entry.state === 'exists' ? true : entry.state === 'missing' ? false : undefined,
    mode: entry.mode ?? '',
    owner: entry.owner ?? '',
    openable: entry.state === 'exists' && account ? mayOpen(store, host, path, account) : undefined,
    cite: look.cite(entry.line),
  };
}

function entriesAt(store: EvidenceStore, host: string): { entry: FileEntry; look: Looked<unknown> }[] {
  return store.looks(fileStat, host).flatMap((look) => look.facts.entries.map((entry) => ({ entry, look })));
}

/** Who connects: a worker, with the groups that its process has. */
function workerAccount(store: EvidenceStore, walk: Walk, host: string): Account | undefined {
  const workers = walk.proxy?.workers ?? [];
  const name = workers[0]?.user;
  if (name === undefined) return undefined;
  const details = workers.map((worker) => store.look(processDetail, host, { pid: worker.pid })?.facts);
  return accountOf(
    name,
    details.find((one) => one !== undefined),
  );
}

/** connect() needs write on the socket and search on each directory above; root passes everywhere. */
function mayOpen(store: EvidenceStore, host: string, path: string, account: Account): boolean | undefined {
  const entries = new Map(entriesAt(store, host).map(({ entry }) => [entry.path, entry]));
  const socket = entries.get(path);
  const parents = path
    .split('/')
    .slice(1, -1)
    .map((_, index, parts) => `/${parts.slice(0, index + 1).join('/')}`);
  const allowed = [
    socket ? allows(socket, account, 'write') : undefined,
    ...parents.map((parent) => {
      const entry = entries.get(parent);
      return entry ? allows(entry, account, 'search') : undefined;
    }),
  ];
  if (allowed.includes(false)) return false;
  return allowed.includes(undefined) ? undefined : true;
}
