import { nginxDump } from '../../probes/nginx/nginx-dump.js';
import { nginxProcesses } from '../../probes/nginx/nginx-processes.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { proxyService } from '../walk/proxy-service.js';
import { type ProxyReading, portOf } from '../walk/read-proxy.js';
import type { ServiceReading } from '../walk/service-reading.js';
import type { Walk } from '../walk/walk.js';
import { listenerOf } from './listeners.js';
import { serviceFact } from './services.js';

export function presenceOf(store: EvidenceStore, walk: Walk, host: string): Partial<Fact<'Proxy'>> {
  const { proxy } = walk;
  if (proxy?.container) return containedPresence(store, walk, proxy, proxy.container);
  const dump = store.look(nginxDump, host, {});
  const processes = store.look(nginxProcesses, host, {});
  const services = walk.hosts.find((one) => one.host === host);
  const port = portOf(walk.url);
  const listener = services?.listeners.find(
    (one) => one.listener.port === port && one.listener.family === 'tcp',
  );
  const service = services && proxyService(services, walk.proxy?.host === host ? walk.proxy : undefined);
  const running = processes && dump && runsHere(walk, processes.facts.masters.length, host);
  return {
    installed: dump?.facts.nginxInstalled,
    running,
    onOtherPorts: running === false && (processes?.facts.masters.length ?? 0) > 0,
    port,
    listening: services?.listenersKnown ? listener !== undefined : undefined,
    listener: listener && services ? listenerOf(listener, services) : undefined,
    service: service && serviceFact(store, walk, service),
  };
}

/** The engine says whether its container runs, and listens in its stead. */
function containedPresence(
  store: EvidenceStore,
  walk: Walk,
  proxy: ProxyReading,
  container: ServiceReading,
): Partial<Fact<'Proxy'>> {
  return {
    installed: true,
    running: container.running && proxy.master !== undefined,
    listening: container.running,
    service: serviceFact(store, walk, container),
  };
}

/** An nginx that takes this URL runs; others on the same host, for other ports, do not count. */
function runsHere(walk: Walk, masters: number, host: string): boolean {
  const { proxy } = walk;
  if (masters === 0) return false;
  if (proxy?.host !== host) return portTaken(walk, host);
  if (proxy.master === undefined) return false;
  const takesUrl = proxy.read?.match.server !== undefined && proxy.read.port === portOf(walk.url);
  return proxy.ownsPort || proxy.read === undefined || takesUrl || portTaken(walk, host);
}

function portTaken(walk: Walk, host: string): boolean {
  const services = walk.hosts.find((one) => one.host === host);
  return services?.listeners.some(({ listener }) => listener.port === portOf(walk.url)) ?? false;
}
