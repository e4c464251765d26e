import { type ReachTarget, reachProbe, type Verdict } from './reach.js';

/** PING without a password, which Redis answers even where it wants one: with -NOAUTH. */
export const redisPing = reachProbe<ReachTarget>('redis.ping', {
  send: 'PING\\015\\012',
  judge: judgeRedis,
});

/**
 *     +PONG
 *     -NOAUTH Authentication required.
 *     -LOADING Redis is loading the dataset in memory
 *     -ERR max number of clients reached
 *     -DENIED Redis is running in protected mode because …
 *
 * Redis prefixes an error with one word in capitals (redis.io, RESP, "Simple errors").
 */
export function judgeRedis(answer: string): Verdict {
  if (/^\+PONG\r?\n?/.test(answer)) return { outcome: 'ok' };
  if (/^-(?:NOAUTH|WRONGPASS|NOPERM)\b|^-ERR operation not permitted/.test(answer))
    return { outcome: 'auth-required' };
  if (/^-LOADING\b/.test(answer)) return { outcome: 'loading' };
  if (/^-ERR max number of clients/.test(answer)) return { outcome: 'too-many' };
  if (/^-DENIED\b/.test(answer)) return { outcome: 'permission-denied' };
  // Redis, but unwilling: what it says must be read, and no cause is claimed.
  if (/^-(?:MISCONF|BUSY|MASTERDOWN|OOM|READONLY|CLUSTERDOWN)\b/.test(answer)) return { outcome: 'unknown' };
  return { outcome: 'wrong-service' };
}
