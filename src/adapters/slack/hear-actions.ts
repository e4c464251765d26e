/** Buttons, choices and dialogs. */
import type { App, BlockAction, ViewStateValue } from '@slack/bolt';
import type { ChatOrigin } from '../../ports-chat.js';
import { isFirst } from './hear-words.js';
import { type ReplyParts, replyWith } from './reply.js';
import { requestKey } from './request-key.js';
import type { SlackAppOptions } from './slack-app.js';

const EVERY = /^/u;

export function hearActions(app: App, options: SlackAppOptions): void {
  app.action<BlockAction>(EVERY, async ({ action, body, ack, respond, client, context }) => {
    await ack();
    // A choice in a dialog counts when the dialog is sent.
    if (body.view?.type === 'modal') return;
    if (!(await isFirst(requestKey(body.trigger_id, context), options))) return;
    const { message, channel } = body;
    const threadTs: unknown = message?.['thread_ts'] ?? message?.ts;
    const from: ChatOrigin = {
      person: body.user.id,
      ...(channel === undefined ? {} : { channel: channel.id }),
      ...(typeof threadTs === 'string' ? { threadTs } : {}),
    };
    const value = action.type === 'button' ? (action.value ?? '') : '';
    const parts: ReplyParts = {
      client,
      from,
      triggerId: body.trigger_id,
      ...(body.response_url === undefined ? {} : { respond }),
    };
    await options.handle(
      {
        kind: 'action',
        action: action.action_id,
        value,
        from,
        ...(message === undefined ? {} : { message: { ts: message.ts } }),
      },
      replyWith(parts),
    );
  });

  app.view(EVERY, async ({ view, body, ack, client, context }) => {
    await ack();
    if (body.type !== 'view_submission') return;
    if (!(await isFirst(requestKey(`${view.id}:${view.hash}`, context), options))) return;
    const from: ChatOrigin = { person: body.user.id };
    await options.handle(
      {
        kind: 'submitted',
        callback: view.callback_id,
        values: chosenValues(view.state.values),
        kept: view.private_metadata,
        from,
      },
      replyWith({ client, from }),
    );
  });

  app.options(EVERY, async ({ options: asked, ack }) => {
    const choices = options.options(asked.value);
    await ack({ options: choices.filter(isOption) });
  });
}

interface PlainOption {
  readonly text: { readonly type: 'plain_text'; readonly text: string };
  readonly value: string;
}

function isOption(choice: object): choice is PlainOption {
  return 'text' in choice && 'value' in choice;
}

/** What was chosen or typed, by the action ids of the dialog's fields. */
function chosenValues(values: Readonly<Record<string, Readonly<Record<string, ViewStateValue>>>>) {
  const chosen = new Map<string, string>();
  for (const fields of Object.values(values)) {
    for (const [name, field] of Object.entries(fields)) {
      const value = field.selected_option?.value ?? field.value;
      if (typeof value === 'string') chosen.set(name, value);
    }
  }
  return chosen;
}
