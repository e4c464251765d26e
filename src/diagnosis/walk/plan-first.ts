import { dnsConfig } from '../../probes/dns/dns-config.js';
import { haproxyStatus } from '../../probes/edge/haproxy-status.js';
import { hostClock } from '../../probes/host/host-clock.js';
import { hostCpu } from '../../probes/host/host-cpu.js';
import { hostDisk } from '../../probes/host/host-disk.js';
import { hostIdentity } from '../../probes/host/host-identity.js';
import { hostMemory } from '../../probes/host/host-memory.js';
import { hostMounts } from '../../probes/host/host-mounts.js';
import { kernelLog } from '../../probes/host/kernel-log.js';
import { macStatus } from '../../probes/host/mac-status.js';
import { netAddresses } from '../../probes/net/net-addresses.js';
import { netCounters } from '../../probes/net/net-counters.js';
import { netFilter } from '../../probes/net/net-filter.js';
import { netListeners } from '../../probes/net/net-listeners.js';
import { nginxDump } from '../../probes/nginx/nginx-dump.js';
import { nginxProcesses } from '../../probes/nginx/nginx-processes.js';
import { processCgroups } from '../../probes/process/process-cgroups.js';
import { processList } from '../../probes/process/process-list.js';
import { dockerContainers } from '../../probes/service/docker-containers.js';
import { supervisorConfig } from '../../probes/service/supervisor-config.js';
import { supervisorStatus } from '../../probes/service/supervisor-status.js';
import { systemdUnits } from '../../probes/service/systemd-units.js';
import { plan } from './plan.js';
import type { Planned } from './plan-rounds.js';
import type { WalkTarget } from './walk.js';

/** What needs no answer: who runs what, who listens where, and how the host is. */
export function firstRound(target: WalkTarget): Planned[] {
  const supervisorFile = ownPath(target.variables['supervisorConfig']);
  const nginxFile = ownPath(target.variables['nginxConfig']);
  return target.hosts.flatMap(({ alias, roles }) => [
    ...(roles.includes('proxy')
      ? [
          ...plan(alias, nginxDump, nginxFile === undefined ? {} : { configFile: nginxFile }),
          ...plan(alias, nginxProcesses, {}),
          ...plan(alias, haproxyStatus, undefined),
        ]
      : []),
    // The slow ones first: they run side by side, and the round is as long as its longest.
    ...plan(alias, supervisorStatus, supervisorFile),
    ...plan(alias, systemdUnits, undefined),
    ...plan(alias, dockerContainers, undefined),
    ...plan(alias, supervisorConfig, supervisorFile),
    ...plan(alias, netListeners, undefined),
    ...plan(alias, netFilter, undefined),
    ...plan(alias, processList, undefined),
    ...plan(alias, processCgroups, undefined),
    ...plan(alias, netAddresses, undefined),
    ...plan(alias, netCounters, undefined),
    ...plan(alias, dnsConfig, undefined),
    ...plan(alias, hostIdentity, undefined),
    ...plan(alias, hostClock, undefined),
    ...plan(alias, hostMemory, undefined),
    ...plan(alias, hostCpu, undefined),
    ...plan(alias, hostDisk, undefined),
    ...plan(alias, hostMounts, undefined),
    ...plan(alias, kernelLog, undefined),
    ...plan(alias, macStatus, undefined),
  ]);
}

/** The same of a container: what its host cannot tell. */
export function placeRound(place: string): Planned[] {
  return [
    ...plan(place, supervisorStatus, undefined),
    ...plan(place, supervisorConfig, undefined),
    ...plan(place, nginxProcesses, {}),
    ...plan(place, netListeners, undefined),
    ...plan(place, processList, undefined),
    ...plan(place, netAddresses, undefined),
    ...plan(place, dnsConfig, undefined),
  ];
}

function ownPath(path: string | undefined): string | undefined {
  return path?.startsWith('/') ? path : undefined;
}
