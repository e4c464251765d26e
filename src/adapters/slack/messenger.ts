/** Says things in Slack, and tells what became of it. Nothing is queued here: who is told `later` asks again. */
import type { WebClient } from '@slack/web-api';
import type { ChatMessage } from '../../domain/chat-message.js';
import type { Messenger, Sent, Urgency } from '../../ports-chat.js';
import { findFile, findMessage, METADATA_TYPE } from './find-message.js';
import { createPace, type Pace } from './pace.js';
import { isAboutToken, sentOf } from './sent.js';
import { toBlocks } from './to-blocks.js';

export interface MessengerOptions {
  readonly client: WebClient;
  readonly pace?: Pace;
  /** Slack would not do something, or could not be reached: for the log. */
  readonly onTrouble: (method: string, says: string) => void;
  /** The token does not work, or works again. */
  readonly onAuth?: (works: boolean, code?: string) => void;
}

const LOCALE_KEPT_MS = 3_600_000;

export function createMessenger({
  client,
  pace = createPace(),
  onTrouble,
  onAuth,
}: MessengerOptions): Messenger {
  const locales = new Map<string, { readonly locale: string | undefined; readonly until: number }>();

  async function ask<Value>(
    method: string,
    channel: string,
    call: () => Promise<Value>,
  ): Promise<Sent<Value>> {
    try {
      const value = await call();
      onAuth?.(true);
      return { state: 'done', value };
    } catch (error) {
      const sent = sentOf(error);
      onTrouble(method, sent.says);
      if (sent.state === 'later') {
        if (isAboutToken(sent)) onAuth?.(false, sent.code);
        if (channel !== '') await pace.pause(channel, sent.afterMs);
      }
      return sent;
    }
  }

  async function paced<Value>(
    kind: 'post' | 'edit',
    urgency: Urgency,
    method: string,
    channel: string,
    call: () => Promise<Value>,
  ): Promise<Sent<Value>> {
    const afterMs = await pace.waitMs(kind, urgency, channel);
    if (afterMs > 0) return { state: 'later', afterMs, says: 'not more often than Slack allows' };
    return ask(method, channel, call);
  }

  return {
    post: (place, message, mark, urgency) =>
      paced('post', urgency, 'chat.postMessage', place.channel, async () => {
        const answer = await client.chat.postMessage({
          channel: place.channel,
          ...content(message),
          ...(place.threadTs === undefined ? {} : { thread_ts: place.threadTs }),
          unfurl_links: false,
          unfurl_media: false,
          metadata: { event_type: METADATA_TYPE, event_payload: { mark } },
        });
        if (answer.ts === undefined) throw new Error('Slack gave no ts');
        return { channel: answer.channel ?? place.channel, ts: answer.ts };
      }),
    // Asked twice it is the same channel: https://docs.slack.dev/reference/methods/conversations.open
    open: (person) =>
      ask('conversations.open', '', async () => {
        const { channel } = await client.conversations.open({ users: person });
        if (channel?.id === undefined) throw new Error('Slack gave no channel');
        return { channel: channel.id };
      }),
    edit: (place, message, urgency) =>
      paced('edit', urgency, 'chat.update', place.channel, async () => {
        await client.chat.update({ channel: place.channel, ts: place.ts, ...content(message) });
        return null;
      }),
    upload: (place, file) =>
      paced('post', 'in-turn', 'files.uploadV2', place.channel, async () => {
        await client.filesUploadV2({
          channel_id: place.channel,
          thread_ts: place.threadTs,
          filename: file.name,
          title: file.title,
          content: file.content,
        });
        return null;
      }),
    find: (place, what, since) =>
      ask('conversations.history', '', () =>
        'mark' in what ? findMessage(client, place, what.mark, since) : findFile(client, place, what.file),
      ),
    permalink: async ({ channel, ts }) => {
      const sent = await ask('chat.getPermalink', '', () =>
        client.chat.getPermalink({ channel, message_ts: ts }),
      );
      return sent.state === 'done' ? sent.value.permalink : undefined;
    },
    locale: async (person) => {
      const known = locales.get(person);
      if (known !== undefined && known.until > Date.now()) return known.locale;
      const sent = await ask('users.info', '', () =>
        client.users.info({ user: person, include_locale: true }),
      );
      if (sent.state !== 'done') return known?.locale;
      const locale = sent.value.user?.locale;
      locales.set(person, { locale, until: Date.now() + LOCALE_KEPT_MS });
      return locale;
    },
  };
}

function content(message: ChatMessage) {
  return { text: message.text, blocks: toBlocks(message.blocks) };
}
