import type { SlackConfig } from '../config/service-config.js';
import type { Messenger } from '../ports-chat.js';

/** Nobody waits longer for Slack to say in which language they read. */
const PATIENCE_MS = 1200;

export function channelLanguage(config: SlackConfig, channel: string | undefined): 'en' | 'zh' {
  return (channel === undefined ? undefined : config.channels.get(channel)) ?? config.language;
}

/** That of the person's profile, where it is one of ours; else the channel's. */
export async function personLanguage(
  person: string,
  channel: string | undefined,
  config: SlackConfig,
  messenger: Pick<Messenger, 'locale'>,
): Promise<'en' | 'zh'> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  const locale = await Promise.race([messenger.locale(person), tooLong]);
  clearTimeout(timer);
  if (locale?.startsWith('zh')) return 'zh';
  if (locale?.startsWith('en')) return 'en';
  return channelLanguage(config, channel);
}
