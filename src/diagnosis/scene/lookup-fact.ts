/** What an upstream's name stands for, as nginx learns it, and as the host and its name servers tell it. */
import { dnsConfig } from '../../probes/dns/dns-config.js';
import { type DnsQueryFacts, dnsQuery } from '../../probes/dns/dns-query.js';
import type { EvidenceStore, Looked } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { isHostName, lookupOf } from '../walk/lookups.js';
import { ownResolvers, resolversFor } from '../walk/resolvers.js';
import type { UpstreamWalk, Walk } from '../walk/walk.js';

export function lookupFact(
  store: EvidenceStore,
  host: string,
  walk: Walk,
  upstream: UpstreamWalk,
): Fact<'Lookup'> | undefined {
  const name = upstream.server.host;
  // An address or a socket has no name to ask for.
  if (name === 'localhost' || !isHostName(name)) return undefined;
  const look = lookupOf(store, host, name);
  const queries = resolversFor(store, host, walk, upstream).flatMap((resolver) => {
    const query = store.look(dnsQuery, host, { name, ...resolver });
    return query ? [query] : [];
  });
  // One name server that answers is enough for the resolver; of several failures the last is as good as any.
  const query =
    queries.find((one) => one.facts.answer === 'answered') ??
    queries.find((one) => one.facts.answer === 'nxdomain') ??
    queries[0];
  const served = {
    server: query?.facts.answer,
    serverAddresses: query ? [...query.facts.addresses] : undefined,
    serverCite: query ? query.cite(query.facts.line) : [],
  };
  if (look && query && ownResolvers(walk, upstream).length > 0) {
    // nginx's resolver asks its servers and nobody else: neither the hosts file nor the search list counts.
    const addresses = [...query.facts.addresses];
    return {
      ...served,
      found: addresses.length > 0,
      addresses,
      hostsFile: false,
      hostsFileAddress: '',
      hostsFileCite: [],
      cite: served.serverCite,
    };
  }
  if (!look) return servedOnly(query, served);
  const config = store.look(dnsConfig, host, undefined);
  const inFile = config?.facts.hosts.find((entry) =>
    entry.names.some((one) => one.toLowerCase() === name.toLowerCase()),
  );
  return {
    ...served,
    found: look.facts.found,
    addresses: [...look.facts.addresses],
    hostsFile: config ? inFile !== undefined : undefined,
    hostsFileAddress: inFile?.address ?? '',
    hostsFileCite: inFile && config ? config.cite(inFile.line) : [],
    cite: look.facts.line === undefined ? [] : look.cite(look.facts.line),
  };
}

/** A small container has no getent; its name server's own answer tells as much, where it is a clear one. */
function servedOnly(
  query: Looked<DnsQueryFacts> | undefined,
  served: Pick<Fact<'Lookup'>, 'server' | 'serverAddresses' | 'serverCite'>,
): Fact<'Lookup'> | undefined {
  if (!query || !['answered', 'nxdomain'].includes(query.facts.answer)) return undefined;
  const addresses = [...query.facts.addresses];
  return { ...served, found: addresses.length > 0, addresses, cite: query.cite(query.facts.line) };
}
