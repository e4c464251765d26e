import { PASS_DIRECTIVES, patternTakes } from './match-location.js';
import type { Alternative, LostBecause } from './match-result.js';
import type { ServerMatch } from './match-server.js';
import type { Directive, LocationBlock, NginxConfig, ServerBlock } from './model.js';

const MAX_ALTERNATIVES = 200;

interface Winner {
  readonly serverMatch: ServerMatch | undefined;
  readonly location: LocationBlock | undefined;
  readonly pass: Directive | undefined;
  /** The path as it arrived, and as rewrites have left it. */
  readonly arrived: string;
  readonly uri: string;
}

/** All other locations that pass to an upstream, those that would take the URI first, with why each lost. */
export function listAlternatives(config: NginxConfig, winner: Winner): Alternative[] {
  const out: Alternative[] = [];
  for (const server of config.servers) {
    for (const location of allLocations(server.locations)) {
      for (const pass of passesOf(location.directive.block ?? [])) {
        if (pass === winner.pass || out.length >= MAX_ALTERNATIVES) continue;
        out.push(explain(server, location, pass, winner));
      }
    }
  }
  return out.sort((a, b) => rank(b, winner) - rank(a, winner));
}

function rank(alternative: Alternative, winner: Winner): number {
  return (alternative.takesUri ? 2 : 0) + (alternative.server === winner.serverMatch?.server ? 1 : 0);
}

function* allLocations(locations: readonly LocationBlock[]): Generator<LocationBlock> {
  for (const location of locations) {
    yield location;
    yield* allLocations(location.nested);
  }
}

function passesOf(block: readonly Directive[]): Directive[] {
  return block.flatMap((child) => {
    if (PASS_DIRECTIVES.has(child.name)) return [child];
    return child.name === 'if' || child.name === 'limit_except' ? passesOf(child.block ?? []) : [];
  });
}

function explain(server: ServerBlock, location: LocationBlock, pass: Directive, winner: Winner): Alternative {
  const takesUri = patternTakes(location, winner.arrived) || patternTakes(location, winner.uri);
  const base = { server, location, pass, takesUri };
  const { serverMatch } = winner;
  if (serverMatch === undefined) {
    return {
      ...base,
      lostBecause: 'nothing-listens',
      why: 'no server listens on the address and port asked for',
    };
  }
  if (server !== serverMatch.server) return { ...base, ...explainServer(server, serverMatch) };
  const lost = explainLocation(location, takesUri, winner);
  const lostTo = winner.location?.directive;
  return { ...base, ...lost, ...(lostTo === undefined ? {} : { lostTo }) };
}

function explainServer(
  server: ServerBlock,
  match: ServerMatch,
): Pick<Alternative, 'lostBecause' | 'lostTo' | 'why'> {
  const lostTo = match.server.directive;
  if (!match.sharing.includes(server)) {
    return { lostBecause: 'other-address', lostTo, why: 'its server listens on another address or port' };
  }
  const ignored = match.ignoredNames.find(
    (entry) => entry.server === server && entry.keptBy === match.server,
  );
  if (ignored !== undefined) {
    const name = ignored.name.text === '' ? '""' : ignored.name.text;
    const why = `its server's name ${name} is taken by an earlier server: nginx says "conflicting server name" and ignores it`;
    return { lostBecause: 'conflicting-server-name', lostTo, why };
  }
  const byDefault = match.reason === 'default-server' || match.reason === 'first-server';
  const why = byDefault
    ? 'the name asked for is none of its server, and the default server takes what no name fits'
    : 'the name asked for fits another server better';
  return { lostBecause: 'other-server-name', lostTo, why };
}

function explainLocation(
  location: LocationBlock,
  takesUri: boolean,
  winner: Winner,
): { lostBecause: LostBecause; why: string } {
  if (location.kind === 'named')
    return { lostBecause: 'named-only', why: 'a named location is reached from inside only' };
  if (!takesUri)
    return { lostBecause: 'pattern-does-not-match', why: `${location.label} does not take the path` };
  const taker = winner.location;
  if (taker === undefined || taker === location || !patternTakes(location, winner.uri)) {
    return {
      lostBecause: 'rewritten-away',
      why: 'a rewrite, a return or a fallback takes the request elsewhere',
    };
  }
  if (taker.kind === 'exact')
    return { lostBecause: 'exact-location-first', why: `${taker.label} is exact and goes first` };
  if (taker.kind === 'regex') {
    return location.kind === 'regex'
      ? {
          lostBecause: 'earlier-regex-first',
          why: `${taker.label} stands earlier, and the first regex that fits wins`,
        }
      : {
          lostBecause: 'regex-location-first',
          why: `${taker.label} is a regex and goes before a prefix that is not marked ^~`,
        };
  }
  if (taker.kind === 'prefix-no-regex' && location.kind === 'regex') {
    return {
      lostBecause: 'prefix-without-regex-first',
      why: `${taker.label} forbids that regexes are looked at`,
    };
  }
  return { lostBecause: 'longer-prefix-first', why: `${taker.label} is the longer prefix` };
}
