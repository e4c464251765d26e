import { beginningOf, oneLine } from './escape.js';
import { wholeUntil } from './measure.js';

/** One line of at most so many characters; what was cut is counted: `nginx: [emerg] unknown di …(+74)`. */
export function clip(text: string, characters: number): string {
  const looked = beginningOf(text, 2 * characters);
  const shown = oneLine(looked).trim();
  const unseen = text.length - looked.length;
  if (shown === '' && unseen === 0) return '–';
  if (unseen === 0 && shown.length <= characters) return shown;
  const room = characters - mark(shown.length + unseen).length;
  const kept = shown.slice(0, wholeUntil(shown, room)).trimEnd();
  return `${kept}${mark(shown.length - kept.length + unseen)}`.trim();
}

function mark(characters: number): string {
  return ` …(+${characters})`;
}
