import stringWidth from 'string-width';
import type { Citation, NamedCause } from '../domain/diagnosis.js';
import { commandShown } from './command-shown.js';
import { clipped, type Ink, wrapped } from './ink.js';
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
export function renderChain(
  cause: NamedCause,
  startedAt: string,
  ink: Ink,
  words: Texts,
  verbose = false,
): string[] {
  const { paint, marks } = ink;
  const evidence = verbose ? cause.chain.map((link) => link.evidence) : shownEvidence(cause);
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
    const arrow = index < cause.chain.length - 1 ? [`  ${paint.dim(marks.down)}`] : [];
    return [...says, ...renderCitations(evidence[index] ?? [], startedAt, '    ', ink, words), ...arrow];
  });
}

const SHOWN_CITATIONS = 2;

/** At most two lines a link, none of them twice in a chain; a link of which all was shown before keeps one. */
export function shownEvidence({ chain }: NamedCause): (readonly Citation[])[] {
  const seen = new Set<string>();
  return chain.map(({ evidence }) => {
    const shown: Citation[] = [];
    for (const citation of evidence) {
      const key = sameLine(citation);
      if (shown.length < SHOWN_CITATIONS && !seen.has(key)) {
        seen.add(key);
        shown.push(citation);
      }
    }
    return shown.length > 0 ? shown : evidence.slice(0, 1);
  });
}

/** A log's line that comes again is the same one to a reader: its time, process and connection do not count. */
function sameLine({ host, probe, excerpt }: Citation): string {
  const text = excerpt
    .replace(/^\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[.,\d]*(?:Z|[+-]\d\d:?\d\d)?\]?/u, '')
    .replace(/ \d+#\d+: \*\d+/u, '');
  return JSON.stringify([host, probe, text]);
}

/** Lines of one look stand below one head. */
export function renderCitations(
  citations: readonly Citation[],
  startedAt: string,
  indent: string,
  ink: Ink,
  words: Texts,
): string[] {
  let last: string | undefined;
  return citations.flatMap((citation) => {
    const head = renderHead(citation, startedAt, indent, ink);
    const key = head.join('\n');
    const lines = [...(key === last ? [] : head), ...renderExcerpt(citation, indent, ink, words)];
    last = key;
    return lines;
  });
}

const SHOWN_LINES = 6;
const SHOWN_CHARACTERS = 600;

/** Where, when and how a line was seen. A command that does not fit beside the rest is not cut: it is to be copied. */
function renderHead(citation: Citation, startedAt: string, indent: string, ink: Ink): string[] {
  const { paint, marks } = ink;
  const bar = `${indent}${paint.dim(marks.bar)} `;
  const barColumns = indent.length + 2;
  const host = `${visibleText(citation.host)} ${marks.dot} ${timeOf(citation.at, startedAt)}`;
  const command = visibleText(
    citation.argv.length === 0 ? citation.probe : `$ ${commandShown(citation, marks.ellipsis)}`,
  );
  const room = ink.width - barColumns;
  const one = `${host}  ${command}`;
  if (stringWidth(one) <= room) return [`${bar}${paint.dim(one)}`];
  const shown = clipped(command, SHOWN_CHARACTERS, marks.ellipsis);
  const inner = { ...ink, width: room };
  return [host, ...wrapped(shown, inner, '', '      ')].map((line) => `${bar}${paint.dim(line)}`);
}

function renderExcerpt(citation: Citation, indent: string, ink: Ink, words: Texts): string[] {
  const { paint, marks } = ink;
  const bar = `${indent}${paint.dim(marks.bar)} `;
  // Where ps has nothing to show, the look brought its own clock alone.
  const nothing = citation.probe === 'nginx.processes' && /^clock [\d. ]+$/u.test(citation.excerpt);
  if (nothing) return [`${bar}  ${paint.dim(words.noProcess)}`];
  const lines = counted(visibleLines(citation.excerpt));
  const inner = { ...ink, width: ink.width - indent.length - 4 };
  const shown = lines.slice(0, SHOWN_LINES).flatMap(({ line, times }) => {
    const text =
      line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}${marks.ellipsis}` : line;
    return wrapped(times > 1 ? `${text} ${paint.dim(`(${marks.times}${times})`)}` : text, inner, '');
  });
  const more = lines.length - SHOWN_LINES;
  return [
    ...shown.map((line) => `${bar}  ${line}`.trimEnd()),
    ...(more > 0 ? [`${bar}  ${paint.dim(`${marks.ellipsis} ${words.moreLines(more)}`)}`] : []),
  ];
}

/** A line that repeats itself is shown once, with its count. */
export function counted(lines: readonly string[]): { line: string; times: number }[] {
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
