import type { Emulator } from './emulator.js';
import { objectIn, objectsIn, textIn } from './json.js';
import { type SeenMessage, seenMessage } from './seen-message.js';
import { app } from './workspace.js';

/** What stands in the channels; oldest first. Not limited and not recorded. */
export interface Reading {
  channelMessages(channel: string): Promise<SeenMessage[]>;
  /** The message that opened it and the replies. */
  thread(channel: string, ts: string): Promise<SeenMessage[]>;
  message(channel: string, ts: string): Promise<SeenMessage | undefined>;
  /** Files in a thread, with their content. */
  files(channel: string, ts: string): Promise<SeenFile[]>;
  /** Between the bot and that person; made where there is none. */
  directChannel(user: string): Promise<string>;
}

export interface SeenFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly content: string;
}

export function createReading(emulator: Emulator): Reading {
  async function channelMessages(channel: string): Promise<SeenMessage[]> {
    const found: SeenMessage[] = [];
    let cursor = '';
    do {
      const page = await emulator.call(reader(channel), 'conversations.history', {
        channel,
        limit: 1000,
        cursor,
      });
      found.push(...objectsIn(page, 'messages').map((raw) => seenMessage(raw, channel, 'everybody')));
      cursor = textIn(objectIn(page, 'response_metadata'), 'next_cursor');
    } while (cursor !== '');
    return found.reverse();
  }

  async function thread(channel: string, ts: string): Promise<SeenMessage[]> {
    const page = await emulator.call(reader(channel), 'conversations.replies', { channel, ts });
    return objectsIn(page, 'messages').map((raw) => seenMessage(raw, channel, 'everybody'));
  }

  return {
    channelMessages,
    thread,
    async message(channel, ts) {
      return (await thread(channel, ts)).find((one) => one.ts === ts);
    },
    async files(channel, ts) {
      const files = (await thread(channel, ts)).flatMap((message) => message.files);
      return Promise.all(
        files.map(async (file) => {
          const { pathname } = new URL(textIn(file, 'url_private'));
          const content = await (await emulator.pass(pathname, { method: 'GET' })).text();
          return {
            id: textIn(file, 'id'),
            name: textIn(file, 'name'),
            title: textIn(file, 'title'),
            content,
          };
        }),
      );
    },
    async directChannel(user) {
      const opened = await emulator.call(app.botUserId, 'conversations.open', { users: user });
      return textIn(objectIn(opened, 'channel'), 'id');
    },
  };
}

/** A message between two people is read by one of them. */
function reader(channel: string): string {
  return channel.startsWith('D') ? app.botUserId : 'admin';
}
