import { type NginxErrorEntry, nginxErrorLog } from '../../probes/nginx/error-log.js';
import { nginxProcesses } from '../../probes/nginx/nginx-processes.js';
import type { EvidenceStore, Looked } from '../looked.js';
import type { Fact } from '../scene-types.js';
import type { Walk } from '../walk/walk.js';

/** Everything that a host's nginx error logs hold, oldest first; `marked` where a line is this check's own request. */
export function proxyErrors(
  store: EvidenceStore,
  walk: Walk,
  host: string,
): Fact<'ProxyError'>[] | undefined {
  const looks = store.looks(nginxErrorLog, host);
  if (looks.length === 0) return undefined;
  const processes = store.look(nginxProcesses, host, {})?.facts;
  const living = processes && [
    ...processes.workers.filter((worker) => !worker.shuttingDown),
    ...processes.masters,
  ];
  const pids = living && new Set(living.map((one) => one.pid));
  return looks.flatMap((look) => look.facts.entries.map((entry) => errorOf(entry, look, walk, pids)));
}

function errorOf(
  entry: NginxErrorEntry,
  look: Looked<{ readonly nowEpoch: number }>,
  walk: Walk,
  pids: ReadonlySet<number> | undefined,
): Fact<'ProxyError'> {
  return {
    kind: entry.kind,
    errno: entry.errno ?? 0,
    phase: entry.stage ?? '',
    upstream: entry.upstreamAddress ?? entry.upstream ?? '',
    message: entry.message,
    zone: entry.zone ?? '',
    secondsAgo: Math.max(0, Math.round(look.facts.nowEpoch - entry.at)),
    marked: entry.trace === walk.target.trace,
    ofCheck: entry.trace !== undefined,
    live: pids?.has(entry.pid),
    ofSite: entry.trace === walk.target.trace || ofSite(entry, walk),
    bytes: Number(/too large body: (\d{1,15}) bytes/.exec(entry.message)?.[1] ?? 0),
    cite: look.cite(entry.line),
  };
}

/**
 * nginx logs the first name of the server block; `_` and no name at all stand for many, and there the Host that the
 * client asked for tells. Undefined where it is not known which server takes the target's request.
 */
function ofSite({ server, host }: NginxErrorEntry, { proxy, url }: Walk): boolean | undefined {
  const first = proxy?.read?.match.server?.names[0]?.text;
  if (first === undefined) return undefined;
  if (server === undefined || server !== first.replace(/^\./, '')) return false;
  return isOwnName(server) || host?.toLowerCase() === url.host;
}

function isOwnName(server: string): boolean {
  return server !== '' && server !== '_' && server !== 'localhost';
}
