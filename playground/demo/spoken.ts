import { z } from 'zod';
import type { Ink } from '../../src/render/ink.js';

const textObject = z.object({ type: z.string(), text: z.string() });
const element = z.looseObject({ type: z.string(), text: z.union([z.string(), textObject]).optional() });
const block = z.looseObject({
  type: z.string(),
  text: textObject.optional(),
  accessory: element.optional(),
  elements: z.array(element).optional(),
});

type Paint = Pick<Ink['paint'], 'bold' | 'cyan' | 'dim'>;
type NameOf = (person: string) => string;

/** A message of Slack for the terminal: what its reader sees there, without Slack's markup. */
export function spoken(blocks: readonly unknown[], nameOf: NameOf, paint: Paint): readonly string[] {
  const parts = blocks.map((one) => linesOf(block.parse(one), nameOf, paint));
  return parts.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function linesOf(one: z.infer<typeof block>, nameOf: NameOf, paint: Paint): readonly string[] {
  const elements = one.elements ?? [];
  switch (one.type) {
    case 'header':
      return [paint.bold(one.text?.text ?? '')];
    case 'context':
      return elements.flatMap((each) => shown(textOf(each), nameOf, paint).map(paint.dim));
    case 'actions':
      return [elements.map((each) => paint.cyan(`[${textOf(each)}]`)).join(' ')];
    default: {
      const button = one.accessory === undefined ? [] : [paint.cyan(`[${textOf(one.accessory)}]`)];
      return [...shown(one.text?.text ?? '', nameOf, paint), ...button];
    }
  }
}

function textOf({ text }: z.infer<typeof element>): string {
  return typeof text === 'string' ? text : (text?.text ?? '');
}

/** https://docs.slack.dev/messaging/formatting-message-text */
const MARKUP =
  /```\n?(?<block>[\s\S]*?)\n?```|`(?<code>[^`\n]+)`|\*(?<bold>[^*\n]+)\*|<@(?<person>[^>|]+)>|<!date\^[^>|]*\|(?<date>[^>]+)>|<[^>|]+\|(?<link>[^>]+)>/gu;

function shown(text: string, nameOf: NameOf, paint: Paint): readonly string[] {
  const out: string[] = [];
  let from = 0;
  for (const { 0: all, index, groups = {} } of text.matchAll(MARKUP)) {
    out.push(decoded(text.slice(from, index)), spanOf(groups, nameOf, paint));
    from = index + all.length;
  }
  return [...out, decoded(text.slice(from))].join('').split('\n');
}

function spanOf(groups: Readonly<Record<string, string | undefined>>, nameOf: NameOf, paint: Paint): string {
  const { block: lines, code, bold, person, date, link } = groups;
  if (lines !== undefined) {
    return decoded(lines)
      .split('\n')
      .map((line) => `  ${line}`)
      .join('\n');
  }
  if (code !== undefined) return decoded(code);
  if (bold !== undefined) return paint.bold(decoded(bold));
  if (person !== undefined) return `@${nameOf(person)}`;
  return decoded(date ?? link ?? '');
}

function decoded(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
