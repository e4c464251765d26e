import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceLog } from '../adapters/log/logger.js';
import { migrate } from '../adapters/redis/migrate.js';
import type { ConfigProblem } from '../config/config.js';
import type { State } from './open-state.js';

const ASK_MS = 500;
const SAY_EVERY = 10;

/**
 * Waits until Redis answers, however long: in a cluster of containers it may come up after us. Then brings what stands
 * in it to today's form. Gives a problem where that is not possible, undefined where all is well or we are to stop.
 */
export async function waitForRedis(
  state: State,
  log: ServiceLog,
  signal: AbortSignal,
): Promise<ConfigProblem | undefined> {
  for (let asked = 0; !signal.aborted; asked += 1) {
    if (await state.isThere()) {
      const migrated = await migrate(state.client, {
        onStep: (says) => log.info({ says }, 'brings what stands in Redis to the form of this version'),
        onError: state.onError,
      });
      return migrated.ok ? undefined : { message: migrated.says, suggestion: migrated.remedy };
    }
    if (asked % SAY_EVERY === SAY_EVERY - 1) log.warn('Redis does not answer yet; waiting for it');
    await pause(ASK_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
