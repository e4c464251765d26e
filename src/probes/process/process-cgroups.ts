import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { cutShort, failureOf, linesOf, unread, wholeNumber, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';

export type ContainerRuntime = 'docker' | 'containerd' | 'podman' | 'crio' | 'lxc' | 'unknown';

export interface ProcessOwner {
  readonly pid: number;
  /** The control group's path that the rest was read from. */
  readonly cgroup: string;
  /** The system unit, `nginx.service` or `session-3.scope`. */
  readonly unit?: string | undefined;
  /** The unit of a user's own manager, below `user@1000.service`. */
  readonly userUnit?: string | undefined;
  /** 64 hexadecimal digits; lxc's are names. */
  readonly containerId?: string | undefined;
  readonly runtime?: ContainerRuntime | undefined;
  /** Kubernetes's pod, with hyphens. */
  readonly podUid?: string | undefined;
  readonly line: number;
}

export interface ProcessCgroupsFacts {
  readonly owners: readonly ProcessOwner[];
}

// Processes end while grep reads; that is no failure, so its status is not passed on.
const SNIPPET = 'grep -s -H . /proc/[0-9]*/cgroup; exit 0';

/** What owns every process: its systemd unit, and its container. Source: cgroups(7), systemd.io/CGROUP_DELEGATION. */
export const processCgroups: ProbeKind<void, ProcessCgroupsFacts> = {
  kind: 'process.cgroups',
  command: () => ({
    id: 'process.cgroups',
    kind: 'process.cgroups',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 5000,
    capBytes: 4 * 1024 * 1024,
  }),
  parse: parseProcessCgroups,
};

/**
 * Sample (v2, then v1):
 * /proc/812/cgroup:0::/system.slice/nginx.service
 * /proc/917/cgroup:1:name=systemd:/docker/3f5a…64 digits
 */
export function parseProcessCgroups(output: ProbeOutput): Parsed<ProcessCgroupsFacts> {
  const cut = cutShort(output, 'grep /proc/*/cgroup');
  if (cut !== undefined) return cut;
  const best = new Map<number, ProcessOwner>();
  for (const { text, line } of linesOf(output.stdout)) {
    const shape = /^\/proc\/(\d{1,9})\/cgroup:\d+:([^:]*):(\/.*)$/.exec(text);
    const pid = wholeNumber(shape?.[1]);
    if (shape === null || pid === undefined) continue;
    const owner = ownerOf(pid, shape[3] ?? '/', line);
    const known = best.get(pid);
    if (known === undefined || worth(owner) > worth(known)) best.set(pid, owner);
  }
  if (best.size > 0) return { ok: true, facts: { owners: [...best.values()] } };
  if (output.stderr !== '') return failureOf('grep /proc/*/cgroup', output.stderr);
  return unread('unparseable', 'no process has a readable /proc/PID/cgroup');
}

/** Of v1's many lines, the one that names most counts; a line that names nothing only says that the process is there. */
function worth(owner: ProcessOwner): number {
  return (owner.containerId === undefined ? 0 : 2) + (owner.unit === undefined ? 0 : 1);
}

function ownerOf(pid: number, cgroup: string, line: number): ProcessOwner {
  return withoutUndefined({ pid, cgroup, ...groupOwner(cgroup), line });
}

/** What owns the processes of a control group, by its path. */
export function groupOwner(cgroup: string): Omit<ProcessOwner, 'pid' | 'cgroup' | 'line'> {
  const parts = cgroup.split('/').filter((part) => part !== '');
  const units = parts.filter((part) => /\.(?:service|scope|socket|mount)$/.test(part));
  const container = containerOf(parts);
  const containerAt = container?.at ?? -1;
  // Below a container's group stand the units of the container's own systemd; above it, the engine's scope.
  const unit = parts.slice(containerAt + 1).find((part) => units.includes(part)) ?? units[0];
  const manager = parts.findIndex((part) => /^user@\d+\.service$/.test(part));
  const userUnit = manager === -1 ? undefined : parts.slice(manager + 1).find((part) => units.includes(part));
  const pod = /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12})/.exec(cgroup);
  const podUid = pod?.[1]?.replaceAll('_', '-');
  const { id: containerId, runtime } = container ?? {};
  return { unit, userUnit, containerId, runtime, podUid };
}

function containerOf(
  parts: readonly string[],
): { id: string; runtime: ContainerRuntime; at: number } | undefined {
  for (const [at, part] of parts.entries()) {
    const scoped =
      /^(docker|libpod|cri-containerd|nerdctl|crio)-(?:conmon-)?([0-9a-f]{64})(?:\.scope)?$/.exec(part);
    if (scoped !== null) return { id: scoped[2] ?? '', runtime: runtimeOf(scoped[1] ?? ''), at };
    const lxc = /^lxc\.(?:payload\.)?(.+)$/.exec(part);
    if (lxc !== null) return { id: lxc[1] ?? '', runtime: 'lxc', at };
    const bare = /^(?:.*:)?([0-9a-f]{64})$/.exec(part);
    if (bare === null) continue;
    const parent = parts[at - 1] ?? '';
    const runtime =
      part.includes('cri-containerd') || parts[0]?.startsWith('kubepods') ? 'containerd' : runtimeOf(parent);
    return { id: bare[1] ?? '', runtime, at };
  }
  return undefined;
}

function runtimeOf(word: string): ContainerRuntime {
  if (word.startsWith('docker')) return 'docker';
  if (word.startsWith('libpod')) return 'podman';
  if (word.startsWith('crio')) return 'crio';
  if (word === 'cri-containerd' || word === 'nerdctl' || word === 'default' || word === 'k8s.io')
    return 'containerd';
  return 'unknown';
}
