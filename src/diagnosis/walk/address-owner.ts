import type { UpstreamAddress } from '../../nginx/resolve-upstream.js';
import { netAddresses } from '../../probes/net/net-addresses.js';
import type { EvidenceStore } from '../looked.js';
import type { HostServices } from './host-services.js';
import { lookupAddresses } from './lookups.js';
import type { ProxyReading } from './read-proxy.js';

/** The host of ours that has the address; undefined where it is somebody else's. */
export function ownerOf(
  store: EvidenceStore,
  server: UpstreamAddress,
  loopback: boolean,
  hosts: readonly HostServices[],
  proxy: ProxyReading | undefined,
): HostServices | undefined {
  if (loopback)
    return hosts.find((host) => host.host === proxy?.host) ?? (hosts.length === 1 ? hosts[0] : undefined);
  return hosts.find((host) => hasAddress(store, host.host, server.host, proxy?.host));
}

/** The address, or one that the name resolves to, is one of the host's own. */
export function hasAddress(
  store: EvidenceStore,
  host: string,
  address: string,
  proxyHost: string | undefined,
): boolean {
  const own = new Set(store.look(netAddresses, host, undefined)?.facts.addresses.map((one) => one.address));
  if (own.has(address)) return true;
  return proxyHost !== undefined && lookupAddresses(store, proxyHost, address).some((one) => own.has(one));
}
