import { LogLevel, WebAPIPlatformError, WebClient } from '@slack/web-api';

/** One question to Slack: its answer, its refusal by its own word, or no answer that says anything. */
export type SlackAnswer<Value> =
  | { readonly state: 'answered'; readonly value: Value }
  | { readonly state: 'refused'; readonly code: string }
  | { readonly state: 'silent'; readonly says: string };

export interface BotIdentity {
  readonly team: string;
  readonly user: string;
  /** Undefined where Slack did not name them. */
  readonly scopes: readonly string[] | undefined;
}

export interface SlackView {
  readonly bot: SlackAnswer<BotIdentity>;
  /** Whether the app-level token opens the way in; absent over HTTP, where there is none. */
  readonly socket?: SlackAnswer<'open'>;
}

/** Asks who the bot is, and whether Slack would open a WebSocket; opens none. Never rejects, and no token is in its answer. */
export async function askSlack(
  slack: { readonly token: string; readonly appToken?: string; readonly apiUrl?: string },
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<SlackView> {
  const limit = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]);
  const clientFor = (token: string): WebClient =>
    new WebClient(token, {
      ...(slack.apiUrl === undefined ? {} : { slackApiUrl: slack.apiUrl.replace(/\/*$/u, '/') }),
      logger: SILENT,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
      fetch: (url, init) => fetch(url, { ...init, signal: limit }),
    });
  const { appToken } = slack;
  const [bot, socket] = await Promise.all([
    askFor(limit, async (): Promise<BotIdentity> => {
      const { team, user, response_metadata: meta } = await clientFor(slack.token).auth.test();
      return { team: team ?? '', user: user ?? '', scopes: meta?.scopes };
    }),
    appToken === undefined
      ? undefined
      : askFor(limit, async () => {
          await clientFor(appToken).apps.connections.open();
          return 'open' as const;
        }),
  ]);
  return { bot, ...(socket === undefined ? {} : { socket }) };
}

/** The library would log the body of every answer. */
const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

async function askFor<Value>(
  limit: AbortSignal,
  question: () => Promise<Value>,
): Promise<SlackAnswer<Value>> {
  try {
    return { state: 'answered', value: await question() };
  } catch (error) {
    if (error instanceof WebAPIPlatformError) return { state: 'refused', code: error.data.error };
    return { state: 'silent', says: limit.aborted ? 'no answer in time' : innermost(error) };
  }
}

/** `A request error occurred: fetch failed` -> `connect ECONNREFUSED 127.0.0.1:443` */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  if ('original' in error && error.original instanceof Error) return innermost(error.original);
  return error.cause instanceof Error ? innermost(error.cause) : error.message;
}
