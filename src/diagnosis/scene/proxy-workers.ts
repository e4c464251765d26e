import { dirname } from 'node:path/posix';
import { type FileEntry, fileStat } from '../../probes/file/file-stat.js';
import { nginxProcesses } from '../../probes/nginx/nginx-processes.js';
import { processDetail } from '../../probes/process/process-detail.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { configFiles } from '../walk/proxy-files.js';
import type { ProxyReading } from '../walk/read-proxy.js';
import type { Walk } from '../walk/walk.js';
import { proxyErrors } from './proxy-errors.js';

/** The workers' age beside the files' says whether a change on disk is in force. */
export function workersOf(store: EvidenceStore, walk: Walk, proxy: ProxyReading): Partial<Fact<'Proxy'>> {
  const errors = proxyErrors(store, walk, proxy.host) ?? [];
  const used = errors.filter((error) => error.marked && error.upstream).map((error) => error.upstream ?? '');
  const live = proxy.workers.filter((worker) => !worker.shuttingDown);
  const details = live
    .map((worker) => store.look(processDetail, proxy.machine, { pid: worker.pid }))
    .find((look) => look);
  return {
    usedAddresses: [...new Set(used)],
    ...newerFiles(
      store,
      proxy,
      live.map((worker) => worker.startedSecondsAgo),
    ),
    openFiles: details?.facts.fdCount,
    openFilesLimit: details?.facts.nofile?.soft,
    openFilesCite: details ? details.cite(details.facts.fdCountLine ?? details.facts.line) : [],
  };
}

function newerFiles(
  store: EvidenceStore,
  proxy: ProxyReading,
  ages: readonly number[],
): Partial<Fact<'Proxy'>> {
  const looks = store.looks(fileStat, proxy.host);
  const clock = store.look(nginxProcesses, proxy.machine, {});
  const now = clock?.facts.epoch;
  if (ages.length === 0 || looks.length === 0 || now === undefined) return {};
  // A clock of whole seconds may be up to one behind.
  const workersStarted = now - Math.max(...ages) + (Number.isInteger(now) ? 1 : 0);
  // A file that was put into a folder or taken out of it changes the folder.
  const files = new Set(configFiles(proxy).flatMap((path) => [path, dirname(path)]));
  const known = looks.flatMap((look) =>
    look.facts.entries
      .filter((entry) => files.has(entry.path) && entry.mtimeEpoch !== undefined)
      .map((entry) => ({ ...latestChange(entry), look })),
  );
  if (known.length === 0) return {};
  // stat cuts its times to seconds: a file that was written within the second of the start counts as older.
  const newer = known.filter(({ epoch }) => epoch > workersStarted);
  return {
    configNewerThanWorkers: newer.length > 0,
    configFileCite: newer.flatMap(({ line, look }) => look.cite(line)),
  };
}

/** sites-enabled holds links: what they lead to is what is edited. */
function latestChange(entry: FileEntry): { readonly epoch: number; readonly line: number } {
  const own = entry.mtimeEpoch ?? 0;
  const target = entry.targetMtimeEpoch ?? 0;
  return target > own
    ? { epoch: target, line: entry.targetLine ?? entry.line }
    : { epoch: own, line: entry.line };
}
