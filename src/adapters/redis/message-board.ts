import type { MessageBoard } from '../../ports-state.js';
import { ask, runScript } from './ask-redis.js';
import type { RedisClient } from './connect-redis.js';
import { keys } from './keys.js';
import type { OnBroken } from './records.js';
import { parseJson, postedMessageSchema } from './state-schemas.js';

const DUE_KEYS = [keys.due, keys.dueMarks, keys.dueCounter] as const;

/** No two marks are alike: an old one cannot settle a newer touch. ARGV run. */
const TOUCH = `
local mark = redis.call('INCR', KEYS[3])
redis.call('ZADD', KEYS[1], 'NX', mark, ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], mark)
return mark`;

/** ARGV run, mark. */
const SETTLE = `
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return 1`;

export function createMessageBoard(
  client: RedisClient,
  options: { readonly onBroken: OnBroken },
): MessageBoard {
  return {
    async touch(runId) {
      await runScript(client, TOUCH, DUE_KEYS, [runId]);
    },

    async due(limit) {
      if (limit < 1) return [];
      const runs = await ask(() => client.zrange(keys.due, '0', String(limit - 1)));
      if (runs.length === 0) return [];
      const marks = await ask(() => client.hmget(keys.dueMarks, ...runs));
      // Without a mark: settled between the two questions.
      return runs.flatMap((runId, index) => {
        const mark = marks[index];
        return mark === null || mark === undefined ? [] : [{ runId, mark }];
      });
    },

    async settle(runId, mark) {
      await runScript(client, SETTLE, DUE_KEYS, [runId, mark]);
    },

    async load(runId, part) {
      const key = keys.messages(runId);
      const text = await ask(() => client.hget(key, part));
      if (text === null) return undefined;
      try {
        return parseJson(postedMessageSchema, text);
      } catch (error) {
        options.onBroken(`${key} ${part}`, error instanceof Error ? error.message : String(error));
        return undefined;
      }
    },

    async save(runId, part, message) {
      await ask(() => client.hset(keys.messages(runId), part, JSON.stringify(message)));
    },
  };
}
