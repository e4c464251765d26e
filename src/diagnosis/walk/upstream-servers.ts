/** The addresses that nginx passes the request to. Pure. */
import type { UpstreamAddress } from '../../nginx/resolve-upstream.js';
import type { HostServices } from './host-services.js';
import { type ProxyReading, portOf } from './read-proxy.js';
import { roleOf } from './service-reading.js';

const UPSTREAMS_MAX = 6;

/** Where nginx passes to, as far as its configuration, the target or what listens tell. */
export function upstreamServers(
  proxy: ProxyReading | undefined,
  given: string | undefined,
  url: URL,
  hosts: readonly HostServices[],
): UpstreamAddress[] {
  const configured = proxy?.read?.pass.servers.filter((server) => !server.down) ?? [];
  if (configured.length > 0) return configured.slice(0, UPSTREAMS_MAX);
  const parsed = given === undefined ? undefined : parsePlace(given);
  if (parsed) return [parsed];
  const unfound = proxy?.dump.test.errors.map(
    (error) => /host not found in upstream "([^"]{1,260})"/.exec(error.message)?.[1],
  );
  const names = (unfound ?? []).flatMap((name) => {
    const place = name === undefined ? undefined : parsePlace(name.includes(':') ? name : `${name}:80`);
    return place ? [place] : [];
  });
  // A configuration that fails for a name is not printed; the name itself is in the message.
  if (names.length > 0) return names.slice(0, UPSTREAMS_MAX);
  // No nginx at all, or one that may not be read: what listens at the URL's port is the nearest thing to ask about.
  if (proxy?.read) return [];
  const port = portOf(url);
  const local = hosts
    .flatMap((host) => host.listeners)
    .find(({ listener, service }) => listener.port === port && service);
  return local?.service && roleOf(local.service) !== 'proxy' ? [plainServer('127.0.0.1', port)] : [];
}

function parsePlace(text: string): UpstreamAddress | undefined {
  const match = /^(?:https?:\/\/)?\[?([A-Za-z0-9_.:-]+?)\]?:(\d{1,5})\/?$/.exec(text);
  return match?.[1] ? plainServer(match[1], Number(match[2])) : undefined;
}

function plainServer(host: string, port: number): UpstreamAddress {
  return {
    scheme: 'http',
    host,
    port,
    isName: !/^[0-9.]+$/.test(host) && !host.includes(':'),
    isGroup: false,
    maxFails: 1,
    failTimeoutS: 10,
    weight: 1,
    backup: false,
    down: false,
    resolvedAt: 'start',
    directive: { name: 'proxy_pass', args: [], file: '', line: 0, dumpLine: -1, text: '' },
  };
}

export function addressOf(server: UpstreamAddress): string {
  if (server.socket !== undefined) return `unix:${server.socket}`;
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  return `${host}:${server.port}`;
}

export function isLoopback(server: Pick<UpstreamAddress, 'host' | 'socket'>): boolean {
  return (
    server.socket !== undefined ||
    server.host === 'localhost' ||
    server.host === '::1' ||
    /^127\./.test(server.host)
  );
}
