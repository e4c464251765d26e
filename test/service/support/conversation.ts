import type { Json } from '../../../playground/slack/json.js';
import type { LocalSlack } from '../../../playground/slack/local-slack.js';
import type { SeenMessage } from '../../../playground/slack/seen-message.js';
import { waitUntil } from '../../../playground/world/wait-until.js';

/** What tests ask of a conversation again and again. */
export function createConversation(slack: LocalSlack) {
  return {
    /** The bot's newest message in the channel, once its text matches. */
    async newest(channel: string, says: RegExp): Promise<SeenMessage> {
      let found: SeenMessage | undefined;
      await waitUntil(
        `the newest message says ${says}`,
        async () => {
          const all = await slack.channelMessages(channel);
          found = all.findLast(({ user, threadTs, ts }) => {
            return user === slack.app.botUserId && (threadTs === undefined || threadTs === ts);
          });
          return found !== undefined && says.test(found.text) ? true : `"${found?.text}"`;
        },
        40_000,
        100,
      );
      if (found === undefined) throw new Error('unreachable');
      return found;
    },
    /** What was whispered to the person last. */
    async whispered(person: string, channel: string): Promise<SeenMessage> {
      await waitUntil('something is whispered', async () => slack.ephemeral(person, channel).length > 0);
      const last = slack.ephemeral(person, channel).at(-1);
      if (last === undefined) throw new Error('unreachable');
      return last;
    },
    /** Action ids of all buttons of a message. */
    async buttons(message: SeenMessage): Promise<readonly string[]> {
      return actionIds(message.blocks);
    },
  };
}

function actionIds(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(actionIds);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'action_id' in value && typeof value.action_id === 'string' ? [value.action_id] : [];
  return [...own, ...Object.values(value as Json).flatMap(actionIds)];
}
