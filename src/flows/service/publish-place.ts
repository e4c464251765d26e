import type { Messenger, Sent } from '../../ports-chat.js';

/**
 * The channel to post in. A person's id in place of a channel's can be written to, but not be looked into:
 * `conversations.history` knows only the channel's own id. So that is found out before the first post, and kept with it.
 * `known` is what was kept.
 */
export async function channelOf(
  channel: string,
  known: string | undefined,
  messenger: Pick<Messenger, 'open'>,
): Promise<Exclude<Sent<{ readonly channel: string }>, { state: 'refused' }>> {
  if (!isPerson(channel)) return { state: 'done', value: { channel } };
  if (known !== undefined && !isPerson(known)) return { state: 'done', value: { channel: known } };
  const opened = await messenger.open(channel);
  // An app that was installed without `im:write` can still write to the person.
  return opened.state === 'refused' ? { state: 'done', value: { channel } } : opened;
}

/** Ids of people begin with U or W: https://docs.slack.dev/reference/objects/user-object */
function isPerson(channel: string): boolean {
  return channel.startsWith('U') || channel.startsWith('W');
}
