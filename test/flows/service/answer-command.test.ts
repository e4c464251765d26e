import { describe, expect, it } from 'vitest';
import { openIncident } from '../../../src/domain/incident.js';
import { type AnswerDeps, answerCommand } from '../../../src/flows/service/answer-command.js';
import { ANNA, BO, memoryService, target } from './fakes.js';

function stage() {
  const deps = {
    ...memoryService(),
    targets: () => [target('docs-server'), target('wiki', 'onlyoffice')],
    workersSilentMs: () => 100,
    lesson: () => undefined,
    linkTo: async () => 'https://slack.example/1',
  } satisfies AnswerDeps;
  const say = (
    command: Parameters<typeof answerCommand>[0],
    by = ANNA as typeof ANNA | typeof BO,
    channel = 'C1',
  ) => answerCommand(command, { by, conversation: { channel }, language: 'en' }, deps);
  const broken = async (name: string, channel = 'C1') => {
    const { run } = await deps.runs.claim(
      { target: name, priority: 'person', requestedBy: ANNA, conversation: { channel } },
      deps.clock.now(),
    );
    const { incident } = await deps.incidents.openFor(name, (id) => openIncident(id, run, deps.clock.now()));
    await deps.incidents.change(incident.id, (one) => ({ ...one, runs: [run.id] }));
    return { run, incident };
  };
  return { ...deps, say, broken };
}

