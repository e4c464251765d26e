/** What only the environment may say: the secrets, and what differs from machine to machine. */
import { readFileSync } from 'node:fs';
import { LOG_LEVELS } from '../adapters/log/logger.js';
import type { Checked, ConfigProblem } from '../config/config.js';

export type Role = 'all' | 'ingress' | 'worker';

/** How Slack reaches us. */
export type SlackMode =
  | { readonly kind: 'socket'; readonly appToken: string }
  | { readonly kind: 'http'; readonly signingSecret: string };

export interface ServiceEnvironment {
  /** Absent for a worker: it never speaks to Slack. */
  readonly slack?: { readonly token: string; readonly mode: SlackMode; readonly apiUrl?: string };
  readonly redisUrl?: string;
  /** Of the page that shows the queue; without it there is none. */
  readonly operatorPassword?: string;
  readonly logLevel: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Each may also be given as the path of a file, `SLACK_BOT_TOKEN_FILE`: what Docker and Kubernetes call secrets. */
export const SECRETS = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'REDIS_URL',
  'GOODGATE_OPERATOR_PASSWORD',
] as const;

/** No value ever stands in a message: a token in the wrong variable would end up in a log. */
export function readEnvironment(env: Env, role: Role): Checked<ServiceEnvironment> {
  const problems: ConfigProblem[] = [];
  const secrets = new Map<string, string>();
  for (const name of SECRETS) {
    const read = readSecret(name, env);
    if ('problem' in read) problems.push(read.problem);
    else if (read.value !== undefined) secrets.set(name, read.value);
  }
  const unread = problems.length > 0;
  const logLevel = env['LOG_LEVEL']?.trim() || 'info';
  if (!LOG_LEVELS.some((level) => level === logLevel)) {
    problems.push({ message: 'LOG_LEVEL: expected one of', suggestion: LOG_LEVELS.join(', ') });
  }
  // What could not be read is not missing: one problem, one sentence.
  const slack = role === 'worker' || unread ? undefined : readSlack(secrets, env, problems);
  const [first, ...rest] = problems;
  if (first !== undefined) return { ok: false, problems: [first, ...rest] };
  const redisUrl = secrets.get('REDIS_URL');
  const operatorPassword = secrets.get('GOODGATE_OPERATOR_PASSWORD');
  return {
    ok: true,
    value: {
      ...(slack === undefined ? {} : { slack }),
      ...(redisUrl === undefined ? {} : { redisUrl }),
      ...(operatorPassword === undefined ? {} : { operatorPassword }),
      logLevel,
    },
  };
}

function readSecret(
  name: string,
  env: Env,
): { readonly value: string | undefined } | { readonly problem: ConfigProblem } {
  const direct = env[name]?.trim();
  const file = env[`${name}_FILE`]?.trim();
  if (direct && file) {
    return { problem: { message: `${name} and ${name}_FILE are both set`, suggestion: 'keep one of them' } };
  }
  if (!file) return { value: direct === '' ? undefined : direct };
  try {
    return { value: readFileSync(file, 'utf8').trim() || undefined };
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { problem: { message: `${name}_FILE: ${file} cannot be read (${why})` } };
  }
}

const TOKENS = 'the tokens stand on the pages of your app at https://api.slack.com/apps';

function readSlack(
  secrets: ReadonlyMap<string, string>,
  env: Env,
  problems: ConfigProblem[],
): ServiceEnvironment['slack'] {
  const token = secrets.get('SLACK_BOT_TOKEN');
  const appToken = secrets.get('SLACK_APP_TOKEN');
  const signingSecret = secrets.get('SLACK_SIGNING_SECRET');
  if (token === undefined) {
    problems.push({
      message: 'SLACK_BOT_TOKEN is not set: the token of the bot, xoxb-…',
      suggestion: TOKENS,
    });
  } else if (!token.startsWith('xoxb-')) {
    problems.push({
      message: 'SLACK_BOT_TOKEN: expected a token that begins with xoxb-',
      suggestion: token.startsWith('xapp-') ? 'this one is for SLACK_APP_TOKEN' : TOKENS,
    });
  }
  if (appToken === undefined && signingSecret === undefined) {
    problems.push({
      message: 'neither SLACK_APP_TOKEN (xapp-…, for Socket Mode) nor SLACK_SIGNING_SECRET (for HTTP) is set',
      suggestion: 'Socket Mode needs no public address: goodgate slack-manifest makes an app that has it',
    });
  } else if (signingSecret === undefined && appToken !== undefined && !appToken.startsWith('xapp-')) {
    problems.push({
      message: 'SLACK_APP_TOKEN: expected a token that begins with xapp-',
      suggestion: appToken.startsWith('xoxb-') ? 'this one is for SLACK_BOT_TOKEN' : TOKENS,
    });
  } else if (signingSecret !== undefined && !/^[0-9a-f]{32}$/u.test(signingSecret)) {
    problems.push({
      message: 'SLACK_SIGNING_SECRET: expected 32 hexadecimal digits',
      suggestion: 'it stands under "Basic Information" of your app',
    });
  }
  const apiUrl = env['SLACK_API_URL']?.trim();
  if (apiUrl && !(URL.canParse(apiUrl) && /^https?:$/u.test(new URL(apiUrl).protocol))) {
    problems.push({ message: 'SLACK_API_URL: expected a URL such as https://slack.com/api/' });
  } else if (apiUrl && !isSafeForTokens(new URL(apiUrl))) {
    problems.push({
      message: 'SLACK_API_URL: expected https://; http:// would send the token in clear text',
      suggestion: 'http:// is for this machine itself, such as http://127.0.0.1:4000/api/',
    });
  }
  if (token === undefined) return undefined;
  const mode = modeOf(appToken, signingSecret);
  return mode === undefined ? undefined : { token, mode, ...(apiUrl ? { apiUrl } : {}) };
}

function isSafeForTokens({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

/** Who gives the secret has set up a public address. */
function modeOf(appToken: string | undefined, signingSecret: string | undefined): SlackMode | undefined {
  if (signingSecret !== undefined) return { kind: 'http', signingSecret };
  return appToken === undefined ? undefined : { kind: 'socket', appToken };
}
