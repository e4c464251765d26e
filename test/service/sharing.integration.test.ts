/** Several processes share the work: each thing is done by one of them, hosts are spared, and people come first. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Bot } from '../../playground/service/start-bot.js';
import { waitUntil } from '../../playground/world/wait-until.js';
import { createJobQueue } from '../../src/adapters/bullmq/job-queue.js';
import type { Run } from '../../src/domain/run.js';
import { requestRun } from '../../src/flows/service/request-run.js';
import { createConversation } from './support/conversation.js';
import { type Stage, setStage } from './support/stage.js';

const TARGETS = ['first', 'second', 'third'];

let stage: Stage;
let configFile: string;
const bots: Bot[] = [];

beforeAll(async () => {
  stage = await setStage({ seed: 45 });
  configFile = join(stage.world.folder, 'three-targets.yaml');
  const config = parse(readFileSync(stage.world.configFile, 'utf8'));
  const [target] = Object.values(config.targets);
  const targets = Object.fromEntries(TARGETS.map((name) => [name, target]));
  writeFileSync(configFile, stringify({ ...config, targets }), { mode: 0o600 });
});
afterAll(async () => {
  await stage?.close();
});
afterEach(async () => {
  await stage.speedUp();
  await Promise.all(bots.splice(0).map((bot) => bot.stop()));
  expect(stage.slack.violations).toEqual([]);
  stage.slack.reload(stage.ada);
});

async function start(role: 'ingress' | 'worker', name: string, runs = {}): Promise<Bot> {
  const bot = await stage.bot({ role, name, configFile, runs });
  bots.push(bot);
  return bot;
}

async function check(target: string): Promise<Run> {
  const before = await stage.newestRun();
  await stage.type(`check ${target}`);
  return stage.newRun(before);
}

const publishes = (bot: Bot): boolean =>
  bot.log().some(({ msg }) => msg.includes('keeps the messages in Slack up to date'));

describe('two ingresses', () => {
  it('hear both, and one of them publishes; the other one when that one is gone', async () => {
    const { slack } = stage;
    const ingresses = [await start('ingress', 'i1'), await start('ingress', 'i2')];
    await start('worker', 'w1');
    await Promise.all(ingresses.map((one) => one.ready()));
    for (const ingress of ingresses) {
      slack.http.setRequestUrl(`${ingress.url}/slack/events`);
      slack.reload(stage.ada);
      await stage.type('targets');
      await createConversation(slack).whispered(stage.ada, stage.incidents);
      await stage.told(await check('first'));
    }
    expect(ingresses.filter(publishes)).toHaveLength(1);
    const publisher = ingresses.find(publishes);
    const other = ingresses.find((one) => one !== publisher);
    slack.http.setRequestUrl(`${other?.url}/slack/events`);
    await publisher?.stop();
    await stage.told(await check('second'));
    expect(other && publishes(other)).toBe(true);
  });
});

describe('an ingress that stands still in the middle of a post', () => {
  it('has lost it to the other one when it goes on, and nothing is doubled', async () => {
    const { slack, state } = stage;
    const ingresses = [await start('ingress', 'i1'), await start('ingress', 'i2')];
    await start('worker', 'w1');
    await Promise.all(ingresses.map((one) => one.ready()));
    const publisher = ingresses.find(publishes);
    const other = ingresses.find((one) => one !== publisher);
    slack.http.setRequestUrl(`${other?.url}/slack/events`);
    slack.faults.next({ kind: 'hang', forMs: 20_000 }, { method: 'chat.postMessage', times: 1 });
    const run = await check('first');
    await waitUntil('Slack is asked', async () => slack.calls.at(-1)?.outcome === 'fault:hang', 15_000, 5);
    process.kill(publisher?.pid ?? 0, 'SIGSTOP');
    try {
      await waitUntil(
        'the other one has posted',
        async () => {
          return (await state.board.load(run.id, 'head'))?.state === 'posted';
        },
        40_000,
      );
    } finally {
      process.kill(publisher?.pid ?? 0, 'SIGCONT');
    }
    expect((await stage.told(run)).head.text).toContain('first');
    expect(ingresses.map((one) => one.ended())).toEqual([false, false]);
    // Once more, with both awake.
    expect((await stage.told(await check('second'))).head.text).toContain('second');
  });
});

describe('two workers', () => {
  it('never look at a host more often at once than it may be, and the message says that it waits', async () => {
    const { slack, state } = stage;
    const ingress = await start('ingress', 'i1', { perHost: 1 });
    const workers = [
      await start('worker', 'w1', { perHost: 1 }),
      await start('worker', 'w2', { perHost: 1 }),
    ];
    await Promise.all([ingress, ...workers].map((one) => one.ready()));
    await stage.slowDown();
    const runs = [await check('first'), await check('second'), await check('third')];
    await waitUntil('two wait, one runs', async () => {
      const unfinished = await state.runs.unfinished();
      const waiting = unfinished.filter(({ waitingFor = [] }) => waitingFor.length > 0);
      return waiting.length === 2 && unfinished.some((run) => run.state === 'running');
    });
    const alias = stage.world.hosts[0]?.alias ?? '';
    await waitUntil('the messages say so', async () => {
      const messages = await slack.channelMessages(stage.incidents);
      const said = messages.filter(({ blocks }) => {
        const text = JSON.stringify(blocks);
        return text.includes(alias) && /Waits for/u.test(text);
      });
      return said.length === 2 || JSON.stringify(messages.at(-1)?.blocks);
    });
    await stage.speedUp();
    const ended: Run[] = [];
    for (const run of runs) ended.push(await stage.runIs(run.id, ({ endedAt }) => endedAt !== undefined));
    const spans = ended
      .map((run) => [Date.parse(run.startedAt ?? ''), Date.parse(run.endedAt ?? '')] as const)
      .toSorted(([a], [b]) => a - b);
    for (const [index, [from]] of spans.entries()) {
      if (index > 0) expect(from).toBeGreaterThanOrEqual(spans[index - 1]?.[1] ?? Number.NaN);
    }
    for (const run of ended) {
      expect(run.state).toBe('finished');
      await stage.told(run);
    }
  });
});

describe('a worker that is busy', () => {
  it('takes what a person asked for before what an alert asked for earlier', async () => {
    const { state } = stage;
    const ingress = await start('ingress', 'i1');
    const worker = await start('worker', 'w1', { atOnce: 1 });
    await Promise.all([ingress, worker].map((one) => one.ready()));
    await stage.slowDown();
    const first = await check('first');
    await stage.runIs(first.id, (run) => run.state === 'running');
    const queue = createJobQueue(state.client, { onError: () => undefined });
    const alerted = await requestRun(
      {
        target: 'second',
        priority: 'alert',
        requestedBy: { kind: 'alert', source: 'alertmanager' },
        conversation: { channel: stage.incidents },
      },
      { ...state, queue, clock: { now: () => new Date() } },
    );
    const person = await check('third');
    await stage.speedUp();
    const ended = await Promise.all(
      [first, alerted.run, person].map((run) => stage.runIs(run.id, ({ endedAt }) => endedAt !== undefined)),
    );
    const order = ended.toSorted((a, b) => Date.parse(a.startedAt ?? '') - Date.parse(b.startedAt ?? ''));
    expect(order.map(({ target }) => target)).toEqual(['first', 'third', 'second']);
    await queue.close();
  });
});
