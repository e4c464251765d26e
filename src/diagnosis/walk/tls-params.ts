import type { UpstreamWalk } from './walk.js';

/** How the upstream's port is asked for a handshake; none for a unix socket. */
export function tlsParams(
  upstream: UpstreamWalk,
): { address: string; port: number; sni?: string } | undefined {
  const { server } = upstream;
  if (server.socket !== undefined || server.port === undefined) return undefined;
  return { address: server.host, port: server.port, ...(server.isName ? { sni: server.host } : {}) };
}
