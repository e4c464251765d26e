import type { Listener } from '../../probes/net/listener.js';
import type { Fact } from '../scene-types.js';
import type { HostServices, OwnedListener } from '../walk/host-services.js';

export function listenerOf(owned: OwnedListener, services: HostServices): Fact<'Listener'> {
  return factOf(owned.listener, services.host, owned.program, owned.pid, owned.cite);
}

/** A listener in a container's own network. */
export function innerListenerOf(listener: Listener, cite: readonly string[], host: string): Fact<'Listener'> {
  const [process] = listener.processes;
  return factOf(listener, host, process?.name, process?.pid, cite);
}

function factOf(
  listener: Listener,
  host: string,
  program: string | undefined,
  pid: number | undefined,
  cite: readonly string[],
): Fact<'Listener'> {
  return {
    host,
    address:
      listener.port === undefined ? listener.address : `${bracketed(listener.address)}:${listener.port}`,
    port: listener.port ?? 0,
    path: listener.path ?? '',
    program,
    pid,
    recvQueue: listener.recvQ,
    backlog: listener.sendQ,
    loopbackOnly: isLoopbackAddress(listener.address),
    cite,
  };
}

export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

export function isLoopbackAddress(address: string): boolean {
  return /^127\./.test(address) || address === '::1' || address.startsWith('::ffff:127.');
}
