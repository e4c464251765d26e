/** What the doctor looks at for `goodgate start`: its variables, Slack, Redis. Nothing of it where none is set. */
import { readEnvironment, SECRETS, type ServiceEnvironment } from '../../start/environment.js';
import { SCOPES } from '../../start/slack-manifest.js';
import { askSlack } from './ask-slack.js';
import { examineRedis } from './examine-redis.js';
import type { DoctorLine } from './judge-examination.js';
import { judgeSlack } from './judge-slack.js';
import { redisWords } from './redis-words.js';

export interface ServiceSection {
  readonly title: string;
  readonly about: string;
  readonly lines: readonly DoctorLine[];
}

type Env = Readonly<Record<string, string | undefined>>;

/** No secret is in what it gives. */
export async function examineService(
  env: Env,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly lang: 'en' | 'zh' },
): Promise<readonly ServiceSection[]> {
  if (!SECRETS.some((name) => isSet(name, env))) return [];
  const words = redisWords[options.lang];
  const speaks = SECRETS.some((name) => name.startsWith('SLACK_') && isSet(name, env));
  const whole = readEnvironment(env, speaks ? 'ingress' : 'worker');
  // Slack's variables may be wrong while Redis' is right.
  const rest = whole.ok ? whole : readEnvironment(env, 'worker');
  const problems = whole.ok ? [] : whole.problems;
  const variables: DoctorLine[] = problems.map(({ message, suggestion }) => ({
    state: 'problem',
    about: 'environment',
    says: message,
    ...(suggestion === undefined ? {} : { remedy: suggestion }),
  }));
  if (!speaks) variables.push({ state: 'note', about: 'environment', says: words.workerOnly });
  const path = env['PATH'] ?? '';
  const [slack, redis] = await Promise.all([
    whole.ok && whole.value.slack !== undefined ? slackSection(whole.value.slack, options) : [],
    rest.ok
      ? examineRedis(rest.value.redisUrl, { timeoutMs: options.timeoutMs, lang: options.lang, path })
      : undefined,
  ]);
  return [
    ...(variables.length === 0
      ? []
      : [{ title: words.environment, about: words.environmentAbout, lines: variables }]),
    ...slack,
    ...(redis === undefined ? [] : [{ title: words.title, ...redis }]),
  ];
}

async function slackSection(
  { token, mode, apiUrl }: NonNullable<ServiceEnvironment['slack']>,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly lang: 'en' | 'zh' },
): Promise<readonly ServiceSection[]> {
  const view = await askSlack(
    {
      token,
      ...(mode.kind === 'socket' ? { appToken: mode.appToken } : {}),
      ...(apiUrl === undefined ? {} : { apiUrl }),
    },
    options,
  );
  const about = mode.kind === 'socket' ? 'Socket Mode' : 'HTTP';
  return [{ title: 'Slack', about, lines: judgeSlack(view, SCOPES, options.lang) }];
}

function isSet(name: string, env: Env): boolean {
  return Boolean(env[name]?.trim() || env[`${name}_FILE`]?.trim());
}
