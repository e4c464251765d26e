/** Who the bot is, as Slack says it, and whether its token works: asked until Slack answers, and then now and then. */
import type { WebClient } from '@slack/web-api';
import { isAboutToken, sentOf } from '../adapters/slack/sent.js';
import type { SlackIdentity } from '../adapters/slack/slack-app.js';

export interface IdentityWatch {
  /** Resolves once it is known. Nothing is heard before, and nothing else waits for it. */
  readonly identity: () => Promise<SlackIdentity>;
  /** Why it is not known yet, or why the token does not work any more; undefined where all is well. */
  readonly trouble: () => string | undefined;
  /** A call of somebody else's has shown whether the token works. */
  heard(works: boolean, code?: string): void;
  stop(): void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A token that was revoked while nobody spoke is noticed within this; `auth.test` may be asked far more often. */
const LOOK_AGAIN_MS = 60_000;
const LOOK_FOR_BETTER_MS = 5000;

export function watchIdentity(
  client: Pick<WebClient, 'auth'>,
  tell: { readonly trouble: (says: string, isToken: boolean) => void; readonly works: () => void },
): IdentityWatch {
  let trouble: string | undefined = 'Slack has not answered yet';
  let isKnown = false;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let know: (identity: SlackIdentity) => void = () => undefined;
  const known = new Promise<SlackIdentity>((resolve) => {
    know = resolve;
  });

  const again = (ms: number, pauseMs = FIRST_PAUSE_MS): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void ask(pauseMs), ms);
  };

  const heard = (works: boolean, code = ''): void => {
    if (!isKnown) return;
    const says = works ? undefined : `Slack does not take SLACK_BOT_TOKEN: ${code}`;
    if (says === trouble) return;
    trouble = says;
    if (says === undefined) tell.works();
    else tell.trouble(says, true);
    again(says === undefined ? LOOK_AGAIN_MS : LOOK_FOR_BETTER_MS);
  };

  async function ask(pauseMs: number): Promise<void> {
    try {
      const { bot_id: botId, user_id: botUserId, team_id: teamId } = await client.auth.test();
      if (isKnown) heard(true);
      isKnown = true;
      trouble = undefined;
      know({ botId: botId ?? '', botUserId: botUserId ?? '', teamId: teamId ?? '' });
      again(LOOK_AGAIN_MS);
    } catch (error) {
      const sent = sentOf(error);
      const { says } = sent;
      const isToken = isAboutToken(sent);
      if (isKnown) {
        // Slack in trouble says nothing of the token.
        if (isToken && sent.state === 'later') heard(false, sent.code);
        again(trouble === undefined ? LOOK_AGAIN_MS : LOOK_FOR_BETTER_MS);
        return;
      }
      trouble = says;
      tell.trouble(says, isToken);
      again(pauseMs, Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
    }
  }

  void ask(FIRST_PAUSE_MS);
  return {
    identity: () => known,
    trouble: () => trouble,
    heard,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
