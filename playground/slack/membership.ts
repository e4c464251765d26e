import type { Emulator } from './emulator.js';
import { app, channels } from './workspace.js';

/** Which channels the bot is in: emulate lets anybody write to a public one. */
export interface Membership {
  /** Slack's error for a channel that the bot may not write to or read. */
  refusal(method: string, channel: string): string | undefined;
  set(channel: string, bot: 'in' | 'out'): Promise<void>;
}

/** Messages to channels that the app is not in: https://docs.slack.dev/reference/scopes/chat:write.public */
const ANYWHERE = new Set(['chat.postMessage', 'chat.update', 'chat.delete']);

export function createMembership(emulator: Emulator, scopes: readonly string[]): Membership {
  const within = new Set(
    emulator.channels
      .filter(({ name }) => channels.find((one) => one.name === name)?.bot === 'in')
      .map(({ id }) => id),
  );
  return {
    refusal(method, channel) {
      const known = emulator.channels.find(({ id }) => id === channel);
      if (known === undefined || within.has(channel)) return undefined;
      if (known.kind === 'public' && ANYWHERE.has(method) && scopes.includes('chat:write.public'))
        return undefined;
      // A private channel is not even there for those who are not in it.
      return known.kind === 'private' ? 'channel_not_found' : 'not_in_channel';
    },
    async set(channel, bot) {
      const method = bot === 'in' ? 'conversations.invite' : 'conversations.kick';
      const who = bot === 'in' ? { users: app.botUserId } : { user: app.botUserId };
      await emulator.call('admin', method, { channel, ...who });
      if (bot === 'in') within.add(channel);
      else within.delete(channel);
    },
  };
}
