/**
 * An nginx in a container that does not run: there is no process to be asked for its configuration, but the container
 * is known by the port that it would publish, and its last words say why it does not start.
 */
import { readTestMessages } from '../../probes/nginx/nginx-test.js';
import { dockerLogs } from '../../probes/service/docker-logs.js';
import type { EvidenceStore } from '../looked.js';
import { placeOfContainer } from './container-places.js';
import type { HostServices } from './host-services.js';
import { type ProxyReading, portOf } from './read-proxy.js';
import { roleOf, type ServiceReading } from './service-reading.js';
import { LOG_LINES } from './service-words.js';

export function downProxy(
  store: EvidenceStore,
  url: URL,
  hosts: readonly HostServices[],
): ProxyReading | undefined {
  const port = portOf(url);
  for (const { host, services, listeners } of hosts) {
    // One that runs was left out of a long list, or could not be asked: of that nobody may say that it is down.
    const container = services.find((one) => isNginx(one) && publishes(one, port) && isDown(one));
    const taken = listeners.some((one) => one.listener.port === port && one.service !== container);
    const place = container && placeOfContainer(container);
    if (!container || place === undefined || taken) continue;
    const look = store.look(dockerLogs, host, { container: container.name, lines: LOG_LINES });
    const lines = (look?.facts.lines ?? []).map(({ text }) => text);
    return {
      host: place,
      machine: host,
      container,
      dump: {
        masterPid: null,
        argv: [],
        exitCode: container.exitStatus ?? 1,
        dump: '',
        dumpFirstLine: 0,
        test: lastWords(lines),
        denied: false,
        says: '',
      },
      master: undefined,
      workers: [],
      read: undefined,
      ownsPort: true,
      citeDump: () => [],
      citeOutput: (line) => look?.cite(line) ?? [],
    };
  }
  return undefined;
}

/** The engine says the command, and the image's name what it is for. */
function isNginx(service: ServiceReading): boolean {
  const { container } = service;
  if (!container) return false;
  return (
    roleOf(service) === 'proxy' ||
    /(?:^|[/ -])(?:nginx|openresty)\b/.test(`${container.image} ${service.command}`)
  );
}

/** Between two starts it runs for a moment, and is down all the same. */
function isDown({ running, recentStarts }: ServiceReading): boolean {
  return running === false || (recentStarts ?? 0) > 1;
}

function publishes(service: ServiceReading, port: number): boolean {
  return service.container?.publishedPorts.some((one) => one.hostPort === port) ?? false;
}

/** Only its last start counts: what an earlier one complained of may be mended. */
function lastWords(lines: readonly string[]): ProxyReading['dump']['test'] {
  const messages = readTestMessages(lines, 0);
  const [last] = messages.filter(({ level }) => level === 'emerg').slice(-1);
  return { ok: last === undefined, errors: last ? [last] : [], deniedPaths: [], line: last?.line ?? 0 };
}
