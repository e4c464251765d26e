import { type Ink, wrapped } from './ink.js';
import { visibleLines } from './visible-text.js';

/** Prose is wrapped; what is to be copied stands indented on a line of its own, and is left as it is. */
export function renderRemedy(remedy: string, indent: string, ink: Ink): string[] {
  const arrow = `${indent}${ink.paint.cyan(ink.marks.remedy)} `;
  const below = `${indent}${' '.repeat(ink.marks.remedy.length + 1)}`;
  return visibleLines(remedy).flatMap((line, index) =>
    line.startsWith('  ') ? [`${below}${line.trimStart()}`] : wrapped(line, ink, index === 0 ? arrow : below),
  );
}