describe('a command', () => {
  it('begins a run, and joins it the second time with the way to its message', async () => {
    const at = stage();
    expect(await at.say({ name: 'check', target: 'docs-server' })).toMatchObject({ kind: 'run-created' });
    expect(await at.say({ name: 'check', target: 'docs-server' }, BO)).toMatchObject({
      kind: 'run-joined',
      link: 'https://slack.example/1',
      run: { joinedBy: [BO] },
    });
  });

  it('cancels a run that waits, at once', async () => {
    const at = stage();
    await at.say({ name: 'check', target: 'docs-server' });
    expect(await at.say({ name: 'cancel', run: 'run-1' }, BO)).toMatchObject({ kind: 'cancelling' });
    expect(await at.runs.get('run-1')).toMatchObject({ state: 'cancelled', cancelRequestedBy: BO });
    expect(at.timeline.kinds('run-1')).toEqual(['run-requested', 'run-cancel-requested', 'run-cancelled']);
  });

  it('asks the worker to stop a run that goes on', async () => {
    const at = stage();
    await at.say({ name: 'check', target: 'docs-server' });
    at.queue.jobs.set('run-1', 'active');
    const wanted: string[] = [];
    at.signals.onCancelWanted((id) => wanted.push(id));
    await at.say({ name: 'cancel', run: 'run-1' });
    expect(wanted).toEqual(['run-1']);
    expect(await at.runs.get('run-1')).toMatchObject({ state: 'queued', cancelRequestedBy: ANNA });
  });

  it('cancels a run whose next try waits after its worker was lost', async () => {
    const at = stage();
    await at.say({ name: 'check', target: 'docs-server' });
    await at.runs.change('run-1', (run) => ({ ...run, state: 'running', worker: 'w1', attempts: 1 }));
    await at.say({ name: 'cancel', run: 'run-1' });
    expect(await at.runs.get('run-1')).toMatchObject({ state: 'cancelled' });
  });

  it('offers what can be meant for a number that there is not', async () => {
    const at = stage();
    const { incident } = await at.broken('docs-server');
    expect(await at.say({ name: 'cancel', run: 'rn-1' })).toMatchObject({
      kind: 'not-understood',
      word: 'rn-1',
      near: [{ command: 'cancel run-1' }],
    });
    expect(await at.say({ name: 'ack', incident: 'inc-99' })).toMatchObject({
      expected: 'incident',
      near: [{ command: `ack ${incident.id}` }],
    });
    expect(await at.say({ name: 'note', incident: 'inc-99', text: 'x' })).toMatchObject({
      near: [],
      known: [incident.id],
    });
  });

  it('begins a new run for who asks while the old one is being cancelled', async () => {
    const at = stage();
    await at.say({ name: 'check', target: 'docs-server' });
    at.queue.jobs.set('run-1', 'active');
    await at.say({ name: 'cancel', run: 'run-1' });
    expect(await at.say({ name: 'check', target: 'docs-server' }, BO)).toMatchObject({
      kind: 'run-created',
      run: { id: 'run-2' },
    });
  });

  it('does not cancel what is over, nor what never was', async () => {
    const at = stage();
    await at.say({ name: 'check', target: 'docs-server' });
    await at.say({ name: 'cancel', run: 'run-1' });
    expect(await at.say({ name: 'cancel', run: 'run-1' })).toMatchObject({ kind: 'run-over' });
    expect(await at.say({ name: 'cancel', run: 'run-9' })).toMatchObject({
      kind: 'not-understood',
      expected: 'run',
    });
  });

  it('acknowledges once, and tells the second one who it was', async () => {
    const at = stage();
    const { incident } = await at.broken('docs-server');
    expect(await at.say({ name: 'ack' })).toMatchObject({
      changed: true,
      incident: { acknowledged: { by: ANNA } },
    });
    expect(await at.say({ name: 'ack' }, BO)).toMatchObject({
      changed: false,
      incident: { acknowledged: { by: ANNA } },
    });
    expect(at.timeline.kinds(incident.id)).toEqual(['incident-acknowledged']);
    expect(at.board.dueNow()).toEqual(['run-1']);
  });

  it('asks which incident is meant, unless only one is of this channel', async () => {
    const at = stage();
    await at.broken('docs-server', 'C1');
    await at.broken('wiki', 'C2');
    expect(await at.say({ name: 'resolve' }, ANNA, 'C9')).toMatchObject({
      kind: 'which-incident',
      command: 'resolve INCIDENT',
    });
    expect(await at.say({ name: 'resolve' }, ANNA, 'C2')).toMatchObject({ incident: { target: 'wiki' } });
    expect(await at.say({ name: 'resolve', incident: 'inc-1' }, ANNA, 'C2')).toMatchObject({
      incident: { target: 'docs-server', state: 'resolved' },
    });
    expect(await at.say({ name: 'ack' })).toMatchObject({ kind: 'no-incident' });
  });

  it('tells the story of an incident with that of its runs, in order', async () => {
    const at = stage();
    const { incident, run } = await at.broken('docs-server');
    const event = (second: number, kind: 'run-started' | 'incident-opened' | 'run-finished') => ({
      at: `2026-11-25T03:00:0${second}.000Z`,
      actor: ANNA,
      kind,
      details: {},
    });
    await at.timeline.append(run.id, event(1, 'run-started'));
    await at.timeline.append(incident.id, event(2, 'incident-opened'));
    await at.timeline.append(run.id, event(3, 'run-finished'));
    await at.say({ name: 'note', text: 'called the DB team' });
    const story = await at.say({ name: 'timeline' });
    expect(story.kind === 'timeline' && story.events.map(({ kind }) => kind)).toEqual([
      'note',
      'run-started',
      'incident-opened',
      'run-finished',
    ]);
  });

  it('counts what it leaves out of a story of many runs', async () => {
    const at = stage();
    const { incident, run } = await at.broken('docs-server');
    const runs = Array.from({ length: 130 }, (_, index) => `run-${index + 100}`);
    await at.incidents.change(incident.id, (one) => ({ ...one, runs: [...runs, run.id] }));
    for (const id of runs) {
      await at.timeline.append(id, {
        at: '2026-11-25T03:00:01.000Z',
        actor: ANNA,
        kind: 'run-started',
        details: {},
      });
    }
    const story = await at.say({ name: 'timeline' });
    expect(story.kind === 'timeline' && story.events.length + story.omitted).toBe(130);
  });

  it('checks again what was checked last here, with the same playbook', async () => {
    const at = stage();
    await at.say({ name: 'check', target: 'wiki', playbook: 'onlyoffice' });
    await at.say({ name: 'cancel', run: 'run-1' });
    await at.say({ name: 'check', target: 'docs-server' }, ANNA, 'C2');
    await at.say({ name: 'cancel', run: 'run-2' });
    expect(await at.say({ name: 'recheck' })).toMatchObject({
      kind: 'run-created',
      run: { target: 'wiki', playbook: 'onlyoffice' },
    });
  });

  it('says how a recheck is written where nothing was checked yet', async () => {
    expect(await stage().say({ name: 'recheck' })).toMatchObject({ kind: 'usage', command: 'recheck' });
  });

  it('shows what is open, running, waiting, and each target with its last verdict', async () => {
    const at = stage();
    await at.broken('docs-server');
    const answer = await at.say({ name: 'status' });
    expect(answer).toMatchObject({
      kind: 'overview',
      overview: {
        incidents: [{ target: 'docs-server' }],
        waiting: [{ id: 'run-1' }],
        targets: [{ name: 'docs-server' }, { name: 'wiki', playbook: 'onlyoffice' }],
        workersSilentMs: 100,
      },
    });
  });
});
