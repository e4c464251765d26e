import { beforeEach, describe, expect, it } from 'vitest';
import { createRunStore } from '../../../src/adapters/redis/run-store.js';
import {
  cancelRun,
  finishRun,
  interruptRun,
  joinRun,
  progressRun,
  startRun,
} from '../../../src/domain/run.js';
import type { RunStore } from '../../../src/ports-state.js';
import { useRedis } from './a-redis.js';
import { ann, ben, draftFor, healthy, noon } from './some-runs.js';

const redis = useRedis();
let broken: string[] = [];

async function newStore(): Promise<RunStore> {
  return createRunStore(await redis.connect(), { onBroken: (key, says) => broken.push(`${key} ${says}`) });
}

beforeEach(async () => {
  broken = [];
  await (await redis.connect()).flushall();
});

describe('the runs in Redis', () => {
  it('begins one run, however many ask for the same at once from several processes', async () => {
    const stores = await Promise.all([newStore(), newStore(), newStore()]);
    const asked = Array.from({ length: 51 }, (_, index) => stores[index % 3]?.claim(draftFor('docs'), noon));
    const answers = await Promise.all(asked);
    expect(answers.filter((one) => one?.created)).toHaveLength(1);
    expect(new Set(answers.map((one) => one?.run.id)).size).toBe(1);
    expect(await stores[0]?.unfinished()).toHaveLength(1);
  });

  it('keeps two playbooks, two targets and a target that looks like both apart', async () => {
    const store = await newStore();
    const wishes = [
      draftFor('docs'),
      draftFor('docs', 'web'),
      draftFor('docs","web'),
      draftFor('docs:web'),
      draftFor('{docs}*'),
    ];
    for (const wish of wishes) expect((await store.claim(wish, noon)).created).toBe(true);
    for (const wish of wishes) {
      const again = await store.claim(wish, noon);
      expect(again).toMatchObject({ created: false, run: { target: wish.target } });
      expect(again.run.playbook).toBe(wish.playbook);
    }
    expect(await store.recent(9, 'docs')).toHaveLength(2);
    expect(await store.recent(9, '{docs}*')).toHaveLength(1);
  });

  it.each([
    ['finished', (run) => finishRun(startRun(run, 'w1', noon), 'w1', healthy, noon)],
    ['interrupted', (run) => interruptRun(run, { reason: 'stopped', says: 'stopped' }, noon)],
    ['cancelled', (run) => cancelRun(run, noon)],
  ] satisfies [string, Parameters<RunStore['change']>[1]][])(
    'begins a new run after one that was %s',
    async (_, end) => {
      const store = await newStore();
      const { run } = await store.claim(draftFor('docs'), noon);
      expect(await store.change(run.id, end)).toMatchObject({ changed: true });
      expect(await store.unfinished()).toEqual([]);
      const next = await store.claim(draftFor('docs'), noon);
      expect(next).toMatchObject({ created: true });
      expect(next.run.id).not.toBe(run.id);
      expect((await store.recent(9)).map((one) => one.id)).toEqual([next.run.id, run.id]);
    },
  );

  it('a late change of a run that is over does not free the wish of its successor', async () => {
    const store = await newStore();
    const first = await store.claim(draftFor('docs'), noon);
    await store.change(first.run.id, (run) => cancelRun(run, noon));
    const second = await store.claim(draftFor('docs'), noon);
    await store.change(first.run.id, (run) => ({ ...run, incident: 'inc-1' }));
    const third = await store.claim(draftFor('docs'), noon);
    expect(third).toMatchObject({ created: false, run: { id: second.run.id } });
  });

  it('loses no change when many change the same run at once', async () => {
    const stores = await Promise.all([newStore(), newStore()]);
    const claimed = await stores[0]?.claim(draftFor('docs'), noon);
    const id = claimed?.run.id ?? '';
    const people = Array.from({ length: 30 }, (_, index) => ({ kind: 'person', id: `U${index}` }) as const);
    await Promise.all(
      people.map((actor, index) => stores[index % 2]?.change(id, (run) => joinRun(run, actor))),
    );
    const run = await stores[1]?.get(id);
    expect(run?.revision).toBe(30);
    expect(new Set(run?.joinedBy.map((actor) => JSON.stringify(actor))).size).toBe(30);
  });

  it('says that nothing changed where the transition does not apply, and writes nothing', async () => {
    const store = await newStore();
    const { run } = await store.claim(draftFor('docs'), noon);
    expect(await store.change(run.id, (one) => joinRun(one, ann))).toEqual({ run, changed: false });
    const step = { step: 'looking', hosts: [] } as const;
    expect(await store.change(run.id, (one) => progressRun(one, 'w9', step))).toMatchObject({
      changed: false,
    });
    expect(await store.get(run.id)).toEqual(run);
    expect(await store.change('run-999', (one) => joinRun(one, ben))).toBeUndefined();
  });

  it('lets an error of the transition through as it is', async () => {
    const store = await newStore();
    const { run } = await store.claim(draftFor('docs'), noon);
    const fault = new TypeError('a fault of ours');
    const failing = store.change(run.id, () => {
      throw fault;
    });
    await expect(failing).rejects.toBe(fault);
  });

  it('lists the newest first, the unfinished oldest first, beyond ten of them', async () => {
    const store = await newStore();
    const ids: string[] = [];
    for (let index = 0; index < 12; index += 1) {
      ids.push((await store.claim(draftFor(`t${index}`), noon)).run.id);
    }
    expect((await store.unfinished()).map((run) => run.id)).toEqual(ids);
    expect((await store.recent(3)).map((run) => run.id)).toEqual(ids.slice(-3).reverse());
    expect(await store.recent(0)).toEqual([]);
  });

  it('finds the newest finished run of each target', async () => {
    const store = await newStore();
    const finish = async (target: string) => {
      const { run } = await store.claim(draftFor(target), noon);
      await store.change(run.id, (one) => finishRun(startRun(one, 'w', noon), 'w', healthy, noon));
      return run.id;
    };
    await finish('docs');
    const docs = await finish('docs');
    const wiki = await finish('wiki');
    const { run: cancelled } = await store.claim(draftFor('wiki'), noon);
    await store.change(cancelled.id, (one) => cancelRun(one, noon));
    const last = await store.lastResults(['docs', 'wiki', 'mail', '__proto__']);
    expect([...last].map(([target, run]) => [target, run.id])).toEqual([
      ['docs', docs],
      ['wiki', wiki],
    ]);
  });

  it('leaves out a run that cannot be read, names its key, and lets its wish begin anew', async () => {
    const store = await newStore();
    const client = await redis.connect();
    const { run: first } = await store.claim(draftFor('docs'), noon);
    const { run: second } = await store.claim(draftFor('wiki'), noon);
    await client.hset('{goodgate}:run:values', first.id, '{"id":7}');
    expect((await store.recent(9)).map((run) => run.id)).toEqual([second.id]);
    expect(broken[0]).toMatch(/^\{goodgate\}:run:values run-1 at id: /u);
    expect(await store.get(first.id)).toBeUndefined();
    expect(await store.claim(draftFor('docs'), noon)).toMatchObject({ created: true });
  });

  it('keeps what a later version wrote beside the fields that it knows', async () => {
    const store = await newStore();
    const client = await redis.connect();
    const { run } = await store.claim(draftFor('docs'), noon);
    await client.hset('{goodgate}:run:values', run.id, JSON.stringify({ ...run, colour: 'green' }));
    await store.change(run.id, (one) => startRun(one, 'w1', noon));
    expect(JSON.parse((await client.hget('{goodgate}:run:values', run.id)) ?? '')).toMatchObject({
      colour: 'green',
      state: 'running',
    });
  });

  it('puts every key into one slot', async () => {
    const store = await newStore();
    const client = await redis.connect();
    const { run } = await store.claim(draftFor('a}b{c'), noon);
    await store.change(run.id, (one) => finishRun(startRun(one, 'w', noon), 'w', healthy, noon));
    const names = await client.keys('*');
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) expect(name).toMatch(/^\{goodgate\}:[^{}]*$/u);
  });
});
