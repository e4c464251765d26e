import { z } from 'zod';
import { ask } from './ask-redis.js';
import type { RedisClient } from './connect-redis.js';

/** One setting that goodgate and BullMQ rely on. unknown: Redis does not tell, as managed ones often do not. */
export interface SettingFinding {
  readonly setting: 'version' | 'maxmemory-policy' | 'appendonly';
  readonly state: 'ok' | 'wrong' | 'unknown';
  /** What Redis said; absent where it said nothing. */
  readonly got?: string;
  readonly says: { readonly en: string; readonly zh: string };
  readonly remedy?: { readonly en: string; readonly zh: string };
}

/** ZADD, XADD and scripts as we use them, and BullMQ's own recommendation. */
const OLDEST = [6, 2] as const;

const POLICY = {
  en: 'Under memory pressure Redis would drop keys of the queue and of the incidents.',
  zh: '内存不足时，Redis 会丢弃队列和事件的键。',
};
const POLICY_REMEDY = {
  en: 'Set maxmemory-policy noeviction (redis.conf, or CONFIG SET maxmemory-policy noeviction).',
  zh: '请设置 maxmemory-policy noeviction（redis.conf，或 CONFIG SET maxmemory-policy noeviction）。',
};
const APPEND = {
  en: 'When Redis restarts, runs and incidents of the last minutes would be lost.',
  zh: 'Redis 重启时，最近几分钟的检查和事件会丢失。',
};
const APPEND_REMEDY = {
  en: 'Set appendonly yes, with appendfsync everysec or always (redis.conf, or CONFIG SET appendonly yes).',
  zh: '请设置 appendonly yes，并将 appendfsync 设为 everysec 或 always（redis.conf，或 CONFIG SET appendonly yes）。',
};

/** Rejects with an `UnavailableError` only where Redis does not answer at all. */
export async function checkRedisSettings(client: RedisClient): Promise<readonly SettingFinding[]> {
  await ask(() => client.ping());
  return [
    judgeVersion(await readVersion(client)),
    judge(
      'maxmemory-policy',
      await readConfig(client, 'maxmemory-policy'),
      'noeviction',
      POLICY,
      POLICY_REMEDY,
    ),
    judge('appendonly', await readConfig(client, 'appendonly'), 'yes', APPEND, APPEND_REMEDY),
  ];
}

function judge(
  setting: 'maxmemory-policy' | 'appendonly',
  got: string | undefined,
  wanted: string,
  harm: SettingFinding['says'],
  remedy: SettingFinding['says'],
): SettingFinding {
  if (got === wanted)
    return { setting, state: 'ok', got, says: { en: `${setting} ${got}`, zh: `${setting} ${got}` } };
  if (got === undefined) {
    const en = `Redis does not tell its ${setting} (CONFIG GET is refused). It must be ${wanted}: look in its provider's settings.`;
    const zh = `Redis 不提供 ${setting}（CONFIG GET 被拒绝）。其值必须为 ${wanted}：请在服务商的设置中查看。`;
    return { setting, state: 'unknown', says: { en, zh } };
  }
  const en = `${setting} is ${got}, expected ${wanted}. ${harm.en}`;
  const zh = `${setting} 为 ${got}，应为 ${wanted}。${harm.zh}`;
  return { setting, state: 'wrong', got, says: { en, zh }, remedy };
}

function judgeVersion(got: string | undefined): SettingFinding {
  const setting = 'version';
  const [, major, minor] = /^(\d{1,4})\.(\d{1,4})/u.exec(got ?? '') ?? [];
  const oldest = OLDEST.join('.');
  if (got === undefined || major === undefined) {
    const en = `Redis does not tell its version (INFO is refused). It must be ${oldest} or newer.`;
    return {
      setting,
      state: 'unknown',
      says: { en, zh: `Redis 不提供版本（INFO 被拒绝）。必须为 ${oldest} 或更新。` },
    };
  }
  const isOld = Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
  if (!isOld) return { setting, state: 'ok', got, says: { en: `Redis ${got}`, zh: `Redis ${got}` } };
  return {
    setting,
    state: 'wrong',
    got,
    says: {
      en: `Redis is ${got}, expected ${oldest} or newer.`,
      zh: `Redis 版本为 ${got}，应为 ${oldest} 或更新。`,
    },
    remedy: { en: `Install Redis ${oldest} or newer.`, zh: `请安装 Redis ${oldest} 或更新版本。` },
  };
}

// redis_version:7.0.15 · Valkey says 7.2.4 there for the sake of clients, and its own in valkey_version.
async function readVersion(client: RedisClient): Promise<string | undefined> {
  try {
    return /^redis_version:([0-9.]{1,20})/mu.exec(await client.info('server'))?.[1];
  } catch {
    return undefined;
  }
}

const configSchema = z.tuple([z.string(), z.string()]);

async function readConfig(
  client: RedisClient,
  name: 'maxmemory-policy' | 'appendonly',
): Promise<string | undefined> {
  try {
    const parsed = configSchema.safeParse(await client.config('GET', name));
    return parsed.success && /^[a-z-]{1,30}$/u.test(parsed.data[1]) ? parsed.data[1] : undefined;
  } catch {
    return undefined;
  }
}
