import type { LocationBlock } from './model.js';
import { toBytes } from './normalize-uri.js';
import { runPcre } from './pcre-regex.js';
import type { Undecided } from './request-context.js';

/** The directives that give a location to another server; with one of them `/dir` is redirected to `/dir/`. */
export const PASS_DIRECTIVES = new Set([
  'proxy_pass',
  'fastcgi_pass',
  'uwsgi_pass',
  'scgi_pass',
  'grpc_pass',
  'memcached_pass',
]);

export interface LocationMatch {
  /** Undefined where no location of the server fits. */
  readonly location?: LocationBlock;
  /** The URI lacks only the slash at the end of a passing location: nginx redirects (301). */
  readonly slashRedirect: boolean;
  readonly captures: readonly string[];
  readonly groups: Readonly<Record<string, string>>;
  readonly undecided: readonly Undecided[];
}

interface Search {
  captures: readonly string[];
  groups: Readonly<Record<string, string>>;
  readonly undecided: Undecided[];
}

type Found =
  | { readonly kind: 'final'; readonly location: LocationBlock; readonly slashRedirect: boolean }
  | { readonly kind: 'prefix'; readonly location: LocationBlock }
  | { readonly kind: 'none' };

/**
 * Finds the location of a decoded path as ngx_http_core_find_location does: an exact one ends the search; else the
 * longest prefix, then (in it) its nested locations, then this level's regexes in order unless the prefix is `^~`.
 */
export function matchLocation(locations: readonly LocationBlock[], uri: string): LocationMatch {
  const search: Search = { captures: [], groups: {}, undecided: [] };
  const found = find(locations, uri, search);
  return {
    ...(found.kind === 'none' ? {} : { location: found.location }),
    slashRedirect: found.kind === 'final' && found.slashRedirect,
    captures: search.captures,
    groups: search.groups,
    undecided: search.undecided,
  };
}

function find(locations: readonly LocationBlock[], uri: string, search: Search): Found {
  let found = findStatic(locations, uri);
  let noRegex = false;
  if (found.kind === 'prefix') {
    noRegex = found.location.kind === 'prefix-no-regex';
    const nested = find(found.location.nested, uri, search);
    if (nested.kind === 'final') return nested;
    if (nested.kind === 'prefix') found = nested;
  }
  if (found.kind === 'final') return found;
  if (!noRegex) {
    for (const location of locations) {
      if (location.kind !== 'regex') continue;
      const match = runPcre(toBytes(location.pattern), location.ignoreCase, uri);
      if (match.kind === 'undecided') {
        const says = `${location.label}: ${match.because}`;
        search.undecided.push({ says, variables: [], directive: location.directive });
      } else if (match.kind === 'match') {
        search.captures = match.captures;
        search.groups = { ...search.groups, ...match.groups };
        const nested = find(location.nested, uri, search);
        // The regex is the last word: a nested location that only lacks its slash is taken, but not redirected to.
        return {
          kind: 'final',
          location: nested.kind === 'none' ? location : nested.location,
          slashRedirect: false,
        };
      }
    }
  }
  return found;
}

function findStatic(locations: readonly LocationBlock[], uri: string): Found {
  let longest: LocationBlock | undefined;
  let longestLength = -1;
  let redirect: LocationBlock | undefined;
  for (const location of locations) {
    if (location.kind === 'regex' || location.kind === 'named') continue;
    const pattern = toBytes(location.pattern);
    if (location.kind === 'exact') {
      if (pattern === uri) return { kind: 'final', location, slashRedirect: false };
    } else if (pattern.length > longestLength && uri.startsWith(pattern)) {
      longest = location;
      longestLength = pattern.length;
    }
    if (pattern === `${uri}/` && redirectsToSlash(location)) redirect = location;
  }
  // A location that is the URI itself is met before one that only lacks the slash.
  if (redirect !== undefined && longestLength < uri.length) {
    return { kind: 'final', location: redirect, slashRedirect: true };
  }
  return longest === undefined ? { kind: 'none' } : { kind: 'prefix', location: longest };
}

function redirectsToSlash(location: LocationBlock): boolean {
  return (location.directive.block ?? []).some((child) => PASS_DIRECTIVES.has(child.name));
}

/** The named location of a server (`@fallback`). */
export function findNamed(locations: readonly LocationBlock[], name: string): LocationBlock | undefined {
  return locations.find((location) => location.kind === 'named' && location.pattern === name);
}

/** Whether the location's own pattern takes the URI, whatever stands beside it. */
export function patternTakes(location: LocationBlock, uri: string): boolean {
  if (location.kind === 'named') return false;
  const pattern = toBytes(location.pattern);
  if (location.kind === 'exact') return pattern === uri;
  if (location.kind !== 'regex') return uri.startsWith(pattern);
  return runPcre(pattern, location.ignoreCase, uri).kind === 'match';
}
