import { connect, type Socket } from 'node:net';
import type { HostFailure } from '../../domain/host.js';
import type { SshSettings } from './ssh-settings.js';

/** Opens a TCP connection, or says by the system's own error code why there is none. */
export function openTcp(
  settings: SshSettings,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<
  { readonly ok: true; readonly socket: Socket } | { readonly ok: false; readonly failure: HostFailure }
> {
  return new Promise((resolve) => {
    const socket = connect({ host: settings.address, port: settings.port, noDelay: true });
    const settle = (failure: HostFailure | undefined): void => {
      clearTimeout(timer);
      socket.removeAllListeners('connect');
      options.signal?.removeEventListener('abort', onAbort);
      if (failure === undefined) {
        resolve({ ok: true, socket });
      } else {
        socket.destroy();
        resolve({ ok: false, failure });
      }
    };
    const timer = setTimeout(() => settle(tooLate(settings, options.timeoutMs)), options.timeoutMs);
    const onAbort = (): void => settle(interrupted(settings));
    socket.once('connect', () => settle(undefined));
    // Stays: a socket without this listener would end the process on a late error.
    socket.on('error', (error: NodeJS.ErrnoException) => settle(describeTcpError(settings, error.code)));
    if (options.signal?.aborted) onAbort();
    options.signal?.addEventListener('abort', onAbort, { once: true });
  });
}

export function interrupted(settings: SshSettings): HostFailure {
  return {
    reason: 'lost',
    says: `connecting to ${endpoint(settings)} was interrupted`,
    remedy: 'run the check again',
  };
}

export function endpoint(settings: SshSettings): string {
  return `${settings.address.includes(':') ? `[${settings.address}]` : settings.address}:${settings.port}`;
}

function tooLate(settings: SshSettings, timeoutMs: number): HostFailure {
  return {
    reason: 'timeout',
    says: `${endpoint(settings)} did not accept a TCP connection within ${timeoutMs / 1000} s`,
    remedy: 'see whether the host is up and whether a firewall drops the packets',
  };
}

function describeTcpError(settings: SshSettings, code: string | undefined): HostFailure {
  const where = endpoint(settings);
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
    case 'EAI_FAIL':
      return {
        reason: 'dns',
        says: `the name ${settings.address} could not be resolved (${code})`,
        remedy: `getent hosts ${settings.address}; correct the address in goodgate.yaml or ~/.ssh/config`,
      };
    case 'ECONNREFUSED':
      return {
        reason: 'refused',
        says: `${where} refused the connection: nothing listens there`,
        remedy: 'see whether sshd runs on the host and on which port (ss -tlnp | grep sshd)',
      };
    case 'ETIMEDOUT':
      return {
        reason: 'timeout',
        says: `${where} did not answer (${code})`,
        remedy: 'see whether the host is up and whether a firewall drops the packets',
      };
    default:
      return {
        reason: 'no-route',
        says: `there is no way to ${where} (${code ?? 'unknown error'})`,
        remedy: `ip route get ${settings.address}`,
      };
  }
}
