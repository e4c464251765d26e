import { visibleLines, visibleText } from '../visible-text.js';

/**
 * Foreign text within Slack's markup. Slack has no escape character for its formatting, so what would format, mention
 * or become an emoji is drawn by a look-alike; `&`, `<` and `>` become entities, as Slack wants them.
 * https://docs.slack.dev/messaging/formatting-message-text
 */
export function escapeProse(text: string): string {
  if (MEANS_NOTHING.test(text)) return text;
  return entities(neutral(text).replace(/^\s*>/u, '›'));
}

/**
 * The same within a code span or block, where nothing but the entities and the closing backtick means anything: no
 * foreign text can end it.
 */
export function escapeCode(text: string): string {
  return entities(text.replaceAll('`', 'ˋ'));
}

/** Foreign text in a plain_text object, which knows no markup but may know emoji codes. */
export function harmlessPlain(text: string): string {
  return withoutEmojiCodes(text);
}

/** One line, whatever the text was: what controls or hides is written as `\x1b`, a line feed as `\n`. */
export function oneLine(text: string): string {
  return MEANS_NOTHING.test(text) ? text : visibleText(whole(text));
}

/** Lines as they stand, each harmless by itself. */
export function severalLines(text: string): string[] {
  return visibleLines(whole(text));
}

/** The first characters of a long text, so that no work is done for what is cut anyway; a pair is not split. */
export function beginningOf(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const code = text.charCodeAt(characters - 1);
  return text.slice(0, code >= 0xd800 && code < 0xdc00 ? characters - 1 : characters);
}

/** Most texts: nothing in them needs a second look. */
const MEANS_NOTHING = /^[A-Za-z0-9 .,()/-]*$/u;

function whole(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function entities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Underscores within a word format nothing, and names are full of them: `proxy_pass`. */
function neutral(text: string): string {
  const unformatted = text
    .replaceAll('*', '∗')
    .replaceAll('~', '∼')
    .replaceAll('`', 'ˋ')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/gu, 'ˍ')
    .replace(/(?<![\w.])@(?=\S)/gu, '﹫')
    .replace(/(?<!\w)#(?=\w)/gu, '﹟');
  // Last: a look-alike may count as a letter.
  return withoutEmojiCodes(unformatted);
}

/**
 * `:skull:`, but not `21:06:07`. Names of emoji hold letters, digits and few signs:
 * https://slack.com/help/articles/206870177-Add-customized-emoji-and-aliases-to-your-workspace
 */
function withoutEmojiCodes(text: string): string {
  return text.replace(/:(?!(?<=\d:)\d\d:\d)(?=[\p{L}\p{M}\p{N}_+'’-]+:)/gu, '∶');
}

/** Half an emoji code at an end of a text, where a colon stands beside it: `:skull` before `: `. */
export function withoutHalfCodes(text: string, colon: 'before' | 'after'): string {
  return colon === 'after'
    ? text.replace(/:(?=[\p{L}\p{M}\p{N}_+'’-]+$)/u, '∶')
    : text.replace(/(?<=^[\p{L}\p{M}\p{N}_+'’-]+):/u, '∶');
}
