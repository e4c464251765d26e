/**
 * How much a text takes of a payload: the bytes of its JSON. Slack documents limits in characters, and counts the sum
 * of all blocks (`msg_blocks_too_long`) in a way that it does not document; bytes are never fewer than characters.
 * https://github.com/slackapi/bolt-js/issues/2509, https://github.com/slackapi/bolt-js/issues/2867
 */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string' && UNESCAPED.test(value)) return value.length;
  const bytes = Buffer.byteLength(JSON.stringify(value), 'utf8');
  return typeof value === 'string' ? bytes - 2 : bytes;
}

/** What JSON writes as it is, in one byte each. */
const UNESCAPED = /^[ !#-[\]-~]*$/u;

/** The end of what a reader takes for whole characters, at or before a place in a text: none is split there. */
export function wholeUntil(text: string, place: number): number {
  if (place >= text.length) return text.length;
  if (place <= 0) return 0;
  return SEGMENTER.segment(text).containing(place)?.index ?? 0;
}

const SEGMENTER = new Intl.Segmenter();
