/** Takes a lease and a slot of a host in a process of its own, to be killed or frozen: node small-holder.js REDIS_URL HOST TTL_MS. */
import { connectRedis, whenReady } from '../../src/adapters/redis/connect-redis.js';
import { createHostSlots } from '../../src/adapters/redis/host-slots.js';
import { createLease } from '../../src/adapters/redis/lease.js';
import { parseRedisUrl } from '../../src/adapters/redis/redis-url.js';

const [, , url = '', host = '', ttlMs = '1000'] = process.argv;
const parsed = parseRedisUrl(url);
if (!parsed.ok) throw new Error(parsed.says);

const onError = () => undefined;
const client = connectRedis(parsed.place, { purpose: 'request', name: 'small-holder', onError });
await whenReady(client, 10_000);
const say = (line: string) => process.stdout.write(`${line}\n`);
const lease = await createLease(client, 'publisher', { ttlMs: Number(ttlMs), onError }).take(() =>
  say('lost'),
);
say(lease.taken ? 'has the lease' : 'has no lease');
const slot = await createHostSlots(client, { perHost: 1, onError }).take([host], 'small');
say(slot.taken ? 'has the slot' : 'has no slot');
