/** What the kernel and the file systems of the hosts tell, tied to the services that it concerns. */
import { hostDisk } from '../../probes/host/host-disk.js';
import { hostMounts } from '../../probes/host/host-mounts.js';
import { type KernelMessage, kernelLog } from '../../probes/host/kernel-log.js';
import { macStatus } from '../../probes/host/mac-status.js';
import { groupOwner } from '../../probes/process/process-cgroups.js';
import type { EvidenceStore, Looked } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { errorLogPaths } from '../walk/proxy-files.js';
import type { ServiceReading } from '../walk/service-reading.js';
import { wordsOf } from '../walk/service-words.js';
import { isGuess, type Walk } from '../walk/walk.js';
import { currentSignals, signalFact } from './current-signals.js';

export function kernelEventsOf(store: EvidenceStore, walk: Walk): Fact<'KernelEvent'>[] {
  return walk.hosts.flatMap((host) => {
    const log = store.look(kernelLog, host.host, undefined);
    const mac = store.look(macStatus, host.host, undefined);
    const event =
      (kind: string, look: Looked<unknown>) =>
      (message: KernelMessage & { pid?: number | undefined; process?: string }) =>
        eventFact(walk, host.host, kind, message, look);
    return [
      ...(log
        ? [
            ...log.facts.oomKills.map((kill) => ({
              ...event('oom-kill', log)(kill),
              service: struck(walk, host.host, kill),
            })),
            ...log.facts.conntrackFull.map(event('conntrack-full', log)),
            ...log.facts.appArmorDenied.map(event('apparmor-denied', log)),
            ...log.facts.avcDenied.map(event('avc-denied', log)),
            ...log.facts.ioErrors.map(event('io-error', log)),
            ...log.facts.segfaults.map(event('segfault', log)),
          ]
        : []),
      ...(mac ? mac.facts.recentDenials.map(event('avc-denied', mac)) : []),
    ];
  });
}

function eventFact(
  _walk: Walk,
  host: string,
  kind: string,
  message: KernelMessage & { pid?: number | undefined; process?: string },
  look: Looked<unknown>,
): Fact<'KernelEvent'> {
  return {
    host,
    kind,
    pid: message.pid,
    process: message.process ?? '',
    service: '',
    secondsAgo: message.secondsAgo,
    text: message.text,
    cite: look.cite(message.line),
  };
}

/** Whose process it was: by its control group, its pid, or the name of the service's program. */
function struck(
  walk: Walk,
  host: string,
  kill: { pid: number; process: string; cgroup?: string | undefined },
): string {
  const services = walk.hosts.find((one) => one.host === host)?.services ?? [];
  const byGroup = services.find(
    (service) =>
      kill.cgroup !== undefined &&
      ((service.manager === 'systemd' && kill.cgroup.includes(`/${service.name}`)) ||
        (service.manager === 'docker' &&
          service.groupOrId !== undefined &&
          kill.cgroup.includes(service.groupOrId))),
  );
  // A unit's group is its own: what died in it is no other service, whatever its name. Supervisor's programs share one.
  const unit = kill.cgroup === undefined ? undefined : groupOwner(kill.cgroup).unit;
  if (!byGroup && unit?.endsWith('.service') && !unit.startsWith('supervisor')) return '';
  const byPid = services.find((service) => service.pid === kill.pid);
  const found = byGroup ?? byPid ?? services.find((service) => programName(service) === kill.process);
  return found?.name ?? '';
}

function programName(service: ServiceReading): string {
  return ((service.command ?? '').split(' ')[0]?.split('/').at(-1) ?? '').slice(0, 15);
}

export function filesystemsOf(store: EvidenceStore, walk: Walk): Fact<'Filesystem'>[] {
  return walk.hosts.flatMap((host) => {
    const look = store.look(hostDisk, host.host, undefined);
    const mounts = store.look(hostMounts, host.host, undefined)?.facts.mounts ?? [];
    if (!look) return [];
    const used = pathsInUse(store, walk, host.host);
    // A packed image (squashfs, iso9660) is full by its nature, and so says nothing.
    const kept = look.facts.filesystems.filter((one) => !/squashfs|iso9660|erofs/.test(one.type));
    const onlyFull = kept.filter(full).length === 1;
    return kept.map((filesystem): Fact<'Filesystem'> => {
      const here = (path: string): boolean =>
        mountOf(
          path,
          look.facts.filesystems.map((one) => one.mount),
        ) === filesystem.mount;
      const signals = noSpaceSignals(store, walk, host.host).filter(
        (signal) => !signal.path || here(signal.path) || full(filesystem),
      );
      return {
        host: host.host,
        mount: filesystem.mount,
        usedPercent: filesystem.usedPercent,
        inodesUsedPercent: filesystem.inodesUsedPercent ?? 0,
        readOnly: mounts.find((mount) => mount.mount === filesystem.mount)?.readOnly,
        // ENOSPC without a path can only be meant for the one that is full.
        concerned: used.some(here) || (onlyFull && full(filesystem) && signals.length > 0),
        signals,
        guessed:
          signals.length > 0 && complainers(walk, host.host).every((service) => isGuess(walk, service)),
        cite: [
          ...(filesystem.inodesUsedPercent === 100 && filesystem.inodesLine !== undefined
            ? look.cite(filesystem.inodesLine)
            : []),
          ...look.cite(filesystem.line),
        ],
      };
    });
  });
}

function full(filesystem: { usedPercent: number; inodesUsedPercent?: number | undefined }): boolean {
  return filesystem.usedPercent >= 100 || (filesystem.inodesUsedPercent ?? 0) >= 100;
}

/** The longest mount that the path lies below. */
function mountOf(path: string, mounts: readonly string[]): string | undefined {
  const above = mounts.filter((mount) => mount === '/' || path === mount || path.startsWith(`${mount}/`));
  return above.sort((a, b) => b.length - a.length)[0];
}

/** Where the backends and nginx write or read: their logs, directories, data, configuration. */
function pathsInUse(store: EvidenceStore, walk: Walk, host: string): string[] {
  const backends = walk.upstreams.flatMap(({ backend }) =>
    backend && backend.service.host === host ? [backend.service] : [],
  );
  const own = backends.flatMap((service) => {
    const words = wordsOf(store, service);
    return [
      ...service.logs.flatMap((log) => (log.kind === 'file' ? [log.path] : [])),
      ...(service.config.directory ? [service.config.directory] : []),
      ...words.storage,
      ...words.signals.flatMap((word) => (word.path ? [word.path] : [])),
      '/tmp',
    ];
  });
  const proxy = walk.proxy?.host === host ? errorLogPaths(walk.proxy) : [];
  return [...own, ...proxy].filter((path) => path.startsWith('/'));
}

function noSpaceSignals(store: EvidenceStore, walk: Walk, host: string): Fact<'Signal'>[] {
  // A neighbour's full disk is the neighbour's.
  return complainers(walk, host)
    .flatMap((service) => currentSignals(service, wordsOf(store, service)))
    .filter((word) => word.kind === 'no-space')
    .map(signalFact);
}

function complainers(walk: Walk, host: string): ServiceReading[] {
  const backends = walk.upstreams.flatMap(({ backend }) => (backend ? [backend.service] : []));
  return [...new Set(backends)].filter((service) => service.host === host);
}
