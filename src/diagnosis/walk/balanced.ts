/** The servers among which a balancer in front of nginx, or in its place, shares out the URL's requests. Pure. */
import type { HaproxyServer } from '../../probes/edge/haproxy-status.js';
import { haproxyStatus } from '../../probes/edge/haproxy-status.js';
import type { HaproxySection, HaproxyServerLine } from '../../probes/edge/read-haproxy-config.js';
import type { HttpRequestParams } from '../../probes/http/request-params.js';
import type { EvidenceStore } from '../looked.js';
import { isHostName, isNumeric } from './lookups.js';
import { portOf, requestOf } from './read-proxy.js';
import { VERSION_MARK } from './requests.js';
import type { Walk } from './walk.js';

export interface Balanced {
  readonly host: string;
  readonly server: HaproxyServer;
  /** By its statistics, which tell it to operators only, or by its configuration. */
  readonly address: string;
  readonly section: HaproxySection | undefined;
  readonly configured: HaproxyServerLine | undefined;
  readonly cite: (line: number) => string[];
}

const SERVERS_MAX = 8;

/** The servers of the backends that the balancer may use for the URL's port. */
export function balancedServers(store: EvidenceStore, walk: Walk): Balanced[] {
  return walk.proxyHosts.flatMap((host) => {
    const look = store.look(haproxyStatus, host, undefined);
    if (!look) return [];
    const { sections, servers } = look.facts;
    const port = portOf(walk.url);
    const takes = sections.filter((section) => section.ports.includes(port));
    const names = new Set(
      takes.flatMap(({ kind, name, uses }) => (kind === 'listen' ? [name, ...uses] : uses)),
    );
    return servers
      .filter((server) => names.has(server.backend))
      .slice(0, SERVERS_MAX)
      .map((server) => {
        const section = sections.find(({ kind, name }) => kind !== 'frontend' && name === server.backend);
        const configured = section?.servers.find(({ name }) => name === server.name);
        const address = server.address ?? configured?.address ?? '';
        return { host, server, address, section, configured, cite: look.cite };
      });
  });
}

/** The request as a client sends it, past the balancer, to one of its servers. */
export function balancedRequest(walk: Walk, balanced: Balanced): HttpRequestParams | undefined {
  const place = placeOf(balanced.address);
  return (
    place && {
      label: `balanced ${balanced.address}`,
      scheme: balanced.configured?.tls ? 'https' : 'http',
      host: walk.url.host,
      uri: requestOf(walk.url).uri,
      connect: place,
      timeoutSeconds: 5,
      insecure: true,
      marker: { trace: walk.target.trace, version: VERSION_MARK },
    }
  );
}

function placeOf(written: string): { readonly address: string; readonly port: number } | undefined {
  const place = /^\[?([A-Za-z0-9._:-]+?)\]?:(\d{1,5})$/.exec(written);
  const port = Number(place?.[2]);
  if (place?.[1] === undefined || port < 1 || port > 65_535) return undefined;
  return isNumeric(place[1]) || isHostName(place[1]) ? { address: place[1], port } : undefined;
}

/** Where the balancer's own check goes, where that is another place than the requests'. */
export function checkPlace({ address, configured }: Balanced): { address: string; port: number } | undefined {
  const place = placeOf(address);
  const own = configured?.checkAddress;
  if (!place || (own !== undefined && !isNumeric(own))) return undefined;
  return { address: own ?? place.address, port: configured?.checkPort ?? place.port };
}

/** Methods that change nothing: a check that uses another is not sent again. */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** The balancer's own check, sent again: HAProxy names no Host unless it is told to, so the server's address stands for it. */
export function checkRequest(walk: Walk, balanced: Balanced): HttpRequestParams | undefined {
  const { section, configured, address } = balanced;
  const place = checkPlace(balanced);
  const { checkUri, checkMethod = 'OPTIONS', checkHost } = section ?? {};
  if (!place || checkUri === undefined || !SAFE_METHODS.includes(checkMethod)) return undefined;
  return {
    label: `balancer check ${address}`,
    scheme: configured?.checkTls ? 'https' : 'http',
    host: checkHost !== undefined && /^[A-Za-z0-9._:-]{1,253}$/.test(checkHost) ? checkHost : address,
    uri: checkUri,
    method: checkMethod,
    connect: place,
    timeoutSeconds: 5,
    insecure: true,
    marker: { trace: walk.target.trace, version: VERSION_MARK },
  };
}
