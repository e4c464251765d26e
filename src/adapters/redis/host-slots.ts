import { randomUUID } from 'node:crypto';
import type { HostSlots } from '../../ports-state.js';
import type { RedisClient } from './connect-redis.js';
import { type Holding, releasePlaces, renewPlaces, takePlaces } from './holdings.js';
import { keys } from './keys.js';

/** What a killed worker had is free again after so long. */
const TTL_MS = 15_000;
const RENEW_MS = 4_000;

export interface HostSlotOptions {
  readonly perHost: number;
  readonly onError: (error: Error) => void;
}

export function createHostSlots(client: RedisClient, options: HostSlotOptions): HostSlots {
  async function renew(holding: Holding): Promise<void> {
    // Run out while Redis was away: taken anew where there is room. A run that is under way goes on in either case.
    if (!(await renewPlaces(client, holding))) await takePlaces(client, holding);
  }

  return {
    async take(hosts, holder) {
      if (hosts.length === 0) return { taken: true, release: async () => undefined };
      const byKey = new Map(hosts.map((host) => [keys.slots(host), host]));
      const holding: Holding = {
        keys: [...byKey.keys()],
        // The same run on another worker holds places of its own: the one that was given up may still look.
        holder: `${holder}:${randomUUID()}`,
        atMost: options.perHost,
        ttlMs: TTL_MS,
      };
      const full = await takePlaces(client, holding);
      if (full.length > 0) return { taken: false, full: full.flatMap((key) => byKey.get(key) ?? []) };
      let renewing = Promise.resolve();
      const timer = setInterval(() => {
        renewing = renew(holding).catch(options.onError);
      }, RENEW_MS);
      timer.unref();
      return {
        taken: true,
        async release() {
          clearInterval(timer);
          // Otherwise one that is under way could take anew what is given back here.
          await renewing;
          await releasePlaces(client, holding);
        },
      };
    },
  };
}
