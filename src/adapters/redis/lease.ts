import { randomUUID } from 'node:crypto';
import type { Lease } from '../../ports-state.js';
import type { RedisClient } from './connect-redis.js';
import { type Holding, releasePlaces, renewPlaces, takePlaces } from './holdings.js';
import { keys } from './keys.js';

export interface LeaseOptions {
  /** How long after its holder's death another one can have it. */
  readonly ttlMs: number;
  readonly onError: (error: Error) => void;
}

export function createLease(client: RedisClient, name: string, options: LeaseOptions): Lease {
  const { ttlMs, onError } = options;
  return {
    async take(onLost) {
      const holding: Holding = { keys: [keys.lease(name)], holder: randomUUID(), atMost: 1, ttlMs };
      // Counted from before the question: Redis counts from when it answers, which is later.
      let asked = performance.now();
      if ((await takePlaces(client, holding)).length > 0) return { taken: false };
      let safeUntil = asked + ttlMs;
      let renewing = false;

      function end(): void {
        clearInterval(timer);
      }

      async function renew(): Promise<void> {
        asked = performance.now();
        if (await renewPlaces(client, holding)) safeUntil = asked + ttlMs;
        else safeUntil = 0;
      }

      // Often enough that a lease is told lost before another can have it, also while Redis does not answer.
      const everyMs = Math.max(1, Math.floor(ttlMs / 6));
      const timer = setInterval(() => {
        if (performance.now() + everyMs >= safeUntil) {
          end();
          onLost();
          return;
        }
        if (renewing) return;
        renewing = true;
        renew()
          .catch(onError)
          .finally(() => {
            renewing = false;
          });
      }, everyMs);
      timer.unref();

      return {
        taken: true,
        async release() {
          end();
          await releasePlaces(client, holding);
        },
      };
    },
  };
}
