import { fileStat } from '../../probes/file/file-stat.js';
import { httpRequest } from '../../probes/http/http-request.js';
import { netRoute } from '../../probes/net/net-route.js';
import { nginxAccessLog } from '../../probes/nginx/access-log.js';
import { nginxErrorLog } from '../../probes/nginx/error-log.js';
import { tlsHandshake } from '../../probes/tls/tls-handshake.js';
import type { EvidenceStore } from '../looked.js';
import { complainedPaths } from '../scene/paths.js';
import { dependencyPlans } from './dependency-plans.js';
import { elsewherePlaces, freePlaces } from './elsewhere.js';
import { lookupAddresses } from './lookups.js';
import { plan } from './plan.js';
import type { Planned } from './plan-rounds.js';
import { accessLogs, errorLogPaths } from './proxy-files.js';
import { directRequest, elsewhereRequest } from './requests.js';
import { tlsParams } from './tls-params.js';
import type { UpstreamWalk, Walk } from './walk.js';

const CONTAINER_LOG_LINES = 2000;
const ERROR_LOG_BYTES = 512 * 1024;
const ACCESS_LOG_BYTES = 128 * 1024;

/** What the marked requests left in the logs, what the backend depends on, and where else it may be. */
export function thirdRound(store: EvidenceStore, walk: Walk): Planned[] {
  return [
    ...logs(walk),
    ...otherPlaces(store, walk),
    ...handshakes(store, walk),
    ...namedRoutes(store, walk),
    ...complaints(store, walk),
    ...dependencyPlans(store, walk),
  ];
}

function logs(walk: Walk): Planned[] {
  const { proxy } = walk;
  if (!proxy) {
    // Without a configuration the packaged path is the best guess; a missing file says so.
    return walk.proxyHosts.flatMap((host) =>
      plan(host, nginxErrorLog, { path: '/var/log/nginx/error.log', bytes: ERROR_LOG_BYTES }),
    );
  }
  const { container } = proxy;
  return [
    ...(container
      ? plan(proxy.host, nginxErrorLog, { container: container.name, lines: CONTAINER_LOG_LINES }).map(
          (one) => ({
            ...one,
            outside: true,
          }),
        )
      : []),
    ...errorLogPaths(proxy).flatMap((path) =>
      plan(proxy.host, nginxErrorLog, { path, bytes: ERROR_LOG_BYTES }),
    ),
    ...accessLogs(proxy).flatMap(({ path, format }) =>
      plan(proxy.host, nginxAccessLog, { path, bytes: ACCESS_LOG_BYTES, format }),
    ),
  ];
}

function otherPlaces(store: EvidenceStore, walk: Walk): Planned[] {
  const host = walk.proxy?.host ?? walk.proxyHosts[0];
  if (host === undefined) return [];
  return walk.upstreams
    .filter((upstream) => !taken(store, walk, upstream))
    .flatMap((upstream) =>
      [...elsewherePlaces(store, walk, upstream), ...freePlaces(store, walk, upstream)].flatMap((place) =>
        plan(host, httpRequest, elsewhereRequest(walk, place.address, place.port)),
      ),
    );
}

/** Something answers or holds the connection there: then nobody needs to look for it elsewhere. */
function taken(store: EvidenceStore, walk: Walk, upstream: UpstreamWalk): boolean {
  const host = walk.proxy?.host ?? walk.proxyHosts[0] ?? '';
  const facts = store.look(httpRequest, host, directRequest(walk, upstream))?.facts;
  return facts !== undefined &&
    !['refused', 'timeout-connect', 'unreachable', 'name-unresolved'].includes(facts.outcome) &&
    (facts.status ?? 500) < 400
    ? true
    : facts?.outcome === 'timeout-response';
}

/** Of a TLS upstream always; of a plain one that cuts or refuses the request, to see whether it expects TLS. */
function handshakes(store: EvidenceStore, walk: Walk): Planned[] {
  const host = walk.proxy?.host ?? walk.proxyHosts[0];
  if (host === undefined) return [];
  return walk.upstreams.flatMap((upstream) => {
    const params = tlsParams(upstream);
    const facts = store.look(httpRequest, host, directRequest(walk, upstream))?.facts;
    const odd =
      facts !== undefined &&
      (['closed-early', 'reset', 'invalid-http'].includes(facts.outcome) || facts.status === 400);
    return params && (upstream.server.scheme === 'https' || odd) ? plan(host, tlsHandshake, params) : [];
  });
}

const ROUTES_MAX = 4;

/** The routes to what a name turned out to stand for. */
function namedRoutes(store: EvidenceStore, walk: Walk): Planned[] {
  const host = walk.proxy?.host ?? walk.proxyHosts[0];
  if (host === undefined) return [];
  const addresses = walk.upstreams
    .filter((upstream) => !upstream.loopback && upstream.server.isName)
    .flatMap((upstream) => lookupAddresses(store, host, upstream.server.host));
  return [...new Set(addresses)].slice(0, ROUTES_MAX).flatMap((address) => plan(host, netRoute, { address }));
}

function complaints(store: EvidenceStore, walk: Walk): Planned[] {
  const backends = new Set(walk.upstreams.flatMap(({ backend }) => (backend ? [backend.service] : [])));
  return [...backends].flatMap((service) => {
    const paths = [...new Set(complainedPaths(store, service).map((word) => word.path ?? ''))].slice(0, 20);
    return paths.length > 0 ? plan(service.host, fileStat, { paths }) : [];
  });
}
