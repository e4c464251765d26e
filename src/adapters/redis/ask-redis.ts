import { UnavailableError } from '../../ports-state.js';
import type { RedisClient } from './connect-redis.js';

/** Every way in which Redis can fail to answer is one thing to those who asked: nothing is known about what it did. */
export async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (error) {
    throw unavailable(error);
  }
}

export function unavailable(cause: unknown): UnavailableError {
  const says = cause instanceof Error ? cause.message : String(cause);
  return new UnavailableError(`Redis does not answer: ${says}`, { cause });
}

/**
 * Runs a script atomically; all its keys are given, as a cluster demands. EVAL rather than EVALSHA: the scripts are
 * short, and are known again after any failover. https://redis.io/docs/latest/develop/programmability/eval-intro/
 */
export function runScript(
  client: RedisClient,
  script: string,
  keys: readonly string[],
  values: readonly (string | number | Buffer)[],
): Promise<unknown> {
  return ask(() => client.eval(script, keys.length, ...keys, ...values));
}
