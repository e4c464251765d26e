/**
 * A worker in a process of its own, to be killed: node small-worker.js REDIS_URL NAME HOLD_MS. Says on standard output
 * which runs it began and ended; a run takes so long.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { createRunWorker } from '../../src/adapters/bullmq/run-worker.js';
import { parseRedisUrl } from '../../src/adapters/redis/redis-url.js';

const [, , url = '', name = 'small', holdMs = '0'] = process.argv;
const parsed = parseRedisUrl(url);
if (!parsed.ok) throw new Error(parsed.says);

const worker = createRunWorker({
  place: parsed.place,
  name,
  concurrency: 4,
  async process(runId, signal) {
    process.stdout.write(`began ${runId}\n`);
    const held = await pause(Number(holdMs), 'done' as const, { signal }).catch(() => undefined);
    process.stdout.write(
      held === 'done' ? `ended ${runId}\n` : `stopped ${runId} ${String(signal.reason)}\n`,
    );
    return held ?? { later: 0 };
  },
  onGivenUp: (runId, says) => process.stdout.write(`given up ${runId} ${says}\n`),
  onError: () => undefined,
});
process.on('SIGTERM', () => void worker.close(0));
