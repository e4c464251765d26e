import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/domain/diagnosis.js';
import { type PerformDeps, performRun } from '../../../src/flows/service/perform-run.js';
import { reconcileRuns } from '../../../src/flows/service/reconcile-runs.js';
import { requestRun } from '../../../src/flows/service/request-run.js';
import { ANNA, BO, diagnosis, memoryArchive, memoryService, memorySlots, record, target } from './fakes.js';

const NEVER = new AbortController().signal;

function stage(options: { full?: string[]; verdict?: Verdict; cause?: string } = {}) {
  const shared = memoryService();
  const checked: string[] = [];
  const judged = diagnosis(options.verdict ?? 'root-cause', options.cause);
  const deps: PerformDeps = {
    ...shared,
    archive: memoryArchive(),
    hostSlots: memorySlots(options.full),
    worker: 'w1',
    timeLimitMs: 60_000,
    targetNamed: (name) => (name === 'docs-server' ? target() : undefined),
    check: async (asked) => {
      checked.push(`${asked.name} ${asked.playbook ?? '-'}`);
      return record();
    },
    judge: async () => ({ en: judged, zh: judged }),
  };
  const ask = (name = 'docs-server', playbook?: string) =>
    requestRun(
      {
        target: name,
        priority: 'person',
        requestedBy: ANNA,
        conversation: { channel: 'C1' },
        ...(playbook === undefined ? {} : { playbook }),
      },
      shared,
    );
  return { ...shared, deps, ask, checked };
}

describe('a wish for a check', () => {
  it('is written down, queued and told', async () => {
    const at = stage();
    const { run, created } = await at.ask();
    expect(created).toBe(true);
    expect(at.queue.jobs.get(run.id)).toBe('waiting');
    expect(at.board.dueNow()).toEqual([run.id]);
    expect(at.timeline.kinds(run.id)).toEqual(['run-requested']);
  });

  it('joins the run that is on its way', async () => {
    const at = stage();
    const first = await at.ask();
    const second = await requestRun(
      { target: 'docs-server', priority: 'person', requestedBy: BO, conversation: { channel: 'C2' } },
      at,
    );
    expect(second.created).toBe(false);
    expect(second.run).toMatchObject({ id: first.run.id, joinedBy: [BO] });
    expect(at.queue.jobs.size).toBe(1);
  });
});

