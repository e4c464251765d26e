/** One publisher at a time, over all processes: the one that holds the lease. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceLog } from '../adapters/log/logger.js';
import type { Lease, MessageBoard } from '../ports-state.js';

/** At the end, what the last runs came to is still told. */
const LAST_WORDS_MS = 6000;
const LOOK_MS = 200;
const TRY_MS = 1000;

export function publishWhileHolding(
  lease: Lease,
  publish: (stopping: AbortSignal) => Promise<void>,
  board: MessageBoard,
  log: ServiceLog,
) {
  const stopping = new AbortController();
  const ended = holdAndPublish();

  async function holdAndPublish(): Promise<void> {
    while (!stopping.signal.aborted) {
      const lost = new AbortController();
      const taken = await lease.take(() => lost.abort()).catch(() => ({ taken: false as const }));
      if (!taken.taken) {
        await pause(TRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
        continue;
      }
      log.info('this process keeps the messages in Slack up to date');
      await publish(AbortSignal.any([lost.signal, stopping.signal]));
      await taken.release().catch(() => undefined);
    }
  }

  return {
    stop: async (): Promise<void> => {
      const end = Date.now() + LAST_WORDS_MS;
      while (Date.now() < end && !(await isNothingDue(board))) await pause(LOOK_MS);
      stopping.abort();
      await ended;
    },
  };
}

async function isNothingDue(board: MessageBoard): Promise<boolean> {
  try {
    return (await board.due(1)).length === 0;
  } catch {
    // Nobody can tell, and nothing could be published either.
    return true;
  }
}
