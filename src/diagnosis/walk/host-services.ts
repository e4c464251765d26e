/** All services of a host, and which of them each process and listener belongs to. */
import { type Listener, netListeners } from '../../probes/net/net-listeners.js';
import { processCgroups } from '../../probes/process/process-cgroups.js';
import { type ProcessEntry, processList } from '../../probes/process/process-list.js';
import type { EvidenceStore } from '../looked.js';
import { dockerServices } from './docker-services.js';
import { hiddenOwner, programOf } from './hidden-owner.js';
import { roleOf, type ServiceReading } from './service-reading.js';
import { activatedService } from './socket-units.js';
import { supervisorServices } from './supervisor-services.js';
import { systemdServices } from './systemd-services.js';

export interface OwnedListener {
  readonly listener: Listener;
  readonly service: ServiceReading | undefined;
  /** The program's name as the kernel knows it; absent where this account may not see it. */
  readonly program: string | undefined;
  readonly pid: number | undefined;
  readonly cite: readonly string[];
}

export interface HostServices {
  readonly host: string;
  readonly services: readonly ServiceReading[];
  readonly listeners: readonly OwnedListener[];
  readonly processes: ReadonlyMap<number, ProcessEntry>;
  /** False where the listeners could not be seen at all. */
  readonly listenersKnown: boolean;
  /** False where listeners are seen without their processes. */
  readonly ownersVisible: boolean;
  serviceOf(pid: number): ServiceReading | undefined;
}

export function hostServices(store: EvidenceStore, host: string): HostServices {
  const processes = new Map(
    (store.look(processList, host, undefined)?.facts.processes ?? []).map((entry) => [entry.pid, entry]),
  );
  const managed = [
    ...supervisorServices(store, host),
    ...dockerServices(store, host),
    ...systemdServices(store, host),
  ];
  const find = serviceFinder(store, host, managed, processes);
  const look = store.look(netListeners, host, undefined);
  const bare = new Map<number, ServiceReading>();
  const listeners = (look?.facts.listeners ?? []).map((listener): OwnedListener => {
    const hidden = hiddenOwner(store, host, listener, processes);
    // systemd keeps what it opened for a service: the other that has it, too, is the service itself.
    const owner =
      listener.processes.find(({ pid }) => pid !== 1) ??
      listener.processes[0] ??
      (hidden && { pid: hidden.pid, name: programOf(hidden) });
    const published = dockerPublisher(listener, managed);
    const activated =
      owner === undefined || owner.pid === 1 ? activatedService(listener, managed) : undefined;
    const service =
      published ??
      activated ??
      (owner && (find(owner.pid) ?? bareProcess(host, owner.pid, owner.name, processes, store, bare)));
    return {
      listener,
      service,
      program: owner?.name,
      pid: owner?.pid,
      cite: look?.cite(listener.line) ?? [],
    };
  });
  return {
    host,
    services: [...managed, ...bare.values()],
    listeners,
    processes,
    listenersKnown: look !== undefined,
    ownersVisible: look?.facts.processesVisible ?? false,
    serviceOf: (pid) => find(pid) ?? bare.get(pid),
  };
}

/** docker-proxy, or the kernel's own forwarding, listens in a container's stead. */
function dockerPublisher(
  listener: Listener,
  services: readonly ServiceReading[],
): ServiceReading | undefined {
  const { port } = listener;
  const stranger = listener.processes.some(
    ({ name }) => !/^(?:docker-proxy|rootlessport|conmon|pasta|slirp4netns)/.test(name),
  );
  if (port === undefined || stranger) return undefined;
  return services.find(
    (service) =>
      service.manager === 'docker' &&
      ['running', 'paused'].includes(service.state) &&
      service.publishedPorts?.includes(port),
  );
}

function serviceFinder(
  store: EvidenceStore,
  host: string,
  services: readonly ServiceReading[],
  processes: ReadonlyMap<number, ProcessEntry>,
): (pid: number) => ServiceReading | undefined {
  const owners = new Map(
    (store.look(processCgroups, host, undefined)?.facts.owners ?? []).map((owner) => [owner.pid, owner]),
  );
  const byPid = new Map<number, ServiceReading>();
  for (const service of services) {
    if (service.pid !== undefined && service.manager !== 'systemd') byPid.set(service.pid, service);
  }
  const byUnit = new Map(services.filter((one) => one.manager === 'systemd').map((one) => [one.name, one]));
  const containers = services.filter((service) => service.manager === 'docker');
  return (pid) => {
    for (const ancestor of ancestry(pid, processes)) {
      const service = byPid.get(ancestor);
      if (service) return service;
    }
    const program = supervisedProgram(pid, services, processes);
    if (program) return program;
    const owner = owners.get(pid);
    const container = owner?.containerId && containers.find((one) => one.groupOrId === owner.containerId);
    if (container) return container;
    return owner?.unit ? byUnit.get(owner.unit) : undefined;
  };
}

/** A program that died and was started again between two looks: its pid is new, its command and its keeper are the same. */
function supervisedProgram(
  pid: number,
  services: readonly ServiceReading[],
  processes: ReadonlyMap<number, ProcessEntry>,
): ServiceReading | undefined {
  const entry = processes.get(pid);
  const parent = entry && processes.get(entry.ppid);
  if (!entry || !parent?.args.includes('supervisord')) return undefined;
  const supervised = services.filter((service) => service.manager === 'supervisor');
  return supervised.find((service) => service.command?.trim() === entry.args.trim());
}

const DEPTH_MAX = 12;

function ancestry(pid: number, processes: ReadonlyMap<number, ProcessEntry>): number[] {
  const line: number[] = [];
  for (let at = pid; at > 1 && line.length < DEPTH_MAX; ) {
    line.push(at);
    const parent = processes.get(at)?.ppid;
    if (parent === undefined || line.includes(parent)) break;
    at = parent;
  }
  return line;
}

/** A program that nobody manages: started by hand, from a script, or by a manager that this check does not know. */
function bareProcess(
  host: string,
  pid: number,
  name: string,
  processes: ReadonlyMap<number, ProcessEntry>,
  store: EvidenceStore,
  known: Map<number, ServiceReading>,
): ServiceReading {
  const before = known.get(pid);
  if (before) return before;
  const entry = processes.get(pid);
  const look = store.look(processList, host, undefined);
  const made: ServiceReading = {
    host,
    manager: 'process',
    name,
    state: 'running',
    rawState: entry ? `state ${entry.state}` : 'running',
    running: true,
    pid,
    user: entry?.user,
    command: entry?.args,
    startedSecondsAgo: entry?.startedSecondsAgo,
    logs: [],
    config: { pid, command: entry?.args, environment: {}, files: [] },
    cite: entry && look ? look.cite(entry.line) : [],
  };
  known.set(pid, made);
  return made;
}

/** Services that may be a backend: no part of the system, no proxy, no store. */
export function candidates(services: HostServices): ServiceReading[] {
  return services.services.filter((service) => roleOf(service) === 'candidate');
}
