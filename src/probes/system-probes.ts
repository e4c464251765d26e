/** The probe kinds that look at the system itself: host, processes, sockets, names, files and what keeps services up. */
import { dnsConfig } from './dns/dns-config.js';
import { dnsLookup } from './dns/dns-lookup.js';
import { dnsQuery } from './dns/dns-query.js';
import { haproxyStatus } from './edge/haproxy-status.js';
import { fileStat } from './file/file-stat.js';
import { fileRead, fileTail } from './file/file-text.js';
import { hostClock } from './host/host-clock.js';
import { hostCpu } from './host/host-cpu.js';
import { hostDisk } from './host/host-disk.js';
import { hostIdentity } from './host/host-identity.js';
import { hostMemory } from './host/host-memory.js';
import { hostMounts } from './host/host-mounts.js';
import { kernelLog } from './host/kernel-log.js';
import { macStatus } from './host/mac-status.js';
import { netAddresses } from './net/net-addresses.js';
import { netCounters } from './net/net-counters.js';
import { netFilter } from './net/net-filter.js';
import { netListeners } from './net/net-listeners.js';
import { netRoute } from './net/net-route.js';
import { processCgroups } from './process/process-cgroups.js';
import { processDetail } from './process/process-detail.js';
import { processList } from './process/process-list.js';
import { dockerContainers } from './service/docker-containers.js';
import { dockerListeners } from './service/docker-listeners.js';
import { dockerLogs } from './service/docker-logs.js';
import { supervisorConfig } from './service/supervisor-config.js';
import { supervisorStarts } from './service/supervisor-starts.js';
import { supervisorStatus } from './service/supervisor-status.js';
import { systemdJournal } from './service/systemd-journal.js';
import { systemdUnits } from './service/systemd-units.js';

/** Kinds that need no answer of another probe: the first round. */
export const firstRoundSystemProbes = [
  processList,
  processCgroups,
  netListeners,
  netCounters,
  netAddresses,
  netFilter,
  supervisorStatus,
  supervisorConfig,
  systemdUnits,
  dockerContainers,
  hostIdentity,
  hostMemory,
  hostCpu,
  hostDisk,
  hostMounts,
  hostClock,
  kernelLog,
  macStatus,
  dnsConfig,
  haproxyStatus,
] as const;

/** Every kind of this file, those with parameters too. */
export const systemProbes = [
  ...firstRoundSystemProbes,
  processDetail,
  netRoute,
  supervisorStarts,
  systemdJournal,
  dockerLogs,
  dockerListeners,
  dnsLookup,
  dnsQuery,
  fileStat,
  fileRead,
  fileTail,
] as const;
