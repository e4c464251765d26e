import { type NginxErrorEntry, nginxErrorLog } from '../../probes/nginx/error-log.js';
import { nginxProcesses } from '../../probes/nginx/nginx-processes.js';
import type { EvidenceStore, Looked } from '../looked.js';
import type { Fact } from '../scene-types.js';

/** Everything that a host's nginx error logs hold, oldest first; `marked` where a line is this check's own request. */
export function proxyErrors(
  store: EvidenceStore,
  host: string,
  trace: string,
): Fact<'ProxyError'>[] | undefined {
  const looks = store.looks(nginxErrorLog, host);
  if (looks.length === 0) return undefined;
  const processes = store.look(nginxProcesses, host, {})?.facts;
  const living = processes && [
    ...processes.workers.filter((worker) => !worker.shuttingDown),
    ...processes.masters,
  ];
  const pids = living && new Set(living.map((one) => one.pid));
  return looks.flatMap((look) => look.facts.entries.map((entry) => errorOf(entry, look, trace, pids)));
}

function errorOf(
  entry: NginxErrorEntry,
  look: Looked<{ readonly nowEpoch: number }>,
  trace: string,
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
    marked: entry.trace === trace,
    ofCheck: entry.trace !== undefined,
    live: pids?.has(entry.pid),
    bytes: Number(/too large body: (\d{1,15}) bytes/.exec(entry.message)?.[1] ?? 0),
    cite: look.cite(entry.line),
  };
}
