import { type FileEntry, fileStat } from '../../probes/file/file-stat.js';
import { processDetail } from '../../probes/process/process-detail.js';
import type { EvidenceStore, Looked } from '../looked.js';
import type { Fact } from '../scene-types.js';
import type { Walk } from '../walk/walk.js';
import { type Account, accountOf, allows } from './file-rights.js';

export function socketOf(
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
