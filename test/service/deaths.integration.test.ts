/** Processes that die or end in the middle of a check: it is carried on, told once, and nothing is left behind. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Bot } from '../../playground/service/start-bot.js';
import { isAlive, withDescendants } from '../../playground/world/process-table.js';
import { waitUntil } from '../../playground/world/wait-until.js';
import { ACTIONS } from '../../src/domain/chat-actions.js';
import type { Run } from '../../src/domain/run.js';
import { onceEach, type Stage, setStage } from './support/stage.js';

let stage: Stage;
const bots: Bot[] = [];

beforeAll(async () => {
  stage = await setStage({ seed: 42 });
});
afterAll(async () => {
  await stage?.close();
});
afterEach(async () => {
  await stage.speedUp();
  for (const bot of bots.splice(0)) await bot.stop();
  expect(stage.slack.violations).toEqual([]);
  await waitUntil('nothing of goodgate runs on the host', nothingOnHost);
});

/** What it came to: a Redis that stands still is seen in more than one way. */
async function causeOf({ id }: Run): Promise<string> {
  const ended = await stage.state.runs.get(id);
  return ended?.result?.cause?.id ?? `no verdict: ${ended?.state}`;
}

/** Or what still does. */
async function nothingOnHost(): Promise<true | string> {
  const pids = stage.probesOnHost();
  if (pids.length === 0) return true;
  const { stdout } = await stage.world.backend.run(['ps', '-o', 'pid,ppid,stat,args', '-p', pids.join(',')]);
  return stdout;
}

async function start(...setup: Parameters<Stage['bot']>): Promise<Bot> {
  const bot = await stage.bot(...setup);
  bots.push(bot);
  return bot;
}

/** More than the login: its shell and a probe, of which some wait for the service's Redis, which stands still. */
async function isLooking(): Promise<void> {
  await waitUntil(
    'it looks at the host',
    async () => {
      const seen = await nothingOnHost();
      return (
        seen !== true &&
        seen
          .split('\n')
          .slice(1)
          .filter((line) => line !== '' && !line.includes('sshd')).length > 1
      );
    },
    30_000,
    20,
  );
}

/** A check that goes on for some seconds, in the middle of its looks. */
async function slowCheck(): Promise<Run> {
  await stage.slowDown();
  const before = await stage.newestRun();
  await stage.type(`check ${stage.target}`);
  const run = await stage.newRun(before);
  await isLooking();
  return stage.runIs(run.id, ({ state }) => state === 'running');
}

const blocks = (value: { readonly blocks: readonly object[] }): string => JSON.stringify(value.blocks);

describe('a worker that is killed in the middle of a check', () => {
  it('beside the ingress: it is started again and takes the run up, and the message says so', async () => {
    const bot = await start();
    await bot.ready();
    const run = await slowCheck();
    const [worker = 0] = bot.workers();
    process.kill(worker, 'SIGKILL');
    const again = await stage.runIs(run.id, ({ attempts }) => attempts === 2);
    expect(again.state).toBe('running');
    const { head, files } = await stage.told(run);
    expect(blocks(head)).toMatch(/worker was lost.*begun anew \(attempt 2\)/u);
    expect(head.text).toContain(await causeOf(run));
    expect(files).toHaveLength(1);
    expect(bot.workers()).toHaveLength(2);
    expect(bot.log().some(({ msg }) => msg.includes('the worker has ended, and is started again'))).toBe(
      true,
    );
    const story = await stage.state.timeline.read(run.id);
    expect(story.map(({ kind }) => kind)).toContain('run-taken-over');
  });

  it('among two of their own: the other one takes the run up', async () => {
    const ingress = await start({ role: 'ingress' });
    const workers = [
      await start({ role: 'worker', name: 'w1' }),
      await start({ role: 'worker', name: 'w2' }),
    ];
    await ingress.ready();
    await Promise.all(workers.map((worker) => worker.ready()));
    const run = await slowCheck();
    const victim = workers.find(({ pid }) => run.worker?.includes(`-${pid}.`));
    const killed = Date.now();
    await victim?.kill();
    const again = await stage.runIs(run.id, ({ attempts }) => attempts === 2);
    console.info(`taken over ${Date.now() - killed} ms after the death`);
    expect(again.worker).not.toContain(`-${victim?.pid}.`);
    const { head, files } = await stage.told(run);
    expect(blocks(head)).toMatch(/begun anew/u);
    expect(files).toHaveLength(1);
  });
});

