/**
 * Places that few may have at once, for a while: the base of host slots and leases. redis-semaphore was weighed and not
 * taken (5.8): it dates by each process' own clock, takes several places one after another, and a refresh that Redis
 * does not answer is a rejection in a timer that nobody can catch, which ends the process.
 */
import { z } from 'zod';
import { runScript } from './ask-redis.js';
import type { RedisClient } from './connect-redis.js';

export interface Holding {
  readonly keys: readonly string[];
  /** Unique to this holding, whoever tries. */
  readonly holder: string;
  readonly atMost: number;
  readonly ttlMs: number;
}

/** KEYS the places: sorted sets of holders by the time when they run out. ARGV holder, at most, ttl in ms. */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local full = {}
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  if not redis.call('ZSCORE', key, ARGV[1]) and redis.call('ZCARD', key) >= tonumber(ARGV[2]) then
    full[#full + 1] = i
  end
end
if #full > 0 then return full end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + ARGV[3], ARGV[1])
  redis.call('PEXPIRE', key, ARGV[3])
end
return full`;

/** Only what has not run out is renewed. ARGV holder, ttl in ms. */
const RENEW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, key in ipairs(KEYS) do
  local till = redis.call('ZSCORE', key, ARGV[1])
  if not till or tonumber(till) <= now then return 0 end
end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', key, ARGV[2])
end
return 1`;

const RELEASE = `
for _, key in ipairs(KEYS) do redis.call('ZREM', key, ARGV[1]) end
return 1`;

const fullSchema = z.array(z.int());

/** All places or none; the keys that are full where it is none. Waits for nothing. Again by the same holder: renewed. */
export async function takePlaces(client: RedisClient, holding: Holding): Promise<readonly string[]> {
  const { keys, holder, atMost, ttlMs } = holding;
  const full = fullSchema.parse(await runScript(client, TAKE, keys, [holder, atMost, ttlMs]));
  return full.flatMap((position) => keys[position - 1] ?? []);
}

/** False where a place has run out meanwhile. */
export async function renewPlaces(client: RedisClient, holding: Holding): Promise<boolean> {
  return (await runScript(client, RENEW, holding.keys, [holding.holder, holding.ttlMs])) === 1;
}

export async function releasePlaces(client: RedisClient, holding: Holding): Promise<void> {
  await runScript(client, RELEASE, holding.keys, [holding.holder]);
}
