import type { Citation } from '../../domain/diagnosis.js';
import { counted } from '../chain.js';
import { commandShown } from '../command-shown.js';
import { clip } from './clip.js';
import { severalLines } from './escape.js';
import { code, codeBlock, lines, type Markup, markup, moment } from './markup.js';
import type { Words } from './words.js';

const SHOWN_LINES = 6;
const SHOWN_CHARACTERS = 300;
const SHOWN_COMMAND = 300;

/**
 * Where, when and how a line was seen, and the line itself; lines of one look stand below one head.
 * ```
 * docs-1 · 21:06:07 · $ systemctl show redis-server
 * ActiveState=inactive
 * ```
 */
export function renderEvidence(citations: readonly Citation[], words: Words): readonly Markup[] {
  let last: string | undefined;
  return citations.flatMap((citation) => {
    const { host, at, argv, probe } = citation;
    const command = argv.length === 0 ? probe : `$ ${commandShown(citation)}`;
    const key = JSON.stringify([host, at, command]);
    const head = markup`${code(clip(host, 100))} · ${moment(at)} · ${code(clip(command, SHOWN_COMMAND))}`;
    const all = [...(key === last ? [] : [head]), excerptOf(citation.excerpt, words)];
    last = key;
    return all;
  });
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
