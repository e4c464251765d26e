/** The Bolt app: takes what Slack sends, acknowledges at once, and hands it on in our words. */
import { App, type Receiver } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import type { ChatReply, ChatRequest } from '../../ports-chat.js';
import type { SeenBefore } from '../../ports-state.js';
import { hearActions } from './hear-actions.js';
import { hearWords } from './hear-words.js';
import type { SlackLogger } from './slack-logger.js';

export interface SlackAppOptions {
  readonly receiver: Receiver;
  readonly token: string;
  /** Of the bot itself, as auth.test tells: what it posts is not for itself. */
  readonly identity: () => Promise<SlackIdentity>;
  /** The slash command, with its slash. */
  readonly command: string;
  readonly clientOptions: WebClientOptions;
  readonly logger: SlackLogger;
  readonly seen: SeenBefore;
  /** Never rejects. */
  readonly handle: (request: ChatRequest, reply: ChatReply) => Promise<void>;
  /** The choices of a menu that are too many for Slack; must answer at once. */
  readonly options: (query: string) => readonly object[];
}

export interface SlackIdentity {
  readonly botId: string;
  readonly botUserId: string;
  readonly teamId: string;
}

export function createSlackApp(options: SlackAppOptions): App {
  const app = new App({
    receiver: options.receiver,
    authorize: async () => ({ botToken: options.token, ...(await options.identity()) }),
    clientOptions: options.clientOptions,
    logger: options.logger,
    // What goodgate remembers of conversations stands in Redis.
    convoStore: false,
  });
  hearWords(app, options);
  hearActions(app, options);
  app.error(async (error) => {
    options.logger.error(`a request of Slack's could not be handled: ${error.code}`);
  });
  return app;
}
