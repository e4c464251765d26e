/**
 * Whose a listener is where the list does not show it: root without CAP_SYS_PTRACE (in a container) and ordinary
 * accounts see no process of other accounts, but the socket's control group, and that names its unit or container.
 */
import type { Listener } from '../../probes/net/listener.js';
import { groupOwner, processCgroups } from '../../probes/process/process-cgroups.js';
import type { ProcessEntry } from '../../probes/process/process-list.js';
import type { EvidenceStore } from '../looked.js';

/** Shells and pipes in front of a program, or behind it: `sh -c 'exec server 2>&1 | tee -a …'`. */
const BESIDE = /^(?:sh|bash|dash|tee|cat|logger|su|sudo|runuser|timeout|sleep)$/;

/** The process that most likely opened the listener; undefined where several could have. */
export function hiddenOwner(
  store: EvidenceStore,
  host: string,
  listener: Listener,
  processes: ReadonlyMap<number, ProcessEntry>,
): ProcessEntry | undefined {
  if (listener.processes.length > 0 || listener.cgroup === undefined) return undefined;
  const group = groupKey(listener.cgroup);
  const members = (store.look(processCgroups, host, undefined)?.facts.owners ?? [])
    .filter(({ cgroup }) => groupKey(cgroup) === group)
    .flatMap(({ pid }) => processes.get(pid) ?? [])
    .filter((entry) => entry.pid !== 1 && !BESIDE.test(programOf(entry)))
    .toSorted((a, b) => a.pid - b.pid);
  const naming = members.filter((entry) => namesPort(entry.args, listener.port));
  if (naming[0]) return naming[0];
  const { unit } = groupOwner(listener.cgroup);
  // A unit is one service, and its first process is its master; elsewhere anything may share the group.
  return members.length === 1 || (unit?.endsWith('.service') && !/^(?:user@|supervisor)/.test(unit))
    ? members[0]
    : undefined;
}

/** v1 and v2 may begin their paths differently; the unit and the container are the same in both. */
function groupKey(cgroup: string): string {
  const { unit, containerId } = groupOwner(cgroup);
  return unit === undefined && containerId === undefined ? cgroup : `${containerId ?? ''}/${unit ?? ''}`;
}

/** As the kernel would name it: the program's file without its folder; a title of its own (`nginx: master …`) up to the colon. */
export function programOf(entry: ProcessEntry): string {
  return (entry.args.split(' ')[0] ?? '').split('/').at(-1)?.replace(/:$/, '').slice(0, 15) ?? '';
}

function namesPort(args: string, port: number | undefined): boolean {
  return port !== undefined && args.split(/[\s=:,;'"]+/).includes(String(port));
}
