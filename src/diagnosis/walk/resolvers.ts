/** Who turns an upstream's name into addresses: the host's name servers, or those of nginx's own `resolver`. */
import { isIP } from 'node:net';
import { dnsConfig } from '../../probes/dns/dns-config.js';
import type { EvidenceStore } from '../looked.js';
import type { UpstreamWalk, Walk } from './walk.js';

export interface Resolver {
  readonly server: string;
  readonly port?: number;
}

const SERVERS_MAX = 3;

/** nginx's own resolver, for a name that it resolves for each request; empty where that is not known. */
export function ownResolvers(walk: Walk, upstream: Pick<UpstreamWalk, 'server'>): readonly Resolver[] {
  if (upstream.server.resolvedAt !== 'request') return [];
  const named = walk.proxy?.read?.settings.resolver.value ?? [];
  return named.flatMap((one) => parseResolver(one) ?? []).slice(0, SERVERS_MAX);
}

export function resolversFor(
  store: EvidenceStore,
  host: string,
  walk: Walk,
  upstream: Pick<UpstreamWalk, 'server'>,
): readonly Resolver[] {
  const own = ownResolvers(walk, upstream);
  if (own.length > 0) return own;
  const known = store.look(dnsConfig, host, undefined)?.facts.nameservers ?? [];
  return known.slice(0, SERVERS_MAX).map(({ address }) => ({ server: address }));
}

/** `10.0.0.2`, `10.0.0.2:5353`, `[::1]`, `[::1]:5353`; a resolver that is itself named has no address here. */
function parseResolver(text: string): Resolver | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::(\d{1,5}))?$/.exec(text);
  const server = match?.[1] ?? match?.[2] ?? '';
  const port = match?.[3];
  if (isIP(server) === 0) return undefined;
  return port === undefined ? { server } : { server, port: Number(port) };
}
