import type { Fact } from '../scene-types.js';
import type { HostServices, OwnedListener } from '../walk/host-services.js';

export function listenerOf(owned: OwnedListener, services: HostServices): Fact<'Listener'> {
  const { listener } = owned;
  return {
    host: services.host,
    address:
      listener.port === undefined ? listener.address : `${bracketed(listener.address)}:${listener.port}`,
    port: listener.port ?? 0,
    path: listener.path ?? '',
    program: owned.program,
    pid: owned.pid,
    recvQueue: listener.recvQ,
    backlog: listener.sendQ,
    loopbackOnly: isLoopbackAddress(listener.address),
    cite: owned.cite,
  };
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

export function isLoopbackAddress(address: string): boolean {
  return /^127\./.test(address) || address === '::1' || address.startsWith('::ffff:127.');
}