describe('an ingress that is killed', () => {
  it('in the middle of a check: the next one takes up its messages, and doubles none', async () => {
    const first = await start({ role: 'ingress', name: 'i1' });
    const worker = await start({ role: 'worker' });
    await first.ready();
    const run = await slowCheck();
    await waitUntil('its message is there', async () => {
      return (await stage.state.board.load(run.id, 'head'))?.state === 'posted';
    });
    await first.kill();
    const second = await start({ role: 'ingress', name: 'i2' });
    const { head, files, parts } = await stage.told(run);
    expect(head.text).toContain(await causeOf(run));
    expect(files).toHaveLength(1);
    expect(parts.length).toBeGreaterThanOrEqual(2);
    expect([second.ended(), worker.ended()]).toEqual([false, false]);
  });

  it('while it tells what a run came to: the next one tells the rest', async () => {
    const first = await start({ role: 'ingress', name: 'i1' });
    await start({ role: 'worker' });
    await first.ready();
    await stage.world.redis.command('ping');
    const before = await stage.newestRun();
    await stage.type(`check ${stage.target} nginx-upstream`);
    const run = await stage.newRun(before);
    await stage.runIs(run.id, ({ state }) => state === 'finished');
    // Slack has taken the next message, and nobody will ever hear its answer.
    stage.slack.faults.next({ kind: 'hang', forMs: 1000 }, { method: 'chat.update', times: 1 });
    stage.slack.faults.next({ kind: 'answer-lost' }, { method: 'chat.postMessage', times: 1 });
    const from = stage.slack.calls.length;
    await waitUntil('Slack is asked', async () =>
      stage.slack.calls.slice(from).some(({ method }) => method === 'chat.postMessage'),
    );
    await first.kill();
    stage.slack.faults.clear();
    await start({ role: 'ingress', name: 'i2' });
    const { head } = await stage.told(run);
    expect(head.text).toContain(stage.target);
  });

  it('with its private Redis and a worker beside it: the worker ends, and the next start takes all over', async () => {
    const channel = stage.slack.channel('random').id;
    const first = await start({}, 'private');
    await first.ready();
    await stage.slowDown();
    await stage.type(`check ${stage.target}`, channel);
    await isLooking();
    const [worker = 0] = first.workers();
    await first.kill();
    await waitUntil('its worker has ended by itself', async () => !isAlive(worker), 25_000);
    const second = await start({ name: 'second' }, 'private');
    await second.ready();
    expect(second.log().some((line) => line['takenOver'] === true)).toBe(true);
    const run = {
      id: 'run-1',
      conversation: { channel },
      requestedBy: { kind: 'person' as const, id: stage.ada },
    };
    await waitUntil(
      'the run has ended, and is told',
      async () =>
        /redis-down|backend-|stopped meanwhile/u.test(blocks((await onceEach(run, stage.slack)).head)),
      60_000,
    );
  });
});

describe('a service that is told to stop by Ctrl-C in the middle of a check', () => {
  it('lets it end, tells what it came to, and leaves no process behind', async () => {
    const bot = await start();
    await bot.ready();
    const run = await slowCheck();
    const family = withDescendants([bot.pid]);
    expect(family.length).toBeGreaterThanOrEqual(2);
    const asked = Date.now();
    const gone = bot.interrupt();
    // From now on nothing is taken, and Slack is told so: what is acknowledged is carried out.
    await waitUntil('no command is taken any more', async () => {
      const wei = stage.slack.person('wei').id;
      return (await stage.slack.typeCommand(wei, stage.incidents, '/502', 'status')).status === 503;
    });
    expect(await gone).toBe(0);
    console.info(`stopped ${Date.now() - asked} ms after it was asked, with the run ended`);
    expect(family.filter(isAlive)).toEqual([]);
    const ended = await stage.runIs(run.id, ({ endedAt }) => endedAt !== undefined);
    expect(ended.state).toBe('finished');
    expect((await onceEach(run, stage.slack)).head.text).toContain(await causeOf(run));
  });
});

describe('a check that is to end early', () => {
  it('over its time limit: its probes are ended on the host, and the message says why', async () => {
    const bot = await start({ runs: { timeLimit: '3s' } });
    await bot.ready();
    const run = await slowCheck();
    const { head, files } = await stage.told(run);
    expect(await stage.state.runs.get(run.id)).toMatchObject({ interrupted: { reason: 'time-limit' } });
    expect(blocks(head)).toMatch(/longer than a check may take/u);
    expect(files).toEqual([]);
    // The service is still frozen: whatever was asked of it would still wait.
    await waitUntil('its probes have ended', nothingOnHost);
  });

  it.each(['button', 'command'] as const)(
    'by a person, with a %s: its probes are ended on the host, and the message says by whom',
    async (by) => {
      const bot = await start();
      await bot.ready();
      const run = await slowCheck();
      await waitUntil('its message is there', async () => {
        return (await stage.state.board.load(run.id, 'head'))?.state === 'posted';
      });
      const wei = stage.slack.person('wei').id;
      const { head } = await onceEach(run, stage.slack);
      if (by === 'button') await stage.slack.clickButton(wei, head, ACTIONS.cancel);
      else await stage.slack.typeCommand(wei, stage.incidents, '/502', `cancel ${run.id}`);
      await stage.runIs(run.id, ({ state }) => state === 'cancelled', 5000);
      await waitUntil('its probes have ended', nothingOnHost, 5000);
      expect(blocks((await stage.told(run)).head)).toContain(`<@${wei}>`);
    },
  );
});
