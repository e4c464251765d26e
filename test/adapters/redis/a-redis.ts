import { afterAll, beforeAll } from 'vitest';
import { type RedisSetup, type RunningRedis, startRedis } from '../../../playground/redis/start-redis.js';
import {
  type ConnectionPurpose,
  connectRedis,
  disconnectRedis,
  type RedisClient,
  whenReady,
} from '../../../src/adapters/redis/connect-redis.js';
import { parseRedisUrl, type RedisPlace } from '../../../src/adapters/redis/redis-url.js';

export interface TestRedis {
  readonly server: RunningRedis;
  readonly place: RedisPlace;
  /** Connected; ended after the tests. */
  connect(purpose?: ConnectionPurpose): Promise<RedisClient>;
}

/** A server for the tests of one file, and clients of it. */
export function useRedis(setup: RedisSetup = {}): TestRedis {
  const clients: RedisClient[] = [];
  let server: RunningRedis | undefined;
  beforeAll(async () => {
    server = await startRedis(setup);
  });
  afterAll(async () => {
    await Promise.all(clients.map(disconnectRedis));
    await server?.remove();
  });
  const running = () => {
    if (server === undefined) throw new Error('The server has not been started yet.');
    return server;
  };
  return {
    get server() {
      return running();
    },
    get place() {
      return placeOf(running().url);
    },
    async connect(purpose = 'request') {
      const client = connectRedis(placeOf(running().url), {
        purpose,
        name: 'test',
        onError: () => undefined,
      });
      clients.push(client);
      await whenReady(client, 10_000);
      return client;
    },
  };
}

export function placeOf(url: string): RedisPlace {
  const parsed = parseRedisUrl(url);
  if (!parsed.ok) throw new Error(parsed.says);
  return parsed.place;
}
