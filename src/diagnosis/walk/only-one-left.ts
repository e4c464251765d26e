/** Where nothing points at a backend: what is down, what listens for no other site, and whether that is one service. */
import type { FreeListener } from './free-listeners.js';
import { candidates, type HostServices } from './host-services.js';
import type { MatchedBackend } from './match-backend.js';
import type { ServiceReading } from './service-reading.js';

/**
 * Services that ought to run, and do not: they failed, they ran since the machine came up, or they start at boot. A
 * machine has many others that nobody ever starts.
 */
export function downServices(hosts: readonly HostServices[]): ServiceReading[] {
  return hosts.flatMap(candidates).filter((service) => {
    const { manager, running, state, socketUnit } = service;
    if (!['systemd', 'supervisor'].includes(manager) || state === 'missing') return false;
    // Its manager still waits for it (Type=forking without its PID file, Type=notify without a word).
    if (state === 'starting') return !listens(service, hosts);
    if (running !== false) return false;
    if (socketUnit?.active === true && state !== 'failed') return false;
    if (['failed', 'backoff', 'restarting'].includes(state)) return true;
    // What others call when they need it (static, D-Bus) rests most of the time.
    if (service.onDemand) return false;
    const ran = service.startedSecondsAgo !== undefined || service.stoppedSecondsAgo !== undefined;
    return ran || service.enabled === true;
  });
}

/** A guess that rests on nothing but "there is no other", and so is never more than likely. */
export function onlyOneLeft(
  matched: MatchedBackend | undefined,
  free: readonly FreeListener[] | undefined,
  hosts: readonly HostServices[],
): MatchedBackend | undefined {
  if (!free || (matched && matched.by !== 'only-one')) return matched;
  // What another site has is that site's.
  if (
    matched &&
    (!listens(matched.service, hosts) || free.some(({ service }) => service === matched.service))
  )
    return matched;
  const down = downServices(hosts);
  // One service that is down says more than any number of others that run.
  if (down[0] && down.length === 1) return { service: down[0], by: 'only-one', intruder: undefined };
  const listening = free.filter(({ owned }) => owned.listener.port !== undefined);
  const [only, ...others] = new Set([...down, ...listening.map(({ service }) => service)]);
  return only && others.length === 0 ? { service: only, by: 'only-one', intruder: undefined } : undefined;
}

function listens(service: ServiceReading, hosts: readonly HostServices[]): boolean {
  return hosts.some(({ listeners }) => listeners.some((one) => one.service === service));
}
