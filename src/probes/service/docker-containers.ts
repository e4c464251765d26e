import { z } from 'zod';
import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, frameNamed, framesOf, frameText } from '../framed-output.js';
import { deniesPermission, failureOf, firstLine, unread, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { inspectedContainer } from './docker-inspect-schema.js';
import { jsonMemberLines } from './json-lines.js';

export interface PublishedPort {
  readonly containerPort: number;
  /** tcp, udp or sctp. */
  readonly protocol: string;
  /** `0.0.0.0`, `::`, `127.0.0.1`; empty means all. */
  readonly hostIp: string;
  readonly hostPort: number;
  /** The line of `hostPort`. */
  readonly line?: number | undefined;
}

export interface ContainerFacts {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  /** As it was asked for, `onlyoffice/documentserver:latest`. */
  readonly image: string;
  readonly imageId: string;
  readonly createdAt: string;
  /** created, running, paused, restarting, removing, exited, dead. */
  readonly status: string;
  readonly running: boolean;
  readonly paused: boolean;
  readonly restarting: boolean;
  readonly exitCode: number;
  readonly error: string;
  readonly oomKilled: boolean;
  /** ISO 8601; absent where it never happened (docker's year 1). */
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
  readonly restartCount: number;
  /** no, always, unless-stopped, on-failure. */
  readonly restartPolicy: string;
  readonly health?:
    | {
        /** starting, healthy, unhealthy. */
        readonly status: string;
        readonly failingStreak: number;
        readonly lastOutput: string;
        readonly lastExitCode?: number | undefined;
      }
    | undefined;
  readonly publishedPorts: readonly PublishedPort[];
  /** `8000/tcp` */
  readonly exposedPorts: readonly string[];
  readonly networks: readonly {
    readonly name: string;
    readonly ip: string;
    readonly aliases: readonly string[];
    /** The line of its name. */
    readonly line?: number | undefined;
  }[];
  /** bridge, host, none, `container:ID`, or a network's name. */
  readonly networkMode: string;
  readonly mounts: readonly {
    readonly source: string;
    readonly destination: string;
    readonly type: string;
    readonly rw: boolean;
  }[];
  readonly extraHosts: readonly string[];
  /** The main process as the host numbers it; absent when it does not run. */
  readonly pid?: number | undefined;
  /** Entry point and arguments. */
  readonly command: readonly string[];
  readonly composeProject?: string | undefined;
  readonly composeService?: string | undefined;
  readonly memoryLimit?: number | undefined;
  readonly line: number;
  /** Lines by member: `Status`, `ExitCode`, `OOMKilled`, `Error`, `FinishedAt`, `Health`, `RestartCount`, `Ports`, … */
  readonly lines: Readonly<Record<string, number>>;
}

export interface DockerContainersFacts {
  /** False where neither docker's nor podman's command is installed. */
  readonly present: boolean;
  /** False where the command is there and no daemon answers: containers are then unknown, not absent. */
  readonly daemonReachable: boolean;
  readonly engine?: 'docker' | 'podman' | undefined;
  /** The client's own first line where the daemon did not answer. */
  readonly says?: string | undefined;
  /** The line of what it says. */
  readonly line?: number | undefined;
  readonly containers: readonly ContainerFacts[];
}

// The containers' environment holds secrets and decides nothing here: it does not leave the host.
const SNIPPET = `${FRAME_SHELL}
engine=docker
command -v docker >/dev/null 2>&1 || engine=podman
command -v "$engine" >/dev/null 2>&1 || { frame absent 0 ''; exit 0; }
take both "$engine" ps -aq --no-trunc
[ "$r" = 0 ] || { frame "$engine ps" 1 "$o"; exit 0; }
ids=$o
set -f
if [ -z "$ids" ]; then frame "$engine inspect" 0 '[]'; exit 0; fi
take "$engine" inspect --type container $ids 2>/dev/null
[ -n "$o" ] || o='[]'
frame "$engine inspect" 0 "$(printf '%s\\n' "$o" | sed '/^ *"Env": \\[$/,/^ *\\],*$/d')"
`;

/** Every container, running or not, as `docker inspect` (or podman's) tells. */
export const dockerContainers: ProbeKind<void, DockerContainersFacts> = {
  kind: 'docker.containers',
  command: () => ({
    id: 'docker.containers',
    kind: 'docker.containers',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 8000,
    capBytes: 4 * 1024 * 1024,
    privileged: true,
  }),
  parse: parseDockerContainers,
};

/** Sample: test/probes/service/fixtures/docker-inspect-*.txt */
export function parseDockerContainers(output: ProbeOutput): Parsed<DockerContainersFacts> {
  const read = framesOf(output, 'docker');
  if (!read.ok) return read;
  if (read.frames[0]?.name === 'absent') {
    return { ok: true, facts: { present: false, daemonReachable: false, containers: [] } };
  }
  const engine = read.frames[0]?.name.startsWith('podman') ? 'podman' : 'docker';
  const inspect = frameNamed(read.frames, `${engine} inspect`);
  if (inspect === undefined) {
    const text = frameText(read.frames[0]);
    if (deniesPermission(text)) return unread('permission-denied', `${engine}: ${firstLine(text)}`);
    if (
      /cannot connect to the docker daemon|is the docker daemon running|connection refused|no such file/i.test(
        text,
      )
    ) {
      const facts = {
        present: true,
        daemonReachable: false,
        engine,
        says: firstLine(text),
        line: read.frames[0]?.lines[0]?.line,
        containers: [],
      } as const;
      return { ok: true, facts, missing: { reason: 'failed', says: `${engine}: ${firstLine(text)}` } };
    }
    return failureOf(engine, text);
  }
  const parsed = z.array(z.unknown()).safeParse(jsonOf(frameText(inspect)));
  if (!parsed.success) return unread('unparseable', `${engine} inspect: not the JSON that is expected`);
  const places = jsonMemberLines(inspect.lines);
  const containers = parsed.data.flatMap((one, at) => containerOf(one, at, places));
  if (containers.length < parsed.data.length)
    return unread('unparseable', `${engine} inspect: a container without a state`);
  return { ok: true, facts: { present: true, daemonReachable: true, engine, containers } };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function containerOf(raw: unknown, at: number, places: ReadonlyMap<string, number>): ContainerFacts[] {
  const read = inspectedContainer.safeParse(raw);
  if (!read.success) return [];
  const { State: state, Config: config, HostConfig: host, NetworkSettings: network, ...one } = read.data;
  const health = state.Health ?? state.Healthcheck;
  const lastCheck = health?.Log?.at(-1);
  const labels = config.Labels ?? {};
  return [
    withoutUndefined<ContainerFacts>({
      id: one.Id,
      name: one.Name.replace(/^\//, ''),
      image: config.Image ?? one.ImageName ?? one.Image,
      imageId: one.Image,
      createdAt: one.Created,
      status: state.Status,
      running: state.Running,
      paused: state.Paused,
      restarting: state.Restarting,
      exitCode: state.ExitCode,
      error: state.Error,
      oomKilled: state.OOMKilled,
      startedAt: happened(state.StartedAt),
      finishedAt: happened(state.FinishedAt),
      restartCount: one.RestartCount,
      restartPolicy: host.RestartPolicy?.Name || 'no',
      health:
        health?.Status === undefined || health.Status === '' || health.Status === 'none'
          ? undefined
          : withoutUndefined({
              status: health.Status,
              failingStreak: health.FailingStreak ?? 0,
              lastOutput: (lastCheck?.Output ?? '').slice(0, 2000),
              lastExitCode: lastCheck?.ExitCode,
            }),
      // A container that does not run, or is between two starts ("restarting", which docker counts as running), publishes
      // nothing; what it would publish is what its maker asked for.
      publishedPorts: publishedPortsOf(
        (state.Running && !state.Restarting ? network.Ports : host.PortBindings) ?? {},
        (key, index) =>
          places.get(
            `${at}.${state.Running && !state.Restarting ? 'NetworkSettings.Ports' : 'HostConfig.PortBindings'}.${key}.${index}.HostPort`,
          ),
      ),
      exposedPorts: Object.keys(config.ExposedPorts ?? {}),
      networks: Object.entries(network.Networks ?? {}).map(([name, joined]) => ({
        name,
        ip: joined?.IPAddress ?? '',
        aliases: joined?.Aliases ?? [],
        line: places.get(`${at}.NetworkSettings.Networks.${name}`),
      })),
      networkMode: host.NetworkMode ?? '',
      mounts: (one.Mounts ?? []).map((mount) => ({
        source: mount.Source ?? '',
        destination: mount.Destination,
        type: mount.Type ?? 'bind',
        rw: mount.RW ?? true,
      })),
      extraHosts: host.ExtraHosts ?? [],
      pid: state.Pid || undefined,
      command: [one.Path ?? '', ...(one.Args ?? [])].filter((word) => word !== ''),
      composeProject: labels['com.docker.compose.project'],
      composeService: labels['com.docker.compose.service'],
      memoryLimit: host.Memory || undefined,
      line: places.get(String(at)) ?? 0,
      lines: linesFor(at, places),
    }),
  ];
}

const CITED: ReadonlyArray<readonly [string, string]> = [
  ...[
    'Status',
    'Running',
    'Paused',
    'Restarting',
    'OOMKilled',
    'ExitCode',
    'Error',
    'StartedAt',
    'FinishedAt',
  ].map((name) => [name, `State.${name}`] as const),
  ['Health', 'State.Health.Status'],
  ['RestartCount', 'RestartCount'],
  ['Image', 'Config.Image'],
  ['ImageId', 'Image'],
  ['Ports', 'NetworkSettings.Ports'],
  ['Networks', 'NetworkSettings.Networks'],
  ['NetworkMode', 'HostConfig.NetworkMode'],
  ['RestartPolicy', 'HostConfig.RestartPolicy'],
  ['ExtraHosts', 'HostConfig.ExtraHosts'],
  ['Mounts', 'Mounts'],
];

function linesFor(at: number, places: ReadonlyMap<string, number>): Record<string, number> {
  const lines: Record<string, number> = {};
  for (const [name, path] of CITED) {
    const line = places.get(`${at}.${path}`);
    if (line !== undefined) lines[name] = line;
  }
  return lines;
}

function happened(time: string | undefined): string | undefined {
  return time === undefined || time === '' || time.startsWith('0001-') ? undefined : time;
}

function publishedPortsOf(
  ports: Readonly<
    Record<string, readonly { HostIp?: string | undefined; HostPort?: string | undefined }[] | null>
  >,
  lineOf: (key: string, index: number) => number | undefined,
): PublishedPort[] {
  return Object.entries(ports).flatMap(([key, bindings]) => {
    const [port = '', protocol = 'tcp'] = key.split('/');
    return (bindings ?? []).flatMap((binding, index) => {
      const hostPort = Number(binding.HostPort);
      if (!/^\d{1,5}$/.test(port) || !Number.isInteger(hostPort) || hostPort === 0) return [];
      return [
        {
          containerPort: Number(port),
          protocol,
          hostIp: binding.HostIp ?? '',
          hostPort,
          line: lineOf(key, index),
        },
      ];
    });
  });
}
