/** The Redis that the service uses: the one that REDIS_URL names, or a private one of its own. */
import { readFileSync } from 'node:fs';
import type { ServiceLog } from '../adapters/log/logger.js';
import { findTlsProblem } from '../adapters/redis/connect-redis.js';
import { howToGetRedis } from '../adapters/redis/how-to-get-redis.js';
import { startPrivateRedis } from '../adapters/redis/private-redis.js';
import { describeRedisPlace, parseRedisUrl, type RedisPlace } from '../adapters/redis/redis-url.js';
import { type Checked, problem } from '../config/config.js';
import type { Role } from './environment.js';

export interface FoundRedis {
  readonly name: string;
  readonly place: RedisPlace;
  /** As REDIS_URL has it, for the worker beside us. */
  readonly url: string;
  stop(): Promise<void>;
}

export async function findRedis(
  redisUrl: string | undefined,
  role: Role,
  dataFolder: string,
  env: NodeJS.ProcessEnv,
  log: ServiceLog,
): Promise<Checked<FoundRedis>> {
  if (redisUrl !== undefined) {
    const parsed = parseRedisUrl(redisUrl);
    if (!parsed.ok) return problem(parsed.says, parsed.remedy);
    const tls = findTlsProblem(parsed.place);
    if (tls !== undefined) return problem(`REDIS_URL names files for TLS that are of no use: ${tls}`);
    log.info({ redis: describeRedisPlace(parsed.place) }, 'uses the Redis of REDIS_URL');
    const { place } = parsed;
    return { ok: true, value: { name: 'redis', place, url: redisUrl, stop: async () => undefined } };
  }
  if (role !== 'all') {
    return problem(
      `REDIS_URL is not set, and --role ${role} needs it`,
      'processes of different roles meet in the same Redis; --role all can start a private one',
    );
  }
  return startPrivate(dataFolder, env, log);
}

async function startPrivate(
  dataFolder: string,
  env: NodeJS.ProcessEnv,
  log: ServiceLog,
): Promise<Checked<FoundRedis>> {
  const started = await startPrivateRedis({
    dataFolder,
    env,
    onDeath: (next, says) => log.error({ next, says }, 'the private Redis has ended'),
  });
  switch (started.state) {
    case 'running': {
      const { redis } = started;
      log.info({ redisPid: redis.pid(), takenOver: redis.takenOver }, 'a private Redis keeps the state');
      const { place, url } = redis;
      return { ok: true, value: { name: 'redis', place, url, stop: () => redis.stop() } };
    }
    case 'not-installed':
      return problem(howToGetRedis(process.platform, osRelease()).en);
    case 'in-use':
      return problem(
        `another goodgate runs on ${started.folder}`,
        `stop it, set service.dataFolder to another folder, or join it with REDIS_URL=${started.url}`,
      );
    case 'failed':
      return problem(`the private Redis did not start: ${started.says}`);
  }
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
