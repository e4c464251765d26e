import stringWidth from 'string-width';
import type { Hop } from '../domain/diagnosis.js';
import { clipped, heading, type Ink, padded, stateMark, wrapped } from './ink.js';
import type { Texts } from './texts.js';
import { visibleText } from './visible-text.js';

/**
 * The way of a request, and below a hop what it depends on:
 * ```
 *   ✓ nginx       0.0.0.0:443     passes / to 127.0.0.1:8000
 *   ▼
 *   ✗ docservice  127.0.0.1:8000  nothing listens there
 *   └─ ✗ redis    127.0.0.1:6379  nothing listens there
 * ```
 */
export function renderHopMap(path: readonly Hop[], ink: Ink, words: Texts): string[] {
  if (path.length === 0) {
    return [];
  }
  const rows = path.map((hop, index) => rowOf(hop, index, path, ink));
  const nameColumns = Math.max(...rows.map((row) => stringWidth(row.lead) + stringWidth(row.name)));
  const addressColumns = Math.min(Math.max(...rows.map((row) => stringWidth(row.address))), 40);
  const lines = rows.flatMap(({ hop, lead, name, address, below, arrow }) => {
    const named = padded(`${lead}${name}`, nameColumns);
    const says = visibleText(hop.says);
    const left = `${named.replace(ink.marks.state[hop.state], stateMark(hop.state, ink))}  `;
    const arrows = arrow ? [`  ${ink.paint.dim(ink.marks.down)}`] : [];
    const sayColumns = ink.width - nameColumns - addressColumns - 4;
    if (sayColumns < 24) {
      return [...arrows, `${left}${address}`.trimEnd(), ...wrapped(says, ink, `${below}  `)];
    }
    const shownAddress = padded(clipped(address, addressColumns, ink.marks.ellipsis), addressColumns);
    const rest = padded(below, nameColumns + addressColumns + 4);
    return [...arrows, ...wrapped(says, ink, `${left}${ink.paint.dim(shownAddress)}  `, rest)];
  });
  return [heading(words.path, ink), ...lines];
}

interface Row {
  readonly hop: Hop;
  /** What stands before the name: indentation, branch and mark. */
  readonly lead: string;
  readonly name: string;
  readonly address: string;
  /** What stands before a continuation line, so that the drawn way is not torn. */
  readonly below: string;
  readonly arrow: boolean;
}

function rowOf(hop: Hop, index: number, path: readonly Hop[], ink: Ink): Row {
  const { marks } = ink;
  const mark = marks.state[hop.state];
  const isBranch = (hop.depth ?? 0) > 0;
  const followed = path.slice(index + 1);
  const next = followed[0];
  const sibling = next !== undefined && (next.depth ?? 0) > 0;
  // A branch is the last one only where the way itself does not go on below it.
  const goesOn = sibling || (isBranch && followed.length > 0);
  const lead = isBranch ? `  ${goesOn ? marks.branch : marks.lastBranch} ${mark} ` : `  ${mark} `;
  const below = isBranch ? `  ${goesOn ? marks.bar : ' '}` : `  ${followed.length > 0 ? marks.bar : ''}`;
  return {
    hop,
    lead,
    name: visibleText(hop.hop),
    address: visibleText(hop.address),
    below,
    arrow: index > 0 && !isBranch,
  };
}
