import picocolors from 'picocolors';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { HopState } from '../domain/diagnosis.js';
import type { Terminal } from './terminal.js';

export interface Marks {
  readonly state: Readonly<Record<HopState, string>>;
  readonly dot: string;
  readonly dash: string;
  readonly ellipsis: string;
  readonly rule: string;
  readonly bar: string;
  readonly down: string;
  readonly branch: string;
  readonly lastBranch: string;
  readonly remedy: string;
  readonly times: string;
}

const UNICODE: Marks = {
  state: { ok: '✓', broken: '✗', unknown: '?' },
  dot: '·',
  dash: '–',
  ellipsis: '…',
  rule: '━',
  bar: '│',
  down: '▼',
  branch: '├─',
  lastBranch: '└─',
  remedy: '→',
  times: '×',
};

const ASCII: Marks = {
  state: { ok: '[+]', broken: '[x]', unknown: '[?]' },
  dot: '-',
  dash: '-',
  ellipsis: '...',
  rule: '=',
  bar: '|',
  down: 'v',
  branch: '|-',
  lastBranch: '`-',
  remedy: '->',
  times: 'x',
};

/** Everything with which a section is drawn. Sections are lists of lines; nothing here knows a stream. */
export interface Ink {
  readonly paint: ReturnType<typeof picocolors.createColors>;
  readonly marks: Marks;
  readonly width: number;
}

export function inkFor(terminal: Pick<Terminal, 'colours' | 'unicode' | 'width'>): Ink {
  return {
    paint: picocolors.createColors(terminal.colours),
    marks: terminal.unicode ? UNICODE : ASCII,
    width: terminal.width,
  };
}

/** Wraps to the width; the first line begins with `first`, the others with as many columns of `rest` or spaces. */
export function wrapped(text: string, ink: Ink, first: string, rest?: string): string[] {
  const indent = rest ?? ' '.repeat(stringWidth(first));
  const columns = Math.max(16, ink.width - Math.max(stringWidth(first), stringWidth(indent)));
  return wrapAnsi(text, columns, { hard: true, trim: true })
    .split('\n')
    .map((line, index) => `${index === 0 ? first : indent}${line}`.trimEnd());
}

/** Cuts to so many columns, counting a Chinese character as two. For text without escape sequences. */
export function clipped(text: string, columns: number, ellipsis: string): string {
  if (stringWidth(text) <= columns) {
    return text;
  }
  const room = columns - stringWidth(ellipsis);
  let out = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += stringWidth(segment);
    if (used > room) {
      break;
    }
    out += segment;
  }
  return `${out.trimEnd()}${ellipsis}`;
}

/** Fills with spaces up to so many columns. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
}

export function heading(text: string, ink: Ink): string {
  return ink.paint.bold(ink.paint.cyan(text));
}

export function stateMark(state: HopState, ink: Ink): string {
  const colour = { ok: ink.paint.green, broken: ink.paint.red, unknown: ink.paint.yellow }[state];
  return colour(ink.marks.state[state]);
}