describe('a worker', () => {
  it('looks, judges, writes down, opens an incident, and tells', async () => {
    const at = stage({ cause: 'redis-down' });
    const { run } = await at.ask('docs-server', 'onlyoffice');
    expect(await performRun(run.id, NEVER, at.deps)).toBe('done');
    expect(at.checked).toEqual(['docs-server onlyoffice']);
    expect(await at.runs.get(run.id)).toMatchObject({
      state: 'finished',
      attempts: 1,
      incident: 'inc-1',
      result: { verdict: 'root-cause', cause: { id: 'redis-down', certainty: 'proven' } },
    });
    expect(at.incidents.all.get('inc-1')).toMatchObject({
      state: 'open',
      cause: 'redis-down',
      runs: [run.id],
    });
    expect(at.timeline.kinds(run.id)).toEqual(['run-requested', 'run-started', 'run-finished']);
    expect(at.timeline.kinds('inc-1')).toEqual(['incident-opened']);
  });

  it('opens no incident for a healthy service, and holds an open one for mitigated', async () => {
    const healthy = stage({ verdict: 'healthy' });
    await performRun((await healthy.ask()).run.id, NEVER, healthy.deps);
    expect(healthy.incidents.all.size).toBe(0);

    const sick = stage();
    await performRun((await sick.ask()).run.id, NEVER, sick.deps);
    const well = diagnosis('healthy');
    const again = (await sick.ask()).run;
    await performRun(again.id, NEVER, { ...sick.deps, judge: async () => ({ en: well, zh: well }) });
    expect(sick.incidents.all.get('inc-1')).toMatchObject({ state: 'mitigated', runs: ['run-1', 'run-2'] });
    expect(sick.timeline.kinds('inc-1')).toEqual(['incident-opened', 'incident-mitigated']);
  });

  it('opens no incident for a service that answers, though its hosts cannot be reached', async () => {
    const at = stage();
    const away = { ...diagnosis('unreachable'), httpStatus: 200 };
    const { run } = await at.ask();
    await performRun(run.id, NEVER, { ...at.deps, judge: async () => ({ en: away, zh: away }) });
    expect(at.incidents.all.size).toBe(0);
    const down = { ...away, httpStatus: 502 };
    const again = (await at.ask()).run;
    await performRun(again.id, NEVER, { ...at.deps, judge: async () => ({ en: down, zh: down }) });
    expect(at.incidents.all.size).toBe(1);
  });

  it('waits while others look at the same hosts, says so once, and looks at nothing', async () => {
    const at = stage({ full: ['docs-1'] });
    const { run } = await at.ask();
    expect(await performRun(run.id, NEVER, at.deps)).toEqual({ later: 500 });
    expect(await performRun(run.id, NEVER, at.deps)).toEqual({ later: 500 });
    expect(await at.runs.get(run.id)).toMatchObject({ state: 'queued', waitingFor: ['docs-1'] });
    expect(at.timeline.kinds(run.id)).toEqual(['run-requested', 'run-waiting']);
    expect(at.checked).toEqual([]);
  });

  it('stops when a person cancels, and gives back its place', async () => {
    const at = stage();
    const { run } = await at.ask();
    const slots = memorySlots();
    const deps: PerformDeps = {
      ...at.deps,
      hostSlots: slots,
      check: async (_target, { signal }) => {
        await at.runs.change(run.id, (one) => ({ ...one, cancelRequestedBy: BO }));
        await at.signals.cancelWanted(run.id);
        signal.throwIfAborted();
        return record();
      },
    };
    await performRun(run.id, NEVER, deps);
    expect(await at.runs.get(run.id)).toMatchObject({ state: 'cancelled' });
    expect(slots.held.size).toBe(0);
    expect(at.timeline.kinds(run.id).at(-1)).toBe('run-cancelled');
  });

  it('does not even begin what was cancelled while it waited', async () => {
    const at = stage();
    const { run } = await at.ask();
    await at.runs.change(run.id, (one) => ({ ...one, cancelRequestedBy: BO }));
    await performRun(run.id, NEVER, at.deps);
    expect(at.checked).toEqual([]);
    expect(await at.runs.get(run.id)).toMatchObject({ state: 'cancelled' });
  });

  it('marks what it has to leave when it is stopped', async () => {
    const at = stage();
    const { run } = await at.ask();
    const stopping = new AbortController();
    await performRun(run.id, stopping.signal, {
      ...at.deps,
      check: async (_target, { signal }) => {
        stopping.abort();
        signal.throwIfAborted();
        return record();
      },
    });
    expect(await at.runs.get(run.id)).toMatchObject({
      state: 'interrupted',
      interrupted: { reason: 'stopped' },
    });
  });

  it('ends a run that takes too long', async () => {
    const at = stage();
    const { run } = await at.ask();
    await performRun(run.id, NEVER, {
      ...at.deps,
      timeLimitMs: 20,
      check: (_target, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('ended')));
        }),
    });
    expect(await at.runs.get(run.id)).toMatchObject({ interrupted: { reason: 'time-limit' } });
  });

  it('says when the target is no longer configured', async () => {
    const at = stage();
    const { run } = await at.ask('gone');
    await performRun(run.id, NEVER, at.deps);
    expect(await at.runs.get(run.id)).toMatchObject({ interrupted: { reason: 'configuration' } });
  });

  it('takes over from one that was lost; what the lost one says later counts for nothing', async () => {
    const at = stage({ cause: 'redis-down' });
    const { run } = await at.ask();
    let goOn: () => void = () => undefined;
    const slow = performRun(run.id, NEVER, {
      ...at.deps,
      check: () =>
        new Promise((resolve) => {
          goOn = () => resolve(record());
        }),
      judge: async () => ({ en: diagnosis('healthy'), zh: diagnosis('healthy') }),
    });
    await expect.poll(async () => (await at.runs.get(run.id))?.state).toBe('running');
    await performRun(run.id, NEVER, { ...at.deps, worker: 'w2' });
    goOn();
    await slow;
    expect(await at.runs.get(run.id)).toMatchObject({
      state: 'finished',
      attempts: 2,
      result: { verdict: 'root-cause' },
    });
    expect(at.timeline.kinds(run.id)).toContain('run-taken-over');
  });

  it('leaves a fault of our own to the queue, which tries again', async () => {
    const at = stage();
    const { run } = await at.ask();
    const broken = { ...at.deps, judge: () => Promise.reject(new Error('a bug')) };
    await expect(performRun(run.id, NEVER, broken)).rejects.toThrow('a bug');
    await performRun(run.id, NEVER, at.deps);
    expect(await at.runs.get(run.id)).toMatchObject({ state: 'finished', attempts: 2 });
  });

  it('tells again of a run that is over: whoever ended it may have died before', async () => {
    const at = stage();
    const { run } = await at.ask();
    await performRun(run.id, NEVER, at.deps);
    const [due] = await at.board.due(1);
    await at.board.settle(run.id, due?.mark ?? '');
    await performRun(run.id, NEVER, at.deps);
    expect(at.board.dueNow()).toEqual([run.id]);
    expect(at.checked).toHaveLength(1);
  });
});

describe('setting right', () => {
  it('queues a run whose process died before it could', async () => {
    const at = stage();
    const { run } = await at.ask();
    at.queue.jobs.clear();
    await reconcileRuns(at);
    expect(at.queue.jobs.size).toBe(0);
    at.clock.pass(6000);
    await reconcileRuns(at);
    expect(at.queue.jobs.has(run.id)).toBe(true);
  });

  it('gives up a run whose workers were lost, and says so', async () => {
    const at = stage();
    const { run } = await at.ask();
    await at.runs.change(run.id, (one) => ({
      ...one,
      state: 'running',
      worker: 'w1',
      attempts: 3,
      startedAt: at.clock.now().toISOString(),
    }));
    at.queue.jobs.clear();
    at.clock.pass(6000);
    await reconcileRuns(at);
    expect(await at.runs.get(run.id)).toMatchObject({
      state: 'interrupted',
      interrupted: { reason: 'worker-lost', says: 'the worker was lost 3 times' },
    });
  });
});
