/**
 * Text from a host, made harmless: a log line must not move the cursor, change colours, hide itself or read in
 * another order than it stands. Control characters, escape sequences, bidirectional overrides, invisible and
 * private-use characters and lone surrogates become `\x1b` or `\u{202e}`; everything else stays.
 */
export function visibleText(text: string): string {
  return text.replace(/\t/gu, '  ').replace(HIDDEN, escapeOf);
}

/** The lines of a text, each made harmless, without empty lines at either end. `\r\n` ends a line too. */
export function visibleLines(text: string): string[] {
  const lines = text.split(/\r?\n/u).map(visibleText);
  const first = lines.findIndex((line) => line.trim() !== '');
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return first < 0 ? [] : lines.slice(first, last + 1);
}

/** True where `visibleText` would change the text. */
export function hasHidden(text: string): boolean {
  return visibleText(text) !== text;
}

// Cc: C0 and C1 controls with ESC and CSI. Cf: bidi controls, zero-width characters, tags. Co: private use, drawn as
// anything. Cs: lone surrogates. DI: what a terminal draws as nothing at all.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (character === '\n') {
    return '\\n';
  }
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}
