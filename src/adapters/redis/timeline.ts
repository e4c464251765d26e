import type { TimelineEvent } from '../../domain/timeline.js';
import type { Timeline } from '../../ports-state.js';
import { ask } from './ask-redis.js';
import type { RedisClient } from './connect-redis.js';
import { keys } from './keys.js';
import type { OnBroken } from './records.js';
import { parseJson, timelineEventSchema } from './state-schemas.js';

/** Far more than a person reads; what is older falls off. */
const MOST_EVENTS = 5_000;

/** Streams: https://redis.io/docs/latest/commands/xadd/ ; `~` lets Redis trim when it costs little. */
export function createTimeline(client: RedisClient, options: { readonly onBroken: OnBroken }): Timeline {
  return {
    async append(subject, event) {
      const text = JSON.stringify(event);
      await ask(() => client.xadd(keys.timeline(subject), 'MAXLEN', '~', MOST_EVENTS, '*', 'event', text));
    },

    async read(subject, limit = MOST_EVENTS) {
      if (limit < 1) return [];
      const key = keys.timeline(subject);
      const entries = await ask(() => client.xrevrange(key, '+', '-', 'COUNT', limit));
      return entries
        .flatMap(([id, [, text]]): readonly TimelineEvent[] => {
          try {
            return [parseJson(timelineEventSchema, text ?? '')];
          } catch (error) {
            options.onBroken(`${key} ${id}`, error instanceof Error ? error.message : String(error));
            return [];
          }
        })
        .reverse();
    },
  };
}
