/** Which of a service's words are about what is so now. */
import type { Fact } from '../scene-types.js';
import type { ServiceReading } from '../walk/service-reading.js';
import type { ServiceWords, Word } from '../walk/service-words.js';

/** Words older than this, of a service that runs, are of another trouble. */
const WINDOW_SECONDS = 600;
/** Where nobody knows when it was started: its last words are those within this time of the very last. */
const LAST_WORDS_SECONDS = 120;
const LAST_WORDS_UNDATED = 40;

/**
 * The words that belong to what is so now: those of the present life, and of a service that is down, of its last. A
 * word without a stamp lies between the stamped lines around it, or before the file was written last.
 */
export function currentSignals(service: ServiceReading, words: ServiceWords): readonly Word[] {
  const horizon = horizonOf(service, words);
  const sure = words.signals.filter((word) => word.secondsAgo !== undefined && word.secondsAgo <= horizon);
  // What may be of this life, or of one before it, only counts where nothing else was said.
  if (sure.some((word) => word.kind !== 'listening')) return sure;
  return words.signals.filter((word) => sure.includes(word) || mayBelong(word, horizon));
}

function mayBelong(word: Word, horizon: number): boolean {
  if (word.stamped || word.fromEnd > LAST_WORDS_UNDATED) return false;
  return word.latestSecondsAgo !== undefined && word.latestSecondsAgo <= horizon;
}

function horizonOf(service: ServiceReading, words: ServiceWords): number {
  // What was not started since boot has said nothing since; its last words are of another trouble.
  if (service.neverStarted === true) return -1;
  const life = service.lifeSecondsAgo ?? service.startedSecondsAgo;
  // Clocks of logs and managers are cut to seconds, and a program may speak before its manager notes the start.
  if (service.running) return Math.min(WINDOW_SECONDS, life === undefined ? WINDOW_SECONDS : life + 2);
  if (life !== undefined) return life + 2;
  const dated = words.signals.map((word) => word.secondsAgo).filter((ago) => ago !== undefined);
  const last = Math.min(...words.lastLineSecondsAgo, ...dated);
  return Number.isFinite(last) ? last + LAST_WORDS_SECONDS : Number.POSITIVE_INFINITY;
}

export function signalFact(word: Word): Fact<'Signal'> {
  return {
    kind: word.kind,
    address: word.address ?? '',
    port: word.port ?? 0,
    path: word.path ?? '',
    name: word.name ?? '',
    text: word.text,
    secondsAgo: word.secondsAgo,
    cite: word.cite,
  };
}
