/** Failures of the recent past that are not this check's: told, never judged. Pure. */
import type { Diagnosis } from '../domain/diagnosis.js';
import { citationOf, type EvidenceIndex } from './cite.js';
import { formatMessage, type Language } from './messages.js';
import type { Fact, Scene } from './scene-types.js';
import { message } from './symptom.js';

const SHOWN = 2;
/** Kinds that tell of a request that failed, not of nginx's own housekeeping. */
const FAILURES = new Set([
  'connect-failed',
  'upstream-timed-out',
  'no-live-upstreams',
  'prematurely-closed',
  'recv-failed',
  'invalid-header',
  'too-big-header',
  'ssl-handshake-failed',
  'ssl-verify-error',
  'could-not-be-resolved',
]);

export function recentFailures(scene: Scene, index: EvidenceIndex, language: Language): Diagnosis['recent'] {
  const old = (scene.proxy.errors ?? []).filter(
    (error) => !error.marked && error.secondsAgo !== undefined && FAILURES.has(error.kind ?? ''),
  );
  const [first] = old;
  const last = old.at(-1);
  if (!first || !last) return [];
  const evidence = old.slice(-SHOWN).flatMap((error) => {
    const citation = error.cite[0] ? citationOf(error.cite[0], index) : undefined;
    return citation ? [citation] : [];
  });
  const values = { count: String(old.length), first: ago(first), last: ago(last) };
  return [{ says: formatMessage(message('recentErrors', values), language), evidence }];
}

function ago(error: Fact<'ProxyError'>): string {
  const seconds = error.secondsAgo ?? 0;
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
