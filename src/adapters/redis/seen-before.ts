import { createHash } from 'node:crypto';
import type { SeenBefore } from '../../ports-state.js';
import { ask } from './ask-redis.js';
import type { RedisClient } from './connect-redis.js';
import { keys } from './keys.js';

export function createSeenBefore(client: RedisClient): SeenBefore {
  return {
    async isFirst(key, keepMs) {
      // The key may be a signature or come from anywhere: only its digest stands in Redis.
      const name = keys.seen(createHash('sha256').update(key).digest('hex'));
      const answer = await ask(() => client.set(name, '1', 'PX', Math.max(1, Math.ceil(keepMs)), 'NX'));
      return answer === 'OK';
    },
  };
}
