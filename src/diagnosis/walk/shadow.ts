import type { Alternative } from '../../nginx/match-result.js';
import type { ReadConfig } from './read-proxy.js';

const SHADOWED: readonly Alternative['lostBecause'][] = [
  'regex-location-first',
  'earlier-regex-first',
  'prefix-without-regex-first',
  'conflicting-server-name',
  'other-server-name',
];

/** A longer or exact location is meant to win; only where it passes nothing on can it be in the way. */
const BY_DESIGN: readonly Alternative['lostBecause'][] = ['longer-prefix-first', 'exact-location-first'];

/** A location that would take the request's path and passes elsewhere, but did not get it. */
export function shadowOf(read: ReadConfig): Alternative | undefined {
  return read.match.alternatives.find(
    (alternative) =>
      alternative.takesUri &&
      (SHADOWED.includes(alternative.lostBecause) ||
        (BY_DESIGN.includes(alternative.lostBecause) && read.match.handler.kind !== 'proxy')) &&
      passesElsewhere(alternative, read),
  );
}

function passesElsewhere(alternative: Alternative, read: ReadConfig): boolean {
  return alternative.pass.args[0] !== read.match.handler.directive?.args[0];
}
