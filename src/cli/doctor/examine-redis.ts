import { readFileSync } from 'node:fs';
import { checkRedisSettings, type SettingFinding } from '../../adapters/redis/check-settings.js';
import {
  connectRedis,
  disconnectRedis,
  endNow,
  type RedisClient,
  whenReady,
} from '../../adapters/redis/connect-redis.js';
import { howToGetRedis } from '../../adapters/redis/how-to-get-redis.js';
import { findProgram } from '../../adapters/redis/private-folder.js';
import { describeRedisPlace, parseRedisUrl, type RedisPlace } from '../../adapters/redis/redis-url.js';
import type { DoctorLine } from './judge-examination.js';
import { redisWords } from './redis-words.js';

export interface RedisExamination {
  /** Where it is, without the login. */
  readonly about: string;
  readonly lines: readonly DoctorLine[];
}

/** Asks the Redis of REDIS_URL for its settings; where there is none, whether a private one could be started. Never rejects. */
export async function examineRedis(
  redisUrl: string | undefined,
  options: { readonly timeoutMs: number; readonly path: string; readonly lang: 'en' | 'zh' },
): Promise<RedisExamination> {
  const { lang } = options;
  const words = redisWords[lang];
  if (redisUrl === undefined) {
    const isThere = findProgram('redis-server', options.path) !== undefined;
    const says = isThere ? words.privateThere : howToGetRedis(process.platform, osRelease())[lang];
    return { about: words.private, lines: [{ state: isThere ? 'ok' : 'problem', about: 'redis', says }] };
  }
  const parsed = parseRedisUrl(redisUrl);
  if (!parsed.ok) {
    return {
      about: 'REDIS_URL',
      lines: [{ state: 'problem', about: 'redis', says: parsed.says, remedy: parsed.remedy }],
    };
  }
  return { about: describeRedisPlace(parsed.place), lines: await askSettings(parsed.place, options) };
}

async function askSettings(
  place: RedisPlace,
  { timeoutMs, lang }: { readonly timeoutMs: number; readonly lang: 'en' | 'zh' },
): Promise<readonly DoctorLine[]> {
  const words = redisWords[lang];
  let client: RedisClient | undefined;
  try {
    client = await connected(place, timeoutMs);
    const findings = await checkRedisSettings(client);
    return [
      { state: 'ok', about: 'redis', says: words.answers },
      ...findings.map((finding) => lineOf(finding, lang)),
    ];
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    const isRefusal = /^(?:NOAUTH|WRONGPASS|NOPERM|ERR AUTH)/u.test(says);
    const remedy = isRefusal ? words.refusedRemedy : words.silentRemedy;
    return [{ state: 'problem', about: 'redis', says: words.silent(says), remedy }];
  } finally {
    if (client !== undefined) await disconnectRedis(client);
  }
}

/** Rejects with what kept it from being connected: no server, no login, a certificate that cannot be read. */
async function connected(place: RedisPlace, timeoutMs: number): Promise<RedisClient> {
  // Where there are several servers, one may be away; where there is one, its first word is enough.
  const isOne = place.kind === 'single' || place.kind === 'unix';
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const onError = (error: Error): void => (isOne ? fail(error) : undefined);
  const client = connectRedis(place, { purpose: 'request', name: 'goodgate-doctor', onError });
  try {
    await Promise.race([whenReady(client, timeoutMs), failed]);
    return client;
  } catch (error) {
    endNow(client);
    throw error;
  }
}

/** What Redis does not tell is unknown, and so never right. */
function lineOf({ state, says, remedy }: SettingFinding, lang: 'en' | 'zh'): DoctorLine {
  return {
    state: state === 'ok' ? 'ok' : state === 'wrong' ? 'problem' : 'note',
    about: 'redis',
    says: says[lang],
    ...(remedy === undefined ? {} : { remedy: remedy[lang] }),
  };
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
