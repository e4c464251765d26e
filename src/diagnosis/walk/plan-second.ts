import { isIP } from 'node:net';
import { backendConfig } from '../../probes/backend/backend-config.js';
import { backendLog } from '../../probes/backend/backend-log.js';
import { tcpConnect } from '../../probes/dependency/tcp-connect.js';
import { dnsLookup } from '../../probes/dns/dns-lookup.js';
import { dnsQuery } from '../../probes/dns/dns-query.js';
import { fileStat } from '../../probes/file/file-stat.js';
import { httpRequest } from '../../probes/http/http-request.js';
import { netRoute } from '../../probes/net/net-route.js';
import { processDetail } from '../../probes/process/process-detail.js';
import { dockerListeners } from '../../probes/service/docker-listeners.js';
import { dockerLogs } from '../../probes/service/docker-logs.js';
import { supervisorConfig } from '../../probes/service/supervisor-config.js';
import { supervisorStarts } from '../../probes/service/supervisor-starts.js';
import { supervisorStatus } from '../../probes/service/supervisor-status.js';
import { systemdJournal } from '../../probes/service/systemd-journal.js';
import { systemdUnits } from '../../probes/service/systemd-units.js';
import type { EvidenceStore } from '../looked.js';
import { balancedRequest, balancedServers, checkPlace, checkRequest } from './balanced.js';
import { usesHostNetwork } from './container-end.js';
import { isHostName, isNumeric } from './lookups.js';
import { plan } from './plan.js';
import type { Planned } from './plan-rounds.js';
import { configFiles, errorLogPaths } from './proxy-files.js';
import {
  connectTarget,
  directRequest,
  ownHostRequest,
  selfRequest,
  shadowedRequest,
  speaksHttp,
  upgradeDirectRequest,
  upgradeSelfRequest,
} from './requests.js';
import { resolversFor } from './resolvers.js';
import { type LogSource, roleOf, type ServiceReading } from './service-reading.js';
import { configParams, LOG_BYTES, LOG_LINES } from './service-words.js';
import { shadowOf } from './shadow.js';
import { supervisorUnit } from './supervisor-unit.js';
import type { UpstreamWalk, Walk } from './walk.js';

/** Along the request's way: marked requests, names, routes, and the words and configuration of who may serve it. */
export function secondRound(store: EvidenceStore, walk: Walk): Planned[] {
  return [
    ...requests(walk),
    ...balanced(store, walk),
    ...names(store, walk),
    ...routes(walk),
    ...files(walk),
    ...words(store, walk),
  ];
}

function askingHost(walk: Walk): string | undefined {
  return walk.proxy?.host ?? walk.proxyHosts[0] ?? walk.hosts[0]?.host;
}

function requests(walk: Walk): Planned[] {
  const host = askingHost(walk);
  if (host === undefined) return [];
  const self = selfRequest(walk);
  const upgrade = upgradeSelfRequest(walk);
  const shadow = walk.proxy?.read && shadowOf(walk.proxy.read);
  const shadowed = shadow && shadowedRequest(walk, shadow);
  const passesHost =
    walk.proxy?.read?.settings.proxyHeaders.some(
      (header) => header.name.toLowerCase() === 'host' && header.directive,
    ) ?? true;
  return [
    ...walk.upstreams
      .filter(speaksHttp)
      .flatMap((upstream) => [
        ...plan(host, httpRequest, directRequest(walk, upstream)),
        ...plan(host, httpRequest, upgradeDirectRequest(walk, upstream)),
        ...(passesHost ? [] : plan(host, httpRequest, ownHostRequest(walk, upstream))),
      ]),
    ...walk.upstreams
      .filter((upstream) => !speaksHttp(upstream) && isAskable(upstream))
      .flatMap((upstream) => plan(host, tcpConnect, connectTarget(upstream))),
    ...(self ? plan(host, httpRequest, self) : []),
    ...(upgrade ? plan(host, httpRequest, upgrade) : []),
    ...(shadowed ? plan(host, httpRequest, shadowed) : []),
  ];
}

function isAskable({ server }: UpstreamWalk): boolean {
  return server.socket !== undefined || isIP(server.host) !== 0 || isHostName(server.host);
}

/** What a balancer has set aside is asked as a client would ask it, and as the balancer's check does. */
function balanced(store: EvidenceStore, walk: Walk): Planned[] {
  return balancedServers(store, walk)
    .filter(({ server }) => server.status.startsWith('DOWN'))
    .flatMap((one) => {
      const params = balancedRequest(walk, one);
      const check = checkRequest(walk, one);
      const place = check ? undefined : checkPlace(one);
      return [
        ...(params ? plan(one.host, httpRequest, params) : []),
        ...(check ? plan(one.host, httpRequest, check) : []),
        ...(place ? plan(one.host, tcpConnect, { host: place.address, port: place.port }) : []),
      ];
    });
}

