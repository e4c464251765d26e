import { filterRulesMatching } from '../../probes/net/filter-rules-matching.js';
import { netFilter } from '../../probes/net/net-filter.js';
import { netRoute } from '../../probes/net/net-route.js';
import { tlsHandshake } from '../../probes/tls/tls-handshake.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { numericAddresses } from '../walk/lookups.js';
import { tlsParams } from '../walk/tls-params.js';
import type { UpstreamWalk } from '../walk/walk.js';

export function tlsViewOf(
  store: EvidenceStore,
  host: string,
  upstream: UpstreamWalk,
): Fact<'TlsView'> | undefined {
  const params = tlsParams(upstream);
  const look = params && store.look(tlsHandshake, host, params);
  if (!look) return undefined;
  const { facts } = look;
  const now = Date.parse(look.evidence.at) / 1000;
  return {
    ok: facts.ok,
    plain: facts.plainPort,
    verifyCode: facts.verifyCode ?? undefined,
    verifyText: facts.verifyText ?? '',
    notAfterSecondsAgo:
      facts.notAfter === null || facts.notAfter === undefined ? undefined : Math.round(now - facts.notAfter),
    notBeforeSecondsAgo:
      facts.notBefore === null || facts.notBefore === undefined
        ? undefined
        : Math.round(now - facts.notBefore),
    alert: facts.alert ?? '',
    cite: look.cite(facts.line),
  };
}

export function routeOf(store: EvidenceStore, host: string, address: string): Fact<'Route'> | undefined {
  const routes = numericAddresses(store, host, address).flatMap((one) => {
    const look = store.look(netRoute, host, { address: one });
    return look ? [look] : [];
  });
  // Of a name's addresses one that can be reached is enough.
  const look = routes.find((one) => one.facts.reachable) ?? routes[0];
  return (
    look && { reachable: look.facts.reachable, says: look.facts.says, cite: look.cite(look.facts.line ?? 0) }
  );
}

/** Rules that would stop a new connection: on the way out of the proxy, or into the host that has the address. */
export function filtersOf(
  store: EvidenceStore,
  upstream: UpstreamWalk,
  proxyHost: string,
): Fact<'FilterRule'>[] {
  const { server, owner } = upstream;
  if (server.socket !== undefined || server.port === undefined) return [];
  const dport = server.port;
  const addresses = numericAddresses(store, proxyHost, server.host);
  const ends: { host: string; direction: 'in' | 'out' }[] = [{ host: proxyHost, direction: 'out' }];
  if (owner) ends.push({ host: owner.host, direction: 'in' });
  return ends.flatMap(({ host, direction }) => {
    const look = store.look(netFilter, host, undefined);
    if (!look) return [];
    return addresses
      .flatMap((daddr) => filterRulesMatching(look.facts, { protocol: 'tcp', daddr, dport, direction }))
      .map(
        (hit): Fact<'FilterRule'> => ({
          verdict: hit.verdict,
          chain: hit.chain.chain,
          text: hit.rule?.text ?? `policy ${hit.verdict}`,
          packets: hit.rule?.packets ?? hit.chain.packets,
          host,
          cite: look.cite(hit.line),
        }),
      );
  });
}
