import { hostIdentity } from '../../probes/host/host-identity.js';
import { type ContainerFacts, dockerContainers } from '../../probes/service/docker-containers.js';
import type { EvidenceStore, Looked } from '../looked.js';
import type { ServiceReading, ServiceState } from './service-reading.js';

/** The engine counts restarts of a container's whole life; only those of a very young process are of now. */
const YOUNG_SECONDS = 60;

const STATES: Readonly<Record<string, ServiceState>> = {
  running: 'running',
  created: 'stopped',
  exited: 'exited',
  dead: 'failed',
  paused: 'paused',
  restarting: 'restarting',
  removing: 'stopped',
};

/** Every container of the host's engine. */
export function dockerServices(store: EvidenceStore, host: string): ServiceReading[] {
  const look = store.look(dockerContainers, host, undefined);
  const now = store.look(hostIdentity, host, undefined)?.facts.epochSeconds;
  return (look?.facts.containers ?? []).map((container) => readContainer(container, host, look, now));
}

function readContainer(
  container: ContainerFacts,
  host: string,
  look: Looked<unknown> | undefined,
  now: number | undefined,
): ServiceReading {
  const state = STATES[container.status] ?? 'unknown';
  const started = ago(container.startedAt, now);
  return {
    host,
    manager: 'docker',
    name: container.name,
    groupOrId: container.id,
    state,
    rawState: rawStateOf(container),
    running: container.running && !container.paused && !container.restarting,
    enabled: container.restartPolicy !== '' && container.restartPolicy !== 'no',
    pid: container.pid === 0 ? undefined : container.pid,
    command: container.command.join(' '),
    startedSecondsAgo: started,
    stoppedSecondsAgo: ago(container.finishedAt, now),
    // Whether an engine starts it at boot is its restart policy; "created" is no boot, but a start that nobody made or that failed.
    neverStarted: false,
    exitStatus: container.exitCode,
    restarts: container.restartCount,
    recentStarts: started !== undefined && started < YOUNG_SECONDS ? container.restartCount + 1 : 1,
    oomKilled: container.oomKilled,
    health: container.health?.status,
    healthOutput: container.health?.lastOutput.trim().split('\n')[0]?.slice(0, 200),
    error: container.error,
    image: container.image,
    exposedPorts: container.exposedPorts.map((port) => Number.parseInt(port, 10)).filter((port) => port > 0),
    publishedPorts: container.publishedPorts.map((port) => port.hostPort),
    networks: container.networks.map((network) => network.name),
    container,
    logs: [{ kind: 'docker', container: container.name }],
    config: { command: container.command.join(' '), environment: {}, files: [] },
    cite: citedLines(container).flatMap((line) => look?.cite(line) ?? []),
  };
}

/** `exited (137)`; of a start that failed, docker's own reason. */
function rawStateOf({ status, exitCode, error }: ContainerFacts): string {
  if (status === 'exited') return `exited (${exitCode})`;
  return status === 'created' && error !== '' ? `created (${error.slice(0, 160)})` : status;
}

function citedLines(container: ContainerFacts): number[] {
  const names = ['Status', 'ExitCode', 'OOMKilled', 'Error', 'FinishedAt', 'RestartCount', 'Health'];
  const lines = names.map((name) => container.lines[name]).filter((line) => line !== undefined);
  return lines.length > 0 ? lines : [container.line];
}

function ago(at: string | undefined, now: number | undefined): number | undefined {
  const ms = at === undefined ? Number.NaN : Date.parse(at);
  // Docker's zero time, 0001-01-01, means never.
  if (Number.isNaN(ms) || ms < 0 || now === undefined) return undefined;
  return Math.max(0, Math.round(now - ms / 1000));
}