function names(store: EvidenceStore, walk: Walk): Planned[] {
  const host = askingHost(walk);
  if (host === undefined) return [];
  const named = walk.upstreams.filter(({ server }) => server.host !== 'localhost' && isHostName(server.host));
  return named.flatMap((upstream) => [
    ...plan(host, dnsLookup, { name: upstream.server.host }),
    ...resolversFor(store, host, walk, upstream).flatMap((resolver) =>
      plan(host, dnsQuery, { name: upstream.server.host, ...resolver }),
    ),
  ]);
}

function routes(walk: Walk): Planned[] {
  const host = askingHost(walk);
  if (host === undefined) return [];
  return walk.upstreams
    .filter((upstream) => !upstream.loopback && isNumeric(upstream.server.host))
    .flatMap((upstream) => plan(host, netRoute, { address: upstream.server.host }));
}

function files(walk: Walk): Planned[] {
  const { proxy } = walk;
  if (!proxy) return [];
  const sockets = walk.upstreams
    .map((upstream) => upstream.server.socket)
    .filter((path) => path !== undefined);
  const paths = [...new Set([...configFiles(proxy), ...errorLogPaths(proxy), ...sockets])];
  return [
    ...(paths.length > 0 ? plan(proxy.host, fileStat, { paths }) : []),
    ...proxy.workers.slice(0, 2).flatMap((worker) => plan(proxy.machine, processDetail, { pid: worker.pid })),
  ];
}

function words(store: EvidenceStore, walk: Walk): Planned[] {
  const supervisorLogs = walk.hosts.flatMap((host) =>
    (store.look(supervisorConfig, host.host, undefined)?.facts.instances ?? []).flatMap((instance) =>
      instance.supervisord.logfile
        ? plan(host.host, supervisorStarts, { logFile: instance.supervisord.logfile })
        : [],
    ),
  );
  return [
    ...supervisorLogs,
    ...failedSupervisors(store, walk),
    ...failedProxies(walk).flatMap((service) => service.logs.flatMap((log) => logPlan(service, log))),
    ...walk.suspects.flatMap((service) => [
      ...service.logs.flatMap((log) => logPlan(service, log)),
      ...plan(service.host, backendConfig, configParams(service)),
      ...detailPids(walk, service).flatMap((pid) => plan(service.host, processDetail, { pid })),
      ...(service.container && service.pid !== undefined && !usesHostNetwork(service)
        ? plan(service.host, dockerListeners, { pid: service.pid })
        : []),
    ]),
  ];
}

/** Why supervisord did not start stands in its unit's journal, too. */
function failedSupervisors(store: EvidenceStore, walk: Walk): Planned[] {
  return walk.hosts.flatMap(({ host }) => {
    const units = store.look(systemdUnits, host, undefined)?.facts.units ?? [];
    const instances = store.look(supervisorStatus, host, undefined)?.facts.instances ?? [];
    return instances
      .filter((instance) => !instance.reachable && instance.supervisordPid === undefined)
      .flatMap(({ configFile }) => supervisorUnit(units, configFile) ?? [])
      .flatMap((unit) => plan(host, systemdJournal, { unit: unit.name, lines: LOG_LINES }));
  });
}

/** Why nginx did not start stands in its unit's journal. */
function failedProxies(walk: Walk): ServiceReading[] {
  return walk.hosts
    .filter(({ host }) => walk.proxyHosts.includes(host))
    .flatMap(({ services }) => services)
    .filter((service) => roleOf(service) === 'proxy' && service.state === 'failed');
}

/** The main process, and the first that listens where that is another. */
function detailPids(walk: Walk, service: ServiceReading): number[] {
  const listens = walk.hosts
    .find((host) => host.host === service.host)
    ?.listeners.find((one) => one.service === service && one.pid !== undefined && one.pid > 1);
  const main = service.running ? service.pid : undefined;
  return [...new Set([main, listens?.pid].filter((pid) => pid !== undefined))];
}

function logPlan(service: ServiceReading, log: LogSource): Planned[] {
  switch (log.kind) {
    case 'file':
      return plan(service.host, backendLog, { path: log.path, bytes: LOG_BYTES });
    case 'journal':
      return plan(service.host, systemdJournal, {
        unit: log.unit,
        lines: LOG_LINES,
      });
    case 'docker':
      return plan(service.host, dockerLogs, { container: log.container, lines: LOG_LINES });
  }
}
