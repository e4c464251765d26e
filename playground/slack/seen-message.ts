import { type Json, objectIn, objectsIn, textIn } from './json.js';

/** A message as somebody sees it. */
export interface SeenMessage {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly files: readonly Json[];
  readonly threadTs?: string;
  readonly metadata?: Json;
  readonly replies: number;
  readonly changed: 'never' | 'edited';
  /** Everybody in the channel, or one person until they reload. */
  readonly shownTo: 'everybody' | 'one';
  /** As Slack's API gives it. */
  readonly raw: Json;
}

export function seenMessage(raw: Json, channel: string, shownTo: SeenMessage['shownTo']): SeenMessage {
  const thread = textIn(raw, 'thread_ts');
  const metadata = objectIn(raw, 'metadata');
  const replies = raw['reply_count'];
  return {
    ts: textIn(raw, 'ts'),
    channel,
    user: textIn(raw, 'user'),
    text: textIn(raw, 'text'),
    blocks: objectsIn(raw, 'blocks'),
    files: objectsIn(raw, 'files'),
    ...(thread === '' ? {} : { threadTs: thread }),
    ...(metadata === undefined ? {} : { metadata }),
    replies: typeof replies === 'number' ? replies : 0,
    changed: raw['edited'] === undefined ? 'never' : 'edited',
    shownTo,
    raw,
  };
}
