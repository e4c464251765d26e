/** After a lost answer: does Slack have what it was asked to post? */
import type { WebClient } from '@slack/web-api';

/** The type of the metadata by which goodgate knows its own messages. */
export const METADATA_TYPE = 'goodgate_message';

/** Slack's clock and ours need not agree. */
const MARGIN_S = 120;
const LOOKED_AT = 200;

export async function findMessage(
  client: WebClient,
  place: { readonly channel: string; readonly threadTs?: string },
  mark: string,
  since: Date,
): Promise<{ readonly ts?: string }> {
  const oldest = String(since.getTime() / 1000 - MARGIN_S);
  const asked = { channel: place.channel, oldest, limit: LOOKED_AT, include_all_metadata: true };
  // https://docs.slack.dev/reference/methods/conversations.history
  const { messages = [] } =
    place.threadTs === undefined
      ? await client.conversations.history(asked)
      : await client.conversations.replies({ ...asked, ts: place.threadTs });
  for (const message of messages) {
    const { metadata, ts } = message;
    const payload: unknown = metadata?.event_type === METADATA_TYPE ? metadata.event_payload : undefined;
    if (typeof payload === 'object' && payload !== null && 'mark' in payload && payload.mark === mark) {
      return ts === undefined ? {} : { ts };
    }
  }
  return {};
}

export async function findFile(
  client: WebClient,
  place: { readonly channel: string; readonly threadTs?: string },
  name: string,
): Promise<{ readonly ts?: string }> {
  if (place.threadTs === undefined) return {};
  const { messages = [] } = await client.conversations.replies({
    channel: place.channel,
    ts: place.threadTs,
    limit: LOOKED_AT,
  });
  const found = messages.find(({ files = [] }) => files.some((file) => file.name === name));
  return found?.ts === undefined ? {} : { ts: found.ts };
}
