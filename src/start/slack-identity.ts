/** Who the bot is, as Slack says it. Asked until Slack answers: nothing is heard before, and nothing else waits for it. */
import type { WebClient } from '@slack/web-api';
import { AUTH_CODES, sentOf } from '../adapters/slack/sent.js';
import type { SlackIdentity } from '../adapters/slack/slack-app.js';

export interface IdentityWatch {
  /** Resolves once it is known. */
  readonly identity: () => Promise<SlackIdentity>;
  /** Why it is not known yet; undefined once it is. */
  readonly trouble: () => string | undefined;
  stop(): void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

export function watchIdentity(
  client: WebClient,
  onTrouble: (says: string, isToken: boolean) => void,
): IdentityWatch {
  let trouble: string | undefined = 'Slack has not answered yet';
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const known = new Promise<SlackIdentity>((resolve) => {
    const ask = async (pauseMs: number): Promise<void> => {
      try {
        const { bot_id: botId, user_id: botUserId, team_id: teamId } = await client.auth.test();
        trouble = undefined;
        resolve({ botId: botId ?? '', botUserId: botUserId ?? '', teamId: teamId ?? '' });
      } catch (error) {
        const { says } = sentOf(error);
        trouble = says;
        onTrouble(says, AUTH_CODES.has(says.split(' ').at(-1) ?? ''));
        if (stopped) return;
        timer = setTimeout(() => void ask(Math.min(pauseMs * 2, LONGEST_PAUSE_MS)), pauseMs);
      }
    };
    void ask(FIRST_PAUSE_MS);
  });
  return {
    identity: () => known,
    trouble: () => trouble,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
