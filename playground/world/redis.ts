import { join } from 'node:path';
import type { Host } from './host.js';
import type { Daemon } from './nginx.js';
import type { Paths } from './paths.js';
import { waitUntil } from './wait-until.js';

export function renderRedisConf(paths: Paths, address: string, port: number): string {
  return `bind ${address}
port ${port}
dir ${join(paths.redisConf, '..')}
logfile ${paths.redisLog}
save ""
appendonly no
`;
}

export interface Redis extends Daemon {
  command(...words: string[]): Promise<string>;
}

export function createRedis(host: Host, paths: Paths, address: string, port: number): Redis {
  const redis: Redis = {
    async command(...words) {
      const { stdout } = await host.run(['redis-cli', '-h', address, '-p', String(port), ...words]);
      return stdout.trim();
    },
    async start() {
      host.start(['redis-server', paths.redisConf], paths.redisLog);
      await waitUntil('Redis answers', async () => /PONG|NOAUTH/.test(await redis.command('ping')));
    },
    async stop() {
      await redis.command('shutdown', 'nosave');
      await waitUntil('Redis has ended', async () => !(await redis.isRunning()));
    },
    isRunning: async () => /PONG|NOAUTH/.test(await redis.command('ping')),
  };
  return redis;
}
