import type { KnownBlock } from '@slack/types';
import { section } from './blocks.js';
import { cutMarkup, lines, type Markup, markup, sizeOfMarkup } from './markup.js';

const PAGE_BYTES = 2800;

/** Lines, each of at most so many bytes, as many in a section as it holds. */
export function paged(all: readonly Markup[], lineBytes: number): readonly KnownBlock[] {
  const pages: Markup[][] = [];
  let used = PAGE_BYTES;
  for (const line of all) {
    const cut = cutMarkup(line, lineBytes, (characters) => markup` …(+${characters})`);
    const size = sizeOfMarkup(cut) + 2;
    if (used + size > PAGE_BYTES) {
      pages.push([]);
      used = 0;
    }
    pages.at(-1)?.push(cut);
    used += size;
  }
  return pages.map((page) => section(lines(page)));
}
