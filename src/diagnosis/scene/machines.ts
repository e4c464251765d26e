import { hostClock } from '../../probes/host/host-clock.js';
import { hostCpu } from '../../probes/host/host-cpu.js';
import { hostIdentity } from '../../probes/host/host-identity.js';
import { hostMemory } from '../../probes/host/host-memory.js';
import { netCounters } from '../../probes/net/net-counters.js';
import { dockerContainers } from '../../probes/service/docker-containers.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import type { WalkTarget } from '../walk/walk.js';

/** What each host gives its services: memory, processors, ports, a clock. */
export function machinesOf(store: EvidenceStore, target: WalkTarget): Fact<'Machine'>[] {
  return target.hosts.map(({ alias, roles }) => machineOf(store, alias, roles));
}

function machineOf(store: EvidenceStore, alias: string, roles: readonly string[]): Fact<'Machine'> {
  const identity = store.look(hostIdentity, alias, undefined);
  const memory = store.look(hostMemory, alias, undefined);
  const cpu = store.look(hostCpu, alias, undefined);
  const counters = store.look(netCounters, alias, undefined);
  const clock = store.look(hostClock, alias, undefined);
  const line = (name: string): string[] => {
    const at = counters?.facts.lines[name];
    return at === undefined || !counters ? [] : counters.cite(at);
  };
  return {
    alias,
    roles: [...roles],
    nproc: identity?.facts.nproc ?? cpu?.facts.nproc,
    uptimeSeconds: identity?.facts.uptimeSeconds,
    clockOffsetSeconds: clock && (clock.facts.epochMs - Date.parse(clock.evidence.at)) / 1000,
    clockCite: clock?.cite(clock.facts.line),
    memoryAvailablePercent: memory?.facts.availablePercent,
    swapUsedPercent: swapUsedOf(memory?.facts.swapTotalKb, memory?.facts.swapFreeKb),
    memoryPressure: memory?.facts.pressure?.someAvg10,
    memoryCite: memory && [
      ...memory.cite(memory.facts.availableLine),
      ...citeMaybe(memory, memory.facts.pressureLine),
    ],
    cpuPressure: cpu?.facts.pressure?.someAvg10,
    load1: cpu?.facts.load1,
    load5: cpu?.facts.load5,
    topProcess: cpu?.facts.top[0]?.name,
    cpuCite: cpu && [...citeMaybe(cpu, cpu.facts.pressureLine), ...cpu.cite(cpu.facts.loadLine)],
    timeWait: counters?.facts.timeWait,
    localPorts: counters?.facts.portRange?.count,
    portsCite: [...line('portRange'), ...line('timeWait')],
    conntrackCount: counters?.facts.conntrackCount,
    conntrackMax: counters?.facts.conntrackMax,
    conntrackCite: [...line('conntrackCount'), ...line('conntrackMax')],
    listenOverflows: counters?.facts.listenOverflows,
    overflowsCite: line('listenOverflows'),
    ...engineOf(store, alias),
    cite: identity ? identity.cite(1) : [],
  };
}

/** A host without swap uses none of it. */
function swapUsedOf(totalKb: number | undefined, freeKb: number | undefined): number | undefined {
  if (totalKb === 0) return 0;
  return totalKb === undefined || freeKb === undefined ? undefined : (100 * (totalKb - freeKb)) / totalKb;
}

/** Docker or podman, where one is installed. */
function engineOf(store: EvidenceStore, alias: string): Partial<Fact<'Machine'>> {
  const look = store.look(dockerContainers, alias, undefined);
  if (!look) return {};
  const { present, engine, daemonReachable, says, line, containers } = look.facts;
  if (!present) return { engine: '', containers: 0 };
  return {
    engine,
    engineReachable: daemonReachable,
    engineSays: says,
    containers: daemonReachable ? containers.length : undefined,
    engineCite: look.cite(line ?? 0),
  };
}

function citeMaybe(look: { readonly cite: (line: number) => string[] }, line: number | undefined): string[] {
  return line === undefined ? [] : look.cite(line);
}
