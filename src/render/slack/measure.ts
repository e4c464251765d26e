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

/** What a reader takes for one character: never split. */
export function graphemes(text: string): Iterable<string> {
  return SIMPLE.test(text) ? text : segmentsOf(text);
}

// Without letters that join with what follows them, each UTF-16 unit is one.
const SIMPLE = /^[\n\x20-\x7e]*$/u;
const SEGMENTER = new Intl.Segmenter();

function* segmentsOf(text: string): Iterable<string> {
  for (const { segment } of SEGMENTER.segment(text)) yield segment;
}
