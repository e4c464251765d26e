import type { MapBlock } from './model.js';
import { toBytes } from './normalize-uri.js';
import { runPcre } from './pcre-regex.js';

export type MapLookup =
  | {
      readonly kind: 'found';
      /** The value as written: it may hold variables and captures. */
      readonly result: string;
      readonly captures: readonly string[];
      readonly groups: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'undecided'; readonly because: string };

/**
 * Looks a value up as ngx_http_map_find does: exact keys without regard to case, then (with `hostnames`) the longest
 * `*.suffix`, the longest `prefix.*`, then the regexes in order, then `default`. An empty value meets no regex.
 */
export function lookUpMap(map: MapBlock, value: string): MapLookup {
  const wanted = value.toLowerCase();
  let fallback: string | undefined;
  const exact = new Map<string, string>();
  const wildcards: Array<{ readonly key: string; readonly result: string }> = [];
  const regexes: Array<{ readonly key: string; readonly result: string }> = [];
  for (const entry of map.entries) {
    const result = entry.args[0] ?? '';
    const key = entry.name;
    if (key === 'default') fallback = result;
    else if (key.startsWith('~')) regexes.push({ key, result });
    else if (map.hostnames && (key.startsWith('.') || key.startsWith('*.') || key.endsWith('.*'))) {
      wildcards.push({ key: key.toLowerCase(), result });
    } else {
      const plain = toBytes(key.replace(/^\\/, '').toLowerCase());
      if (!exact.has(plain)) exact.set(plain, result);
    }
  }
  const found = (result: string): MapLookup => ({ kind: 'found', result, captures: [], groups: {} });
  const direct = exact.get(map.hostnames ? wanted.replace(/\.$/, '') : wanted);
  if (direct !== undefined) return found(direct);
  const wildcard = bestWildcard(wildcards, wanted.replace(/\.$/, ''));
  if (wildcard !== undefined) return found(wildcard);
  if (value !== '') {
    for (const { key, result } of regexes) {
      const ignoreCase = key.startsWith('~*');
      const match = runPcre(toBytes(key.slice(ignoreCase ? 2 : 1)), ignoreCase, value);
      if (match.kind === 'undecided') return match;
      if (match.kind === 'match')
        return { kind: 'found', result, captures: match.captures, groups: match.groups };
    }
  }
  return fallback === undefined ? { kind: 'none' } : found(fallback);
}

function bestWildcard(
  entries: ReadonlyArray<{ readonly key: string; readonly result: string }>,
  host: string,
): string | undefined {
  const leading = entries
    .filter(({ key }) => !key.endsWith('.*') && leadingWildcardMatches(key, host))
    .sort((a, b) => b.key.replace(/^\*/, '').length - a.key.replace(/^\*/, '').length)[0];
  if (leading !== undefined) return leading.result;
  const trailing = entries
    .filter(({ key }) => key.endsWith('.*') && trailingWildcardMatches(key, host))
    .sort((a, b) => b.key.length - a.key.length)[0];
  return trailing?.result;
}

/** `*.example.com` takes what ends in `.example.com`; `.example.com` takes `example.com`, too. */
export function leadingWildcardMatches(wildcard: string, host: string): boolean {
  const suffix = wildcard.replace(/^\*/, '');
  if (host.endsWith(suffix) && host.length > suffix.length) return true;
  return wildcard.startsWith('.') && host === suffix.slice(1);
}

/** `mail.*` takes `mail.` and at least one more character. */
export function trailingWildcardMatches(wildcard: string, host: string): boolean {
  const prefix = wildcard.slice(0, -1);
  return host.startsWith(prefix) && host.length > prefix.length;
}
