import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { Queue } from 'bullmq';
import type { FastifyPluginAsync } from 'fastify';

/** The queue as a page, to look at only: a run is cancelled and begun again in Slack, where its story is kept. */
export function createQueueBoard(queue: Queue, path: string): FastifyPluginAsync {
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(path);
  createBullBoard({
    queues: [new BullMQAdapter(queue, { readOnlyMode: true })],
    serverAdapter,
    options: { uiConfig: { boardTitle: 'goodgate' } },
  });
  return async (scope) => {
    await scope.register(serverAdapter.registerPlugin());
  };
}
