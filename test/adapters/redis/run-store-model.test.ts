import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRunStore } from '../../../src/adapters/redis/run-store.js';
import {
  cancelRun,
  finishRun,
  isOver,
  joinRun,
  newRun,
  type Run,
  startRun,
} from '../../../src/domain/run.js';
import { useRedis } from './a-redis.js';
import { ben, draftFor, healthy, noon } from './some-runs.js';

const redis = useRedis();

const transitions = {
  join: (run: Run) => joinRun(run, ben),
  start: (run: Run) => startRun(run, 'w1', noon),
  finish: (run: Run) => finishRun(run, 'w1', healthy, noon),
  cancel: (run: Run) => cancelRun(run, noon),
};

const target = fc.constantFrom('a', 'b', 'a b', '{x}', 'a:b', '__proto__');
const step = fc.oneof(
  fc.record({ do: fc.constant('claim' as const), target, playbook: fc.constantFrom(undefined, 'web') }),
  fc.record({
    do: fc.constantFrom(...(['join', 'start', 'finish', 'cancel'] as const)),
    number: fc.integer({ min: 1, max: 12 }),
  }),
);

/** The same in memory, without any cleverness. */
function createModel() {
  const runs: Run[] = [];
  return {
    runs,
    claim(name: string, playbook: string | undefined) {
      const known = runs.find((run) => run.target === name && run.playbook === playbook && !isOver(run));
      if (known !== undefined) return { run: known, created: false };
      const run = newRun(`run-${runs.length + 1}`, draftFor(name, playbook), noon);
      runs.push(run);
      return { run, created: true };
    },
    change(id: string, transition: (run: Run) => Run) {
      const index = runs.findIndex((run) => run.id === id);
      const before = runs[index];
      if (before === undefined) return undefined;
      const after = transition(before);
      if (after === before) return { run: before, changed: false };
      const run = { ...after, revision: before.revision + 1 };
      runs[index] = run;
      return { run, changed: true };
    },
  };
}

it('the store behaves as a list in memory does, whatever is done to it', async () => {
  const client = await redis.connect();
  const store = createRunStore(client, {
    onBroken: (key, says) => {
      throw new Error(`${key} ${says}`);
    },
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await client.flushall();
      const model = createModel();
      let finished = new Map<string, string>();
      for (const one of steps) {
        if (one.do === 'claim') {
          const claimed = await store.claim(draftFor(one.target, one.playbook), noon);
          expect(claimed).toEqual(model.claim(one.target, one.playbook));
          continue;
        }
        const id = `run-${one.number}`;
        const changed = model.change(id, transitions[one.do]);
        expect(await store.change(id, transitions[one.do])).toEqual(changed);
        if (changed?.changed && changed.run.state === 'finished') {
          finished = new Map(finished).set(changed.run.target, id);
        }
      }
      const newest = [...model.runs].reverse();
      expect(await store.recent(99)).toEqual(newest);
      expect(await store.recent(2, 'a')).toEqual(newest.filter((run) => run.target === 'a').slice(0, 2));
      expect(await store.unfinished()).toEqual(model.runs.filter((run) => !isOver(run)));
      const last = await store.lastResults(['a', 'b', 'a b', '{x}', 'a:b', '__proto__']);
      expect(new Map([...last].map(([name, run]) => [name, run.id]))).toEqual(finished);
    }),
    { numRuns: 60 },
  );
});
