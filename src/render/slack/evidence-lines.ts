import type { Citation } from '../../domain/diagnosis.js';
import { counted } from '../chain.js';
import { commandShown } from '../command-shown.js';
import { clip } from './clip.js';
import { severalLines } from './escape.js';
import { code, codeBlock, lines, type Markup, markup, moment } from './markup.js';
import type { Words } from './words.js';

const SHOWN_LINES = 6;
const SHOWN_CHARACTERS = 600;
const SHOWN_COMMAND = 300;

/**
 * Where, when and how a line was seen, and the line itself; lines of one look stand below one head.
 * ```
 * docs-1 · 21:06:07 · $ systemctl show redis-server
 * ActiveState=inactive
 * ```
 */
export function renderEvidence(citations: readonly Citation[], words: Words): readonly Markup[] {
  const looks = new Map<string, { readonly head: Markup; readonly excerpts: string[] }>();
  for (const { host, at, argv, probe, within, excerpt } of citations) {
    const look = { probe, argv, ...(within === undefined ? {} : { within }) };
    const command = argv.length === 0 ? probe : `$ ${commandShown(look)}`;
    const key = JSON.stringify([host, at, command]);
    const known = looks.get(key);
    if (known !== undefined) {
      known.excerpts.push(excerpt);
    } else {
      const head = markup`${code(clip(host, 100))} · ${moment(at)} · ${code(clip(command, SHOWN_COMMAND))}`;
      looks.set(key, { head, excerpts: [excerpt] });
    }
  }
  return [...looks.values()].flatMap(({ head, excerpts }) => [head, excerptOf(excerpts.join('\n'), words)]);
}

function excerptOf(excerpt: string, words: Words): Markup {
  const all = counted(severalLines(excerpt));
  if (all.length === 0) return markup`${words.thread.nothing}`;
  const shown = all
    .slice(0, SHOWN_LINES)
    .map(({ line, times }) =>
      times > 1
        ? `${clip(line, SHOWN_CHARACTERS)} ${words.thread.times(times)}`
        : clip(line, SHOWN_CHARACTERS),
    );
  const block = codeBlock(shown.join('\n'));
  const rest = all.length - shown.length;
  return rest > 0 ? lines([block, markup`${words.thread.moreLines(rest)}`]) : block;
}
