import type { NotChecked } from '../../domain/diagnosis.js';
import { texts } from '../texts.js';
import { severalLines } from './escape.js';
import { code, lines, type Markup, markup } from './markup.js';
import type { Words } from './words.js';

const REMEDY_LINES = 6;
const SHOWN_LOOKS = 6;

/** What could not be looked at, and what would make it visible; the same advice once. */
export function renderNotSeen(groups: readonly (readonly NotChecked[])[], words: Words): readonly Markup[] {
  const told = new Set<string>();
  return groups.map((group) => {
    const remedy = group[0]?.remedy;
    const isNew = remedy !== undefined && !told.has(remedy);
    if (isNew) told.add(remedy);
    return lines([headOf(group, words), ...(isNew ? remedyLines(remedy) : [])]);
  });
}

/** `? web-1 permission denied: nginx’s configuration, nginx’s error log – …` */
function headOf(group: readonly NotChecked[], words: Words): Markup {
  const [first] = group;
  if (first === undefined) return markup``;
  const text = texts[words.lang];
  const looks = [...new Set(group.map((one) => text.look[one.about ?? one.probe] ?? one.probe))].filter(
    Boolean,
  );
  const rest = looks.length - SHOWN_LOOKS;
  const named = [...looks.slice(0, SHOWN_LOOKS), ...(rest > 0 ? [words.home.more(rest)] : [])];
  const says = [...new Set(group.flatMap((one) => one.says ?? []))];
  const why = says.length === 1 ? markup` – ${says[0] ?? ''}` : markup``;
  return markup`? ${code(first.host)} ${text.unseen(text.reason[first.reason], named)}${why}`;
}

/** What is to be copied stands indented in a remedy: see ../remedy.ts. */
function remedyLines(remedy: string): readonly Markup[] {
  return severalLines(remedy)
    .slice(0, REMEDY_LINES)
    .map((line, index) => {
      const text = line.startsWith('  ') ? code(line.trim()) : markup`${line}`;
      return index === 0 ? markup`\u2003→ ${text}` : markup`\u2003\u2003${text}`;
    });
}
