/** Slash command, mention, and the message shortcut. */
import type { App } from '@slack/bolt';
import { CALLBACKS } from '../../domain/chat-actions.js';
import type { ChatOrigin } from '../../ports-chat.js';
import { type ReplyParts, replyWith } from './reply.js';
import { requestKey } from './request-key.js';
import type { SlackAppOptions } from './slack-app.js';

/** A command's answer may come for half an hour; a request that was seen is known for longer than Slack repeats it. */
export const SEEN_MS = 3_600_000;

export function hearWords(app: App, options: SlackAppOptions): void {
  app.command(options.command, async ({ command, ack, respond, client, context }) => {
    await ack();
    if (!(await isFirst(requestKey(command.trigger_id, context), options))) return;
    const from: ChatOrigin = {
      person: command.user_id,
      channel: command.channel_id,
      // Slack gives no thread with a command: they cannot be typed in one.
    };
    const parts: ReplyParts = { client, from, respond, triggerId: command.trigger_id };
    await options.handle({ kind: 'words', text: command.text ?? '', from }, replyWith(parts));
  });

  app.event('app_mention', async ({ event, body, client, context }) => {
    if (event.user === undefined || event.bot_id !== undefined) return;
    if (!(await isFirst(body.event_id ?? event.ts, options))) return;
    const from: ChatOrigin = {
      person: event.user,
      channel: event.channel,
      ...(event.thread_ts === undefined ? {} : { threadTs: event.thread_ts }),
    };
    const text = textAround(event.text, `<@${context.botUserId ?? ''}>`);
    await options.handle({ kind: 'words', text, from }, replyWith({ client, from }));
  });

  app.shortcut(
    { callback_id: CALLBACKS.diagnoseThis, type: 'message_action' },
    async ({ shortcut, ack, respond, client, context }) => {
      await ack();
      if (!(await isFirst(requestKey(shortcut.trigger_id, context), options))) return;
      const { message } = shortcut;
      const threadTs: unknown = message['thread_ts'];
      const from: ChatOrigin = {
        person: shortcut.user.id,
        channel: shortcut.channel.id,
        threadTs: typeof threadTs === 'string' ? threadTs : message.ts,
      };
      const parts: ReplyParts = { client, from, respond, triggerId: shortcut.trigger_id };
      await options.handle({ kind: 'shortcut', from, text: message.text ?? '' }, replyWith(parts));
    },
  );

  app.event('app_home_opened', async ({ event, client }) => {
    if (event.tab !== 'home') return;
    const from: ChatOrigin = { person: event.user };
    await options.handle({ kind: 'home-opened', from }, replyWith({ client, from }));
  });
}

/** Slack repeats what it holds for lost, and others may repeat what they have overheard. */
export async function isFirst(key: string, options: SlackAppOptions): Promise<boolean> {
  return options.seen.isFirst(`slack:${key}`, SEEN_MS);
}

/** What stands behind the bot's name, "hey <@U1> check docs-server"; before it, where nothing does. */
export function textAround(text: string, name: string): string {
  const at = text.indexOf(name);
  if (at < 0) return text.trim();
  const behind = text.slice(at + name.length).trim();
  return behind === '' ? text.slice(0, at).trim() : behind;
}
