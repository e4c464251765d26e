import { z } from 'zod';

/** Blocks as a person would read them in Slack, roughly: for golden files, beside the JSON that was sent. */
const textObject = z.object({ type: z.string(), text: z.string() });
const element = z.looseObject({
  type: z.string(),
  text: z.union([z.string(), textObject]).optional(),
  action_id: z.string().optional(),
  value: z.string().optional(),
  placeholder: textObject.optional(),
  options: z.array(z.object({ text: textObject, value: z.string() })).optional(),
});
const block = z.looseObject({
  type: z.string(),
  text: textObject.optional(),
  label: textObject.optional(),
  hint: textObject.optional(),
  accessory: element.optional(),
  element: element.optional(),
  elements: z.array(element).optional(),
});

export function readable(payload: { readonly text?: string; readonly blocks: readonly unknown[] }): string {
  const spoken = payload.text === undefined ? [] : [`(notification) ${decoded(payload.text)}`, ''];
  return `${[...spoken, ...payload.blocks.flatMap((one) => [...linesOf(block.parse(one)), ''])].join('\n').trim()}\n`;
}

function linesOf(one: z.infer<typeof block>): string[] {
  switch (one.type) {
    case 'header':
      return [`# ${decoded(one.text?.text ?? '')}`];
    case 'divider':
      return ['────────'];
    case 'context':
      return (one.elements ?? []).map((each) => `  ${decoded(textOf(each))}`);
    case 'actions':
      return [(one.elements ?? []).map(drawn).join(' ')];
    case 'input':
      return [
        `${decoded(one.label?.text ?? '')}:`,
        one.element === undefined ? '' : drawn(one.element),
        `  ${one.hint?.text ?? ''}`,
      ];
    default:
      return [decoded(one.text?.text ?? ''), ...(one.accessory === undefined ? [] : [drawn(one.accessory)])];
  }
}

function drawn(one: z.infer<typeof element>): string {
  const label = textOf(one) || one.placeholder?.text || '';
  const options = (one.options ?? []).map((each) => `${each.text.text}=${each.value}`).join(' | ');
  return `[${label}](${one.action_id}${one.value === undefined ? '' : ` ${one.value}`}${options === '' ? '' : `: ${options}`})`;
}

function textOf(one: z.infer<typeof element>): string {
  return typeof one.text === 'string' ? one.text : (one.text?.text ?? '');
}

function decoded(text: string): string {
  return text
    .replace(/<!date\^\d+\^[^|]+\|([^>]+)>/gu, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
