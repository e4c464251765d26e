import type { Alternative } from '../../nginx/match-result.js';
import type { ReadConfig } from './read-proxy.js';

const SHADOWED: readonly Alternative['lostBecause'][] = [
  'regex-location-first',
  'earlier-regex-first',
  'longer-prefix-first',
  'exact-location-first',
  'prefix-without-regex-first',
  'conflicting-server-name',
  'other-server-name',
];

/** A location that would take the request's path and passes elsewhere, but did not get it. */
export function shadowOf(read: ReadConfig): Alternative | undefined {
  return read.match.alternatives.find(
    (alternative) =>
      alternative.takesUri &&
      SHADOWED.includes(alternative.lostBecause) &&
      passesElsewhere(alternative, read),
  );
}

function passesElsewhere(alternative: Alternative, read: ReadConfig): boolean {
  return alternative.pass.args[0] !== read.match.handler.directive?.args[0];
}
