import type { Alternative } from '../../nginx/match-result.js';
import type { ServerMatch } from '../../nginx/match-server.js';
import type { ServerBlock } from '../../nginx/model.js';
import { hostName } from '../../nginx/request-context.js';
import type { ReadConfig } from './read-proxy.js';

const SHADOWED: readonly Alternative['lostBecause'][] = [
  'regex-location-first',
  'earlier-regex-first',
  'prefix-without-regex-first',
  'conflicting-server-name',
];

/** A longer or exact location is meant to win; only where it passes nothing on can it be in the way. */
const BY_DESIGN: readonly Alternative['lostBecause'][] = ['longer-prefix-first', 'exact-location-first'];
const PASSES_NOTHING: readonly string[] = ['static', 'return', 'redirect', 'none'];

/** A location that would take the request's path and passes elsewhere, but did not get it. */
export function shadowOf(read: ReadConfig): Alternative | undefined {
  return read.match.alternatives.find(
    (alternative) =>
      alternative.takesUri && mayHaveBeenMeant(alternative, read) && passesElsewhere(alternative, read),
  );
}

function mayHaveBeenMeant(alternative: Alternative, read: ReadConfig): boolean {
  const { lostBecause, server } = alternative;
  const { serverMatch, handler, context } = read.match;
  if (SHADOWED.includes(lostBecause)) return true;
  if (BY_DESIGN.includes(lostBecause)) return PASSES_NOTHING.includes(handler.kind);
  return (
    lostBecause === 'other-server-name' &&
    serverMatch !== undefined &&
    isNextInLine(server, serverMatch, context?.request.host ?? '')
  );
}

/**
 * On a machine with many sites each has a `location /`, and none of them is in another's way. A server is, if this very
 * request would be its own were the winner not there; or if it is the only one, and no name has fitted.
 */
function isNextInLine(server: ServerBlock, match: ServerMatch, host: string): boolean {
  if (isByDefault(match)) return match.sharing.every((one) => one === server || one === match.server);
  const takesAll = server.names.some(({ text }) => ['', '_', hostName(host)].includes(text));
  return takesAll || (match.defaultServer === server && server.listens.some((one) => one.defaultServer));
}

/** No server has the name that was asked for. */
export function isByDefault({ reason }: Pick<ServerMatch, 'reason'>): boolean {
  return reason === 'default-server' || reason === 'first-server';
}

/** A longer prefix that serves files may lack just the file. */
export function mayBeByDesign(alternative: Alternative, read: ReadConfig): boolean {
  return alternative.lostBecause === 'longer-prefix-first' && read.match.handler.kind === 'static';
}

function passesElsewhere(alternative: Alternative, read: ReadConfig): boolean {
  return alternative.pass.args[0] !== read.match.handler.directive?.args[0];
}

/** `location /`, and of another server its name, too. */
export function blockLabel(location: string | undefined, server: ServerBlock | undefined): string {
  const name = server?.names.map(({ text }) => text).find((text) => text !== '');
  return `${location ?? 'the server itself'} of ${name === undefined ? 'the server without a name' : `server ${name}`}`;
}
