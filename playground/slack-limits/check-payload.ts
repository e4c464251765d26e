import { z } from 'zod';
import { type Block, block, homeView, messageText, modalView, suggestedOptions } from './slack-shapes.js';

/**
 * Says where a payload breaks what Slack documents; an empty list where Slack would take it. Used by every test that
 * sends, and by the local Slack of the demo.
 */
export function checkMessage(payload: unknown): string[] {
  const read = message.safeParse(payload);
  if (!read.success) return problemsOf(read.error);
  const { blocks } = read.data;
  return [...sameBlockIds(blocks), ...tooLarge(blocks, MESSAGE_BYTES, 'msg_blocks_too_long')];
}

export function checkView(view: unknown): string[] {
  const read = anyView.safeParse(view);
  if (!read.success) return problemsOf(read.error);
  const { data } = read;
  const { blocks } = data;
  const hasInput = blocks.some(({ type }) => type === 'input');
  return [
    ...sameBlockIds(blocks),
    ...tooLarge(data, VIEW_BYTES, 'view_too_large'),
    // https://docs.slack.dev/reference/views/modal-views
    ...(data.type === 'modal' && hasInput && data.submit === undefined
      ? ['submit: required where the view has an input']
      : []),
  ];
}

/** Other fields (channel, thread_ts, metadata) are of no concern here. */
const message = z.object({ text: messageText, blocks: z.array(block).min(1).max(50) });
const anyView = z.discriminatedUnion('type', [modalView, homeView]);

/** What an external_select is answered. */
export function checkOptions(answer: unknown): string[] {
  const read = suggestedOptions.safeParse(answer);
  return read.success ? [] : problemsOf(read.error);
}

/**
 * All blocks together. Not documented: a maintainer names 12,000 characters of text and a buffer for what is around
 * them, others measured refusals from 13,200 on. https://github.com/slackapi/bolt-js/issues/2509
 */
const MESSAGE_BYTES = 13_000;

/** `view_too_large`: https://docs.slack.dev/reference/methods/views.publish */
const VIEW_BYTES = 250_000;

function tooLarge(value: unknown, most: number, code: string): string[] {
  const bytes = Buffer.byteLength(JSON.stringify(value), 'utf8');
  return bytes > most ? [`${code}: ${bytes} bytes, at most ${most}`] : [];
}

/** https://docs.slack.dev/reference/block-kit/blocks: unique within a message or view. */
function sameBlockIds(blocks: readonly Block[]): string[] {
  const ids = blocks.flatMap((one) => one.block_id ?? []);
  return new Set(ids).size < ids.length ? ['two blocks have the same block_id'] : [];
}

function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}
