import type { Hop, HopState } from '../../domain/diagnosis.js';
import { bold, code, type Markup, markup } from './markup.js';
import type { Words } from './words.js';

const MARK: Readonly<Record<HopState, string>> = { ok: '✓', broken: '✗', unknown: '?' };
const SHOWN_HOPS = 16;
const SHOWN_AROUND = 4;

/**
 * The way of a request, narrow enough for a phone; what a hop depends on is indented below it.
 * ```
 * ✓ nginx web-1:443 – passes / to docservice
 * ✗ docservice 10.0.4.11:8000 – nothing listens there
 *   └ ✗ redis 127.0.0.1:6379 – refuses connections
 * ```
 */
export function renderHopLines(path: readonly Hop[], words: Words): readonly Markup[] {
  const shown = shownHops(path);
  const rest = path.length - shown.length;
  return [...shown.map(hopLine), ...(rest > 0 ? [markup`${words.verdict.moreHops(rest)}`] : [])];
}

/** Of a long way: its beginning, and what is not ok. */
function shownHops(path: readonly Hop[]): readonly Hop[] {
  if (path.length <= SHOWN_HOPS) return path;
  const wanted = new Set(path.slice(0, SHOWN_AROUND));
  for (const state of ['broken', 'unknown', 'ok'] as const) {
    for (const hop of path) {
      if (wanted.size < SHOWN_HOPS && hop.state === state) wanted.add(hop);
    }
  }
  return path.filter((hop) => wanted.has(hop));
}

function hopLine(hop: Hop): Markup {
  // An em space: Slack drops ordinary ones at the beginning of a line.
  const lead = (hop.depth ?? 0) > 0 ? markup`\u2003└ ${MARK[hop.state]} ` : markup`${MARK[hop.state]} `;
  const name = hop.state === 'broken' ? bold(hop.hop) : markup`${hop.hop}`;
  const address = hop.address === '' ? markup`` : markup` ${code(hop.address)}`;
  const says = hop.says === '' ? markup`` : markup` – ${hop.says}`;
  return markup`${lead}${name}${address}${says}`;
}
