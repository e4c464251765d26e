import { createCanaryWorker } from '../adapters/bullmq/canary.js';
import { createJobQueue } from '../adapters/bullmq/job-queue.js';
import { createRunWorker } from '../adapters/bullmq/run-worker.js';
import type { ServiceLog } from '../adapters/log/logger.js';
import { createHostSlots } from '../adapters/redis/host-slots.js';
import type { RedisPlace } from '../adapters/redis/redis-url.js';
import { sweep } from '../adapters/redis/sweep.js';
import type { Config } from '../config/config.js';
import type { Playbook } from '../playbook/playbook-schema.js';
import type { State } from './open-state.js';
import type { Part } from './start-service.js';
import { createWork } from './worker.js';

export interface WorkerRoleOptions {
  readonly config: Config;
  readonly playbooks: ReadonlyMap<string, Playbook>;
  readonly state: State;
  readonly place: RedisPlace;
  readonly graceMs: number;
  readonly log: ServiceLog;
}

const READY_MS = 30_000;
const FIRST_SWEEP_MS = 60_000;
const SWEEP_MS = 3_600_000;

export async function runWorkerRole(
  options: WorkerRoleOptions,
): Promise<Part & { readonly isReady: () => Promise<boolean> }> {
  const { config, playbooks, state, place, graceMs, log } = options;
  const { runs } = config.service;
  const queue = createJobQueue(state.client, { onError: state.onError });
  const hostSlots = createHostSlots(state.client, { perHost: runs.perHost, onError: state.onError });
  const work = createWork({ config, playbooks, state, queue, hostSlots, log });
  const worker = createRunWorker({
    place,
    name: work.name,
    process: work.perform,
    concurrency: runs.atOnce,
    onGivenUp: work.giveUp,
    onError: state.onError,
  });
  const canary = createCanaryWorker({ place, name: work.name, client: state.client, onError: state.onError });
  const sweepNow = (): void => {
    sweep(state.client, { keepMs: runs.keepMs, now: new Date(), onBroken: state.onBroken }).catch(
      (error: unknown) => log.warn({ err: error }, 'old runs could not be removed'),
    );
  };
  // Also one that is started again more often than that must do it sometimes.
  const first = setTimeout(sweepNow, FIRST_SWEEP_MS);
  const sweeping = setInterval(sweepNow, SWEEP_MS);
  return {
    name: 'worker',
    // The ingress sends one every few seconds.
    isReady: async () => performance.now() - (canary.lastMs() ?? Number.NEGATIVE_INFINITY) < READY_MS,
    stop: async () => {
      clearTimeout(first);
      clearInterval(sweeping);
      await Promise.all([worker.close(graceMs), canary.close()]);
      work.stop();
      await queue.close();
    },
  };
}
