import type { Citation, NamedCause } from '../domain/diagnosis.js';
import { clipped, type Ink, wrapped } from './ink.js';
import { shortCommand } from './shell-words.js';
import type { Texts } from './texts.js';
import { visibleLines, visibleText } from './visible-text.js';

/**
 * From cause to symptom, each link with the lines that show it:
 * ```
 *   1 Redis is not running
 *     │ docs-1 $ systemctl show redis-server                       21:06:07Z
 *     │   ActiveState=inactive
 *   ▼
 *   2 …
 * ```
 */
export function renderChain(cause: NamedCause, startedAt: string, ink: Ink, words: Texts): string[] {
  const { paint, marks } = ink;
  return cause.chain.flatMap((link, index) => {
    const number = `  ${index + 1} `;
    const name =
      link.cause === undefined || link.cause === cause.id
        ? ''
        : ` ${paint.dim(`(${visibleText(link.cause)})`)}`;
    const says = wrapped(
      `${visibleText(link.says)}${name}`,
      ink,
      paint.bold(number),
      ' '.repeat(number.length),
    );
    const evidence = link.evidence.flatMap((one) => renderCitation(one, startedAt, '    ', ink, words));
    const arrow = index < cause.chain.length - 1 ? [`  ${paint.dim(marks.down)}`] : [];
    return [...says, ...evidence, ...arrow];
  });
}

const SHOWN_LINES = 6;
const SHOWN_CHARACTERS = 600;

/** Where, how and when a line was seen, and the line. */
export function renderCitation(
  citation: Citation,
  startedAt: string,
  indent: string,
  ink: Ink,
  words: Texts,
): string[] {
  const { paint, marks } = ink;
  const bar = `${indent}${paint.dim(marks.bar)} `;
  const barColumns = indent.length + 2;
  const time = timeOf(citation.at, startedAt);
  const host = `${visibleText(citation.host)} ${marks.dot} ${time}`;
  // A check's own request has no command; its probe's name says what it was.
  const command = visibleText(
    citation.argv.length === 0 ? citation.probe : `$ ${shortCommand(citation.argv, marks.ellipsis)}`,
  );
  const room = ink.width - barColumns - host.length - 3;
  const [where, ...how] =
    room >= 24
      ? [`${host}  ${clipped(command, room, marks.ellipsis)}`]
      : [host, clipped(command, ink.width - barColumns, marks.ellipsis)];
  const lines = counted(visibleLines(citation.excerpt));
  const inner = { ...ink, width: ink.width - barColumns - 2 };
  const shown = lines.slice(0, SHOWN_LINES).flatMap(({ line, times }) => {
    const text =
      line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}${marks.ellipsis}` : line;
    return wrapped(times > 1 ? `${text} ${paint.dim(`(${marks.times}${times})`)}` : text, inner, '');
  });
  const more = lines.length - SHOWN_LINES;
  return [
    `${bar}${paint.dim(where ?? '')}`,
    ...how.map((line) => `${bar}${paint.dim(line)}`),
    ...shown.map((line) => `${bar}  ${line}`.trimEnd()),
    ...(more > 0 ? [`${bar}  ${paint.dim(`${marks.ellipsis} ${words.moreLines(more)}`)}`] : []),
  ];
}

/** A line that repeats itself is shown once, with its count. */
function counted(lines: readonly string[]): { line: string; times: number }[] {
  const out: { line: string; times: number }[] = [];
  for (const line of lines) {
    const last = out.at(-1);
    if (last?.line === line) {
      last.times += 1;
    } else {
      out.push({ line, times: 1 });
    }
  }
  return out;
}

/** `21:06:07Z`, with the date where it is not the check's own day. */
export function timeOf(at: string, startedAt: string): string {
  const [date = '', time = ''] = visibleText(at).split('T');
  const short = time.replace(/\.\d+/u, '');
  return startedAt.startsWith(date) ? short : `${date} ${short}`.trim();
}
