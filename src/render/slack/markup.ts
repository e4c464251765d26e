import { clip } from './clip.js';
import { beginningOf, escapeCode, escapeProse, oneLine, severalLines, withoutHalfCodes } from './escape.js';
import { sizeOf, wholeUntil } from './measure.js';

/**
 * Slack's mrkdwn, safe by construction: markup comes from the literal parts of `markup` templates and from the
 * functions below; every string put into a template is foreign text and is escaped.
 * ```ts
 * markup`${bold(cause.title)} on ${code(cause.host)}`
 * ```
 */
export type Markup = Parts;

interface Part {
  /** Fixed: ours, and never cut in the middle. The others are foreign, and cut where room ends. */
  readonly kind: 'fixed' | 'prose' | 'code';
  /** What a reader sees of foreign text. */
  readonly text: string;
  readonly open: string;
  readonly close: string;
  /** Characters that were left out before anything was escaped. */
  readonly omitted: number;
  /** Escaped, as it stands in a payload, and the bytes that it takes there. */
  readonly written: string;
  readonly size: number;
}

/** Nominal: nobody else can make one, so that no unescaped string passes for markup. */
class Parts {
  readonly #parts: readonly Part[];

  constructor(parts: readonly Part[]) {
    this.#parts = parts.map((part, index) => besideColons(part, parts[index - 1], parts[index + 1]));
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
  return new Parts([foreign('code', oneLine(beginningOf(text, LONGEST)), '`', '`', text.length - LONGEST)]);
}

/** A block of code, its lines as they stand. */
export function codeBlock(text: string): Markup {
  const lines = severalLines(beginningOf(text, LONGEST));
  return new Parts([foreign('code', lines.join('\n'), '```\n', '\n```', text.length - LONGEST)]);
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
  const shown = escapeProse(clip(label, 150)).replaceAll('|', '∣');
  return new Parts([fixed(`<${href}|${shown}>`)]);
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
  return one.parts.map((part) => part.written).join('');
}

/** What it takes in a payload, in bytes. */
export function sizeOfMarkup(one: Markup): number {
  return one.parts.reduce((sum, part) => sum + part.size, 0);
}

/**
 * At most so many bytes. `more` says how many characters were left out; it must not be longer for fewer.
 * No entity, grapheme or date is split, and a code block stays closed.
 */
export function cutMarkup(one: Markup, bytes: number, more: (characters: number) => Markup): Markup {
  const { parts } = one;
  const omitted = parts.reduce((sum, part) => sum + part.omitted, 0);
  if (omitted === 0 && sizeOfMarkup(one) <= bytes) return one;
  const all = parts.reduce((sum, part) => sum + part.text.length, omitted);
  const room = bytes - sizeOfMarkup(more(all));
  const kept: Part[] = [];
  let used = 0;
  let shown = 0;
  for (const part of parts) {
    if (used + part.size <= room) {
      kept.push(part);
      used += part.size;
      shown += part.text.length;
      if (part.omitted > 0) break;
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

/** Longer than what any text object of ours holds: what stands beyond is cut in any case. */
const LONGEST = 3000;
const LONGEST_LINK = 1500;

/** What is harmless by itself may become an emoji together with what stands beside it. */
function besideColons(part: Part, before: Part | undefined, after: Part | undefined): Part {
  if (part.kind !== 'prose' || part.open !== '') return part;
  let { text } = part;
  if (after?.written.startsWith(':')) text = withoutHalfCodes(text, 'after');
  if (before?.written.endsWith(':')) text = withoutHalfCodes(text, 'before');
  return text === part.text ? part : escaped('prose', text, '', '', part.omitted);
}

function fixed(text: string): Part {
  return { kind: 'fixed', text: '', open: '', close: '', omitted: 0, written: text, size: sizeOf(text) };
}

function prose(text: string, open = '', close = ''): Part {
  return foreign('prose', oneLine(beginningOf(text, LONGEST)), open, close, text.length - LONGEST);
}

function foreign(kind: 'prose' | 'code', text: string, open: string, close: string, beyond: number): Part {
  // Slack takes an empty `` or ** for text.
  const shown = open === '' ? text : text.trim() || '–';
  return escaped(kind, shown, open, close, Math.max(0, beyond));
}

function escaped(kind: 'prose' | 'code', text: string, open: string, close: string, omitted: number): Part {
  const inner = kind === 'code' ? escapeCode(text) : escapeProse(text);
  const written = `${open}${inner}${close}`;
  return { kind, text, open, close, omitted, written, size: sizeOf(written) };
}

function cutPart({ kind, text, open, close }: Part, bytes: number): Part | undefined {
  const room = bytes - sizeOf(open) - sizeOf(close);
  let end = 0;
  let used = 0;
  for (const character of text) {
    used += sizeAtMost(character);
    if (used > room) break;
    end += character.length;
  }
  const kept = text.slice(0, wholeUntil(text, end)).trimEnd();
  return kept === '' || kind === 'fixed' ? undefined : escaped(kind, kept, open, close, 0);
}

/** Escaping looks at what stands beside a character; this is the most that it can make of it, in bytes of JSON. */
function sizeAtMost(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x80) return code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  if (character === '&') return 5;
  if (character === '<' || character === '>') return 4;
  if ('*~`_@#:'.includes(character)) return 3;
  return character === '"' || character === '\\' || character === '\n' ? 2 : 1;
}
