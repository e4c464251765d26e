/** Failures that were over before the present trouble began: told, never judged. Pure. */
import type { Diagnosis } from '../domain/diagnosis.js';
import { citationOf, type EvidenceIndex } from './cite.js';
import { formatMessage, type Language } from './messages.js';
import type { Fact, Scene } from './scene-types.js';
import { message } from './symptom.js';

const SHOWN = 2;
/** Older ones belong to another day's trouble. */
const RECENT_SECONDS = 3600;
/** Failures no further apart than this, up to now, are one outage: the present one, where the service is sick. */
const SAME_OUTAGE_SECONDS = 120;
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

export function recentFailures(
  scene: Scene,
  well: boolean,
  index: EvidenceIndex,
  language: Language,
): Diagnosis['recent'] {
  const failures = (scene.proxy.errors ?? [])
    .filter((error) => !error.ofCheck && FAILURES.has(error.kind ?? ''))
    .flatMap((error) => (error.secondsAgo === undefined ? [] : [{ error, ago: error.secondsAgo }]))
    .sort((a, b) => a.ago - b.ago);
  const old = failures.slice(well ? 0 : lengthOfOutage(failures.map(({ ago }) => ago)));
  const shown = old.filter(({ ago }) => ago <= RECENT_SECONDS);
  const [last] = shown;
  if (!last) return [];
  const values = { count: String(shown.length), last: agoIn(last.ago, language) };
  const evidence = shown.slice(0, SHOWN).flatMap(({ error }) => citedLine(error, index));
  return [{ says: formatMessage(message('recentErrors', values), language), evidence: evidence.reverse() }];
}

/** How many of the failures, newest first, belong to an outage that lasts until now. */
function lengthOfOutage(agos: readonly number[]): number {
  const end = agos.findIndex((ago, index) => ago - (agos[index - 1] ?? 0) > SAME_OUTAGE_SECONDS);
  return end < 0 ? agos.length : end;
}

function citedLine(error: Fact<'ProxyError'>, index: EvidenceIndex) {
  const citation = error.cite[0] ? citationOf(error.cite[0], index) : undefined;
  return citation ? [citation] : [];
}

function agoIn(seconds: number, language: Language): string {
  const text = seconds < 120 ? 'agoSeconds' : seconds < 7200 ? 'agoMinutes' : 'agoHours';
  const unit = { agoSeconds: 1, agoMinutes: 60, agoHours: 3600 }[text];
  return formatMessage(message(text, { count: String(Math.round(seconds / unit)) }), language);
}
