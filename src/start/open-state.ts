/** Everything that stands in Redis, behind its ports. */
import type { ServiceLog } from '../adapters/log/logger.js';
import { connectRedis, disconnectRedis } from '../adapters/redis/connect-redis.js';
import { createEvidenceArchive } from '../adapters/redis/evidence-archive.js';
import { createIncidentStore } from '../adapters/redis/incident-store.js';
import { createMessageBoard } from '../adapters/redis/message-board.js';
import type { RedisPlace } from '../adapters/redis/redis-url.js';
import { createRunStore } from '../adapters/redis/run-store.js';
import { createSeenBefore } from '../adapters/redis/seen-before.js';
import { createSignals } from '../adapters/redis/signals.js';
import { createTimeline } from '../adapters/redis/timeline.js';
import { UnavailableError } from '../ports-state.js';
import { createOutageLog } from './outage-log.js';

export function openState(
  place: RedisPlace,
  options: { readonly role: string; readonly keepMs: number; readonly log: ServiceLog },
) {
  const { log, role, keepMs } = options;
  const isThere = async (): Promise<boolean> => {
    try {
      return (await client.ping()) === 'PONG';
    } catch {
      return false;
    }
  };
  const outage = createOutageLog({
    isThere,
    trouble: (says, awayMs) => log.warn({ says, awayMs }, 'Redis cannot be reached'),
    over: (awayMs) => log.info({ awayMs }, 'Redis answers again'),
  });
  const { onError } = outage;
  const onBroken = (key: string, says: string): void => {
    log.error({ key, says }, 'a value in Redis cannot be read, and is passed over');
  };
  const client = connectRedis(place, { purpose: 'request', name: `goodgate-${role}`, onError });
  const listening = connectRedis(place, { purpose: 'listen', name: `goodgate-${role}-listen`, onError });
  return {
    client,
    runs: createRunStore(client, { onBroken }),
    incidents: createIncidentStore(client, { onBroken }),
    archive: createEvidenceArchive(client, { keepMs, onBroken }),
    timeline: createTimeline(client, { onBroken }),
    board: createMessageBoard(client, { onBroken }),
    signals: createSignals(client, listening, { onError }),
    seen: createSeenBefore(client),
    onError,
    onBroken,
    isThere,
    /** That Redis is away is told by `onError`, once for all who notice; anything else is theirs to tell. */
    tellUnlessAway: (error: unknown, tell: () => void): void => {
      if (error instanceof UnavailableError) onError(error);
      else tell();
    },
    close: async (): Promise<void> => {
      outage.stop();
      await Promise.all([disconnectRedis(client), disconnectRedis(listening)]);
    },
  };
}

export type State = ReturnType<typeof openState>;
