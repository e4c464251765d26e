import { z } from 'zod';
import { characterProblems, markupProblems } from './markup-problems.js';

/** Slack's objects with their documented limits. https://docs.slack.dev/reference/block-kit */

function withoutProblems(problemsOf: (text: string) => readonly string[]) {
  return (text: string, context: z.RefinementCtx) => {
    for (const message of problemsOf(text)) context.addIssue({ code: 'custom', message });
  };
}

/** https://docs.slack.dev/reference/block-kit/composition-objects/text-object */
function plainText(most: number) {
  return z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(most).superRefine(withoutProblems(characterProblems)),
    // True would turn :codes: into pictures.
    emoji: z.literal(false),
  });
}

/** `verbatim` true: else Slack makes links and mentions of what stands in it. */
function mrkdwnText(most: number) {
  return z.strictObject({
    type: z.literal('mrkdwn'),
    text: z
      .string()
      .min(1)
      .max(most)
      .superRefine(withoutProblems((text) => markupProblems(text))),
    verbatim: z.literal(true),
  });
}

function text(most: number) {
  return z.discriminatedUnion('type', [plainText(most), mrkdwnText(most)]);
}

/** https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
const confirm = z.strictObject({
  title: plainText(100),
  text: plainText(300),
  confirm: plainText(30),
  deny: plainText(30),
  style: z.enum(['primary', 'danger']).optional(),
});

const actionId = z.string().min(1).max(255);
const blockId = z.string().min(1).max(255).optional();

/** https://docs.slack.dev/reference/block-kit/block-elements/button-element */
const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: actionId,
  url: z
    .url({ protocol: /^https$/u })
    .max(3000)
    .optional(),
  value: z.string().min(1).max(2000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
});

/** https://docs.slack.dev/reference/block-kit/composition-objects/option-object */
const option = z.strictObject({
  text: plainText(75),
  value: z.string().min(1).max(150),
  description: plainText(75).optional(),
});

/** https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element */
const staticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    action_id: actionId,
    options: z.array(option).min(1).max(100),
    initial_option: option.optional(),
    placeholder: plainText(150).optional(),
    confirm: confirm.optional(),
    focus_on_load: z.boolean().optional(),
  })
  .superRefine(({ options, initial_option }, context) => {
    const initial = JSON.stringify(initial_option);
    if (initial_option !== undefined && !options.some((one) => JSON.stringify(one) === initial)) {
      context.addIssue({ code: 'custom', message: 'initial_option is none of the options' });
    }
    if (new Set(options.map(({ value }) => value)).size < options.length) {
      context.addIssue({ code: 'custom', message: 'two options have the same value' });
    }
  });

const externalSelect = z.strictObject({
  type: z.literal('external_select'),
  action_id: actionId,
  min_query_length: z.int().min(0).optional(),
  initial_option: option.optional(),
  placeholder: plainText(150).optional(),
  confirm: confirm.optional(),
  focus_on_load: z.boolean().optional(),
});

/** https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element */
const plainTextInput = z.strictObject({
  type: z.literal('plain_text_input'),
  action_id: actionId,
  initial_value: z.string().max(3000).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(3000).optional(),
  max_length: z.int().min(1).max(3000).optional(),
  focus_on_load: z.boolean().optional(),
  placeholder: plainText(150).optional(),
});

/** https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element */
const overflow = z.strictObject({
  type: z.literal('overflow'),
  action_id: actionId,
  options: z.array(option).min(1).max(5),
  confirm: confirm.optional(),
});

/** https://docs.slack.dev/reference/block-kit/blocks; only what goodgate uses, so that anything new is looked at. */
export const block = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('section'),
      block_id: blockId,
      text: text(3000).optional(),
      fields: z.array(text(2000)).min(1).max(10).optional(),
      accessory: z.union([button, staticSelect, externalSelect, overflow]).optional(),
      expand: z.boolean().optional(),
    })
    .refine((section) => section.text !== undefined || section.fields !== undefined, 'needs text or fields'),
  z.strictObject({
    type: z.literal('context'),
    block_id: blockId,
    elements: z.array(text(3000)).min(1).max(10),
  }),
  z
    .strictObject({
      type: z.literal('actions'),
      block_id: blockId,
      elements: z
        .array(z.union([button, staticSelect, externalSelect, overflow]))
        .min(1)
        .max(25),
    })
    .refine(
      ({ elements }) => new Set(elements.map((one) => one.action_id)).size === elements.length,
      'two elements have the same action_id',
    ),
  z.strictObject({ type: z.literal('header'), block_id: blockId, text: plainText(150) }),
  z.strictObject({ type: z.literal('divider'), block_id: blockId }),
  z.strictObject({
    type: z.literal('input'),
    block_id: blockId,
    label: plainText(2000),
    hint: plainText(2000).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
    element: z.union([staticSelect, externalSelect, plainTextInput]),
  }),
]);

export type Block = z.infer<typeof block>;

/** What an external_select is answered. https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload */
export const suggestedOptions = z.strictObject({ options: z.array(option).max(100) });

/** https://docs.slack.dev/reference/views/modal-views */
export const modalView = z.strictObject({
  type: z.literal('modal'),
  title: plainText(24),
  submit: plainText(24).optional(),
  close: plainText(24).optional(),
  blocks: z.array(block).min(1).max(100),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().min(1).max(255).optional(),
  external_id: z.string().max(255).optional(),
  clear_on_close: z.boolean().optional(),
  notify_on_close: z.boolean().optional(),
});

/** https://docs.slack.dev/reference/views/home-tab-views */
export const homeView = z.strictObject({
  type: z.literal('home'),
  blocks: z.array(block).min(1).max(100),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().min(1).max(255).optional(),
  external_id: z.string().max(255).optional(),
});

/**
 * The text beside the blocks: 4,000 characters are advised, 40,000 are kept.
 * https://docs.slack.dev/reference/methods/chat.postMessage#truncating
 */
export const messageText = z
  .string()
  .min(1)
  .max(4000)
  .superRefine(withoutProblems((all) => markupProblems(all)));
