import { isOver, newRun, type Run } from '../../domain/run.js';
import type { RunStore } from '../../ports-state.js';
import type { RedisClient } from './connect-redis.js';
import { createRecords, type OnBroken } from './records.js';
import { parseJson, runSchema } from './state-schemas.js';

export function createRunStore(client: RedisClient, options: { readonly onBroken: OnBroken }): RunStore {
  const runs = createRecords<Run>(
    client,
    {
      kind: 'run',
      idPrefix: 'run-',
      parse: (text) => parseJson(runSchema, text),
      isOver,
      // Who asks after a cancellation wants a new one.
      isJoinable: (run) => !isOver(run) && run.cancelRequestedBy === undefined,
      wishOf,
      isLast: (run) => run.state === 'finished',
    },
    options.onBroken,
  );
  return {
    async claim(draft, at) {
      const { value, created } = await runs.claim(wishOf(draft), (id) => newRun(id, draft, at));
      return { run: value, created };
    },
    get: (id) => runs.get(id),
    async change(id, transition) {
      const done = await runs.change(id, transition);
      return done && { run: done.value, changed: done.changed };
    },
    recent: (limit, target) => runs.recent(limit, target),
    unfinished: () => runs.open(),
    lastResults: (targets) => runs.lastOf(targets),
  };
}

function wishOf({ target, playbook }: Pick<Run, 'target' | 'playbook'>): string {
  return JSON.stringify(playbook === undefined ? [target] : [target, playbook]);
}
