import { dnsLookup } from '../../probes/dns/dns-lookup.js';
import type { EvidenceStore, Looked } from '../looked.js';

type LookupFacts = Extract<ReturnType<typeof dnsLookup.parse>, { ok: true }>['facts'];

/** What a name resolves to on a host, where the check asked; names that are no names are never asked for. */
export function lookupOf(store: EvidenceStore, host: string, name: string): Looked<LookupFacts> | undefined {
  return isHostName(name) ? store.look(dnsLookup, host, { name }) : undefined;
}

export function lookupAddresses(store: EvidenceStore, host: string, name: string): readonly string[] {
  return lookupOf(store, host, name)?.facts.addresses ?? [];
}

/** The numeric addresses behind an upstream's host: itself, or what its name resolves to on that host. */
export function numericAddresses(store: EvidenceStore, host: string, name: string): readonly string[] {
  return isNumeric(name) ? [name] : lookupAddresses(store, host, name);
}

export function isNumeric(address: string): boolean {
  return /^[0-9a-fA-F.:]+$/.test(address) && /[.:]/.test(address);
}

export function isHostName(name: string): boolean {
  return (
    /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?$/.test(name) &&
    !/^[0-9.]+$/.test(name)
  );
}
