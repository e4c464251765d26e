import { checkMessage, checkView } from '../slack-limits/check-payload.js';
import { type Json, jsonObject, parsedJson, textIn } from './json.js';

/** Slack's refusals that emulate does not know: https://docs.slack.dev/reference/methods/chat.postMessage#errors */
export function refusalOf(method: string, fields: Json): string | undefined {
  if (!method.startsWith('chat.')) return undefined;
  if ([...textIn(fields, 'text')].length > 40_000) return 'msg_too_long';
  const blocks = fieldOf(fields, 'blocks');
  if (blocks === undefined) return undefined;
  if (!Array.isArray(blocks) || blocks.length > 50) return 'invalid_blocks';
  return blocks.some(isTooLong) ? 'invalid_blocks' : undefined;
}

/** Where a payload is not as goodgate promises it to be; for tests to be empty. */
export function violationsOf(method: string, fields: Json): string[] {
  switch (method) {
    case 'chat.postMessage':
    case 'chat.update':
    case 'chat.postEphemeral':
    case 'response_url':
      return checkMessage({ text: fields['text'], blocks: fieldOf(fields, 'blocks') }).map(named);
    case 'views.open':
    case 'views.push':
    case 'views.update':
    case 'views.publish':
      return checkView(fieldOf(fields, 'view')).map(named);
    default:
      return [];
  }
  function named(problem: string): string {
    return `${method}: ${problem}`;
  }
}

/** The Web API's clients send JSON within a form's field. */
export function fieldOf(fields: Json, key: string): unknown {
  const value = fields[key];
  return typeof value === 'string' ? parsedJson(value) : value;
}

/** https://docs.slack.dev/reference/block-kit/blocks: a section's text 3,000 characters, a header's 150. */
function isTooLong(block: unknown): boolean {
  const text = textIn(jsonObject(jsonObject(block)?.['text']), 'text');
  return [...text].length > (jsonObject(block)?.['type'] === 'header' ? 150 : 3000);
}
