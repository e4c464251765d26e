/** Paths that a backend complained of, beside what stands there. */
import { type FileEntry, fileStat } from '../../probes/file/file-stat.js';
import { hostMounts } from '../../probes/host/host-mounts.js';
import { processDetail } from '../../probes/process/process-detail.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import type { ServiceReading } from '../walk/service-reading.js';
import { type Word, wordsOf } from '../walk/service-words.js';
import { isGuess, type Walk } from '../walk/walk.js';
import { currentSignals, signalFact } from './current-signals.js';
import { accountOf, allows } from './file-rights.js';
import { serviceFact } from './services.js';

const COMPLAINTS = new Set(['no-such-file', 'permission-denied', 'read-only-file-system']);

export function complainedPaths(store: EvidenceStore, service: ServiceReading): Word[] {
  return currentSignals(service, wordsOf(store, service)).filter(
    (word) =>
      COMPLAINTS.has(word.kind) &&
      word.path?.startsWith('/') === true &&
      !word.path.includes('\0') &&
      // systemd waits for a PID file; that it is not there yet is no want of the program's.
      !/\bPID file\b/.test(word.text) &&
      // systemd's "Failed to locate executable": a program that is not there is no data that is not there.
      word.path !== service.command?.trim().split(' ')[0],
  );
}

export function pathsOf(store: EvidenceStore, walk: Walk): Fact<'PathState'>[] {
  const backends = new Set(walk.upstreams.flatMap(({ backend }) => (backend ? [backend.service] : [])));
  return [...backends].flatMap((service) =>
    complainedPaths(store, service).flatMap((word) => {
      const fact = pathState(store, walk, service, word);
      return fact ? [fact] : [];
    }),
  );
}

function pathState(
  store: EvidenceStore,
  walk: Walk,
  service: ServiceReading,
  word: Word,
): Fact<'PathState'> | undefined {
  const path = word.path ?? '';
  const looks = store.looks(fileStat, service.host);
  const found = looks
    .flatMap((look) => look.facts.entries.map((entry) => ({ entry, look })))
    .find(({ entry }) => entry.path === path);
  // A file that is not there is denied or missing by its directory's leave.
  const parent = looks
    .flatMap((look) => look.facts.entries.map((entry) => ({ entry, look })))
    .filter(
      ({ entry }) => entry.state === 'exists' && path.startsWith(`${entry.path === '/' ? '' : entry.path}/`),
    )
    .at(-1);
  if (!found) return undefined;
  const seen = found.entry.state === 'exists' ? found : (parent ?? found);
  const { user, pid } = service;
  const detail = pid === undefined ? undefined : store.look(processDetail, service.host, { pid })?.facts;
  const account = user === undefined ? undefined : accountOf(user, detail);
  const mounts = store.look(hostMounts, service.host, undefined)?.facts.mounts ?? [];
  const mount = mounts
    .filter((one) => one.mount === '/' || path === one.mount || path.startsWith(`${one.mount}/`))
    .sort((a, b) => b.mount.length - a.mount.length)[0];
  return {
    host: service.host,
    path,
    parentExists: parentState(looks, path),
    exists: found.entry.state === 'exists' ? true : found.entry.state === 'missing' ? false : undefined,
    mode: seen.entry.mode,
    owner: seen.entry.owner,
    readable: account && allows(seen.entry, account, 'read'),
    writable: account && allows(seen.entry, account, 'write'),
    readOnlyMount: mount?.readOnly,
    signal: signalFact(word),
    service: serviceFact(store, walk, service),
    guessed: isGuess(walk, service),
    cite: seen.look.cite(seen.entry.line),
  };
}

function parentState(
  looks: readonly { readonly facts: { readonly entries: readonly FileEntry[] } }[],
  path: string,
): boolean | undefined {
  const parent = path.slice(0, path.lastIndexOf('/')) || '/';
  const entry = looks.flatMap((look) => look.facts.entries).find((one) => one.path === parent);
  return entry?.state === 'exists' ? true : entry?.state === 'missing' ? false : undefined;
}
