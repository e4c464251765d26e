import { createCanary } from '../adapters/bullmq/canary.js';
import { createJobQueue } from '../adapters/bullmq/job-queue.js';
import { createQueueBoard } from '../adapters/bullmq/queue-board.js';
import type { ServiceLog } from '../adapters/log/logger.js';
import { createLease } from '../adapters/redis/lease.js';
import { SLACK_PATH } from '../adapters/slack/receivers.js';
import { startWebServer } from '../adapters/web/web-server.js';
import type { Config } from '../config/config.js';
import type { ServiceEnvironment } from './environment.js';
import { createIngress } from './ingress.js';
import type { State } from './open-state.js';
import { publishWhileHolding } from './publish-while-holding.js';
import { readinessOf } from './readiness.js';
import type { Part } from './start-service.js';
import { createVoice } from './voice.js';
import { watchCanary } from './watch-canary.js';

export interface IngressRoleOptions {
  readonly config: Config;
  readonly slack: NonNullable<ServiceEnvironment['slack']>;
  readonly operatorPassword?: string;
  readonly playbooks: readonly string[];
  readonly state: State;
  readonly log: ServiceLog;
}

const QUEUES_PATH = '/queues';
/** How long nobody publishes after this process was killed. */
const LEASE_MS = 5000;

/** The parts in the order of their starts. */
export async function runIngressRole(options: IngressRoleOptions): Promise<Part[]> {
  const { config, slack, state, log } = options;
  const queue = createJobQueue(state.client, { onError: state.onError });
  const targets = [...config.targets.keys()];
  const voice = createVoice(config.slack.command);
  const canary = watchCanary(createCanary(state.client, { onError: state.onError }));
  const ingress = createIngress({
    config,
    slack,
    state,
    queue,
    voice,
    playbooks: options.playbooks,
    targetOptions: (query) => voice.targetOptions(query, targets),
    workersSilentMs: canary.silentMs,
    log,
  });
  const web = await startWebServer({
    listen: config.service.listen,
    readiness: () => readinessOf({ state, ingress, silentMs: canary.silentMs }),
    ...(ingress.listener === undefined ? {} : { slack: { path: SLACK_PATH, listener: ingress.listener } }),
    ...(options.operatorPassword === undefined
      ? {}
      : {
          queues: {
            path: QUEUES_PATH,
            password: options.operatorPassword,
            board: createQueueBoard(queue.queue, QUEUES_PATH),
          },
        }),
  });
  log.info({ ...web.address, slack: slack.mode.kind }, 'answers health checks');
  const lease = createLease(state.client, 'publisher', { ttlMs: LEASE_MS, onError: state.onError });
  const publishing = publishWhileHolding(lease, ingress.publish, state.board, log);
  await ingress.start();
  return [
    { name: 'queue', stop: () => queue.close() },
    { name: 'web', stop: () => web.close() },
    // Messages are brought up to date after the last run has ended: the worker is stopped before.
    { name: 'publisher', stop: () => publishing.stop() },
    { name: 'canary', stop: () => canary.stop() },
    { name: 'slack', isWayIn: true, stop: () => ingress.stop() },
  ];
}
