import { beginningOf, escapeCode, escapeProse, oneLine, severalLines } from './escape.js';
import { graphemes, sizeOf } from './measure.js';

/**
 * Slack's mrkdwn, safe by construction: markup comes from the literal parts of `markup` templates and from the
 * functions below; every string put into a template is foreign text and is escaped.
 * ```ts
 * markup`${bold(cause.title)} on ${code(cause.host)}`
 * ```
 */
export type Markup = Parts;

type Part =
  /** Ours, and never cut in the middle. */
  | { readonly kind: 'fixed'; readonly text: string }
  /** Foreign: shown between `open` and `close`, and cut where room ends. */
  | {
      readonly kind: 'prose' | 'code';
      readonly text: string;
      readonly open: string;
      readonly close: string;
      /** Characters that were left out before anything was escaped. */
      readonly omitted: number;
    };

/** Nominal: nobody else can make one, so that no unescaped string passes for markup. */
class Parts {
  readonly #parts: readonly Part[];

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  get parts(): readonly Part[] {
    return this.#parts;
  }
}

export function markup(
  literals: TemplateStringsArray,
  ...values: readonly (string | number | Markup)[]
): Markup {
  return new Parts(
    literals.flatMap((literal, index) => {
      const value = values[index];
      const before = literal === '' ? [] : [fixed(literal)];
      if (value === undefined) return before;
      return [...before, ...(value instanceof Parts ? value.parts : [prose(`${value}`)])];
    }),
  );
}

export const NOTHING: Markup = new Parts([]);

export function isNothing(one: Markup): boolean {
  return one.parts.length === 0;
}

export function bold(text: string): Markup {
  return new Parts([prose(text, '*', '*')]);
}

export function code(text: string): Markup {
  return new Parts([foreign('code', oneLine(beginningOf(text, LONGEST)), '`', '`', text.length)]);
}

/** A block of code, its lines as they stand. */
export function codeBlock(text: string): Markup {
  const lines = severalLines(beginningOf(text, LONGEST));
  return new Parts([foreign('code', lines.join('\n'), '```\n', '\n```', text.length)]);
}

/** A moment in the reader's own time zone; UTC where a client cannot show it. */
export function moment(iso: string): Markup {
  const ms = Date.parse(iso);
  // https://docs.slack.dev/messaging/formatting-message-text#date-formatting; before 1970 or after 9999 it shows nothing.
  if (!Number.isFinite(ms) || ms < 0 || ms > 253_402_300_799_000) return markup`${iso}`;
  const utc = new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/u, 'Z');
  return new Parts([fixed(`<!date^${Math.floor(ms / 1000)}^{date_short_pretty} {time_secs}|${utc}>`)]);
}

/** A person who asked, approved or acknowledged. An id that is none is shown as text. */
export function person(id: string): Markup {
  return /^[UW][A-Z0-9]{2,20}$/u.test(id) ? new Parts([fixed(`<@${id}>`)]) : markup`${id}`;
}

/** A link to a page of Slack's or of documentation; the label alone where the address is not plainly one. */
export function link(address: string, label: string): Markup {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'https:' || url.href.length > LONGEST_LINK) return markup`${label}`;
  const href = url.href.replace(/[|<>`*\s]/gu, encodeURIComponent).replaceAll('&', '&amp;');
  return new Parts([fixed(`<${href}|${escapeProse(beginningOf(oneLine(label), 200)) || href}>`)]);
}

export function join(all: readonly Markup[], separator: Markup): Markup {
  return new Parts(
    all.flatMap((one, index) => (index === 0 ? one.parts : [...separator.parts, ...one.parts])),
  );
}

export function lines(all: readonly Markup[]): Markup {
  return join(all, markup`\n`);
}

/** As Slack wants it. */
export function written(one: Markup): string {
  return one.parts.map(writtenPart).join('');
}

/** What it takes in a payload, in bytes. */
export function sizeOfMarkup(one: Markup): number {
  return one.parts.reduce((sum, part) => sum + sizeOf(writtenPart(part)), 0);
}

/**
 * At most so many bytes. `more` says how many characters were left out; it must not be longer for fewer.
 * No entity, grapheme or date is split, and a code block stays closed.
 */
export function cutMarkup(one: Markup, bytes: number, more: (characters: number) => Markup): Markup {
  const { parts } = one;
  const omitted = parts.reduce((sum, part) => sum + omittedOf(part), 0);
  if (omitted === 0 && sizeOfMarkup(one) <= bytes) return one;
  const all = parts.reduce((sum, part) => sum + charactersOf(part), 0) + omitted;
  const room = bytes - sizeOfMarkup(more(all));
  const kept: Part[] = [];
  let used = 0;
  let shown = 0;
  for (const part of parts) {
    const size = sizeOf(writtenPart(part));
    if (used + size <= room) {
      kept.push(part);
      used += size;
      shown += charactersOf(part);
      if (omittedOf(part) > 0) break;
      continue;
    }
    const cut = part.kind === 'fixed' ? undefined : cutPart(part, room - used);
    if (cut !== undefined) {
      kept.push(cut);
      shown += cut.text.length;
    }
    break;
  }
  return new Parts([...kept, ...more(all - shown).parts]);
}

/** Longer than any text object of Slack's: what stands beyond is cut in any case. */
const LONGEST = 6000;
const LONGEST_LINK = 1500;

function fixed(text: string): Part {
  return { kind: 'fixed', text };
}

function prose(text: string, open = '', close = ''): Part {
  return foreign('prose', oneLine(beginningOf(text, LONGEST)), open, close, text.length);
}

function foreign(kind: 'prose' | 'code', text: string, open: string, close: string, length: number): Part {
  // Slack takes an empty `` or ** for text.
  const shown = kind === 'code' || open !== '' ? (text.trim() === '' ? '–' : text.trim()) : text;
  return { kind, text: shown, open, close, omitted: Math.max(0, length - LONGEST) };
}

function writtenPart(part: Part): string {
  if (part.kind === 'fixed') return part.text;
  const text = part.kind === 'code' ? escapeCode(part.text) : escapeProse(part.text);
  return `${part.open}${text}${part.close}`;
}

function cutPart(part: Exclude<Part, { kind: 'fixed' }>, bytes: number): typeof part | undefined {
  const room = bytes - sizeOf(part.open) - sizeOf(part.close);
  let text = '';
  let used = 0;
  for (const one of graphemes(part.text)) {
    used += sizeAtMost(one);
    if (used > room) break;
    text += one;
  }
  const trimmed = text.trimEnd();
  return trimmed === '' ? undefined : { ...part, text: trimmed };
}

/** Escaping looks at what stands beside a character; this is the most that it can make of it. */
function sizeAtMost(grapheme: string): number {
  return sizeOf(escapeCode(grapheme)) + 2 * (grapheme.match(/[*~`_@#:>]/gu)?.length ?? 0);
}

function charactersOf(part: Part): number {
  return part.kind === 'fixed' ? 0 : part.text.length;
}

function omittedOf(part: Part): number {
  return part.kind === 'fixed' ? 0 : part.omitted;
}
