/** Slack in trouble: nothing crashes, what a run came to is told once, and the operator can see what happened. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Bot } from '../../playground/service/start-bot.js';
import type { SlackFault } from '../../playground/slack/faults.js';
import { waitUntil } from '../../playground/world/wait-until.js';
import { newRun, progressRun, startRun } from '../../src/domain/run.js';
import { announce } from '../../src/flows/service/announce.js';
import { createConversation } from './support/conversation.js';
import { type Stage, setStage } from './support/stage.js';

let stage: Stage;
let bot: Bot;

beforeAll(async () => {
  stage = await setStage({ seed: 41 });
  await stage.world.redis.stop();
  bot = await stage.bot();
  await bot.ready();
});
afterAll(async () => {
  await bot?.stop();
  await stage?.close();
});
afterEach(() => {
  stage.slack.faults.clear();
  expect(bot.ended()).toBe(false);
  expect(bot.workers()).toHaveLength(1);
  expect(stage.slack.violations).toEqual([]);
  stage.slack.reload(stage.ada);
});

const talk = () => createConversation(stage.slack);

/** What the bot logs after this. */
function listenToLog(): () => string {
  const before = bot.log().length;
  return () =>
    bot
      .log()
      .slice(before)
      .map((line) => JSON.stringify(line))
      .join('\n');
}

async function checkOnce(channel = stage.incidents) {
  const before = await stage.newestRun();
  expect((await stage.type(`check ${stage.target}`, channel)).outcome).toBe('acknowledged');
  return stage.newRun(before);
}

async function isReady(status: 200 | 503, says: RegExp): Promise<void> {
  await waitUntil(
    `readyz answers ${status}`,
    async () => {
      const seen = await bot.readiness();
      return (seen.status === status && says.test(JSON.stringify(seen.body))) || JSON.stringify(seen);
    },
    30_000,
  );
}

describe('a run while Slack', () => {
  it.each<readonly [string, SlackFault, RegExp, readonly string[]]>([
    [
      'answers 429',
      { kind: 'too-many', retryAfter: 1 },
      /Slack asks for fewer calls/u,
      ['users.info', 'files.getUploadURLExternal'],
    ],
    ['answers 500', { kind: 'server-error' }, /Slack answers HTTP 500/u, []],
    ['cuts the connection', { kind: 'cut' }, /answer was lost: UND_ERR_SOCKET/u, []],
    ['does the work and loses the answer', { kind: 'answer-lost' }, /Slack cannot be reached/u, []],
  ])('%s, once for each method, is told once', async (_what, fault, says, more) => {
    const log = listenToLog();
    for (const method of ['chat.postMessage', 'chat.update', 'files.completeUploadExternal', ...more]) {
      stage.slack.faults.next(fault, { method, times: 1 });
    }
    const { head, parts, files } = await stage.told(await checkOnce());
    expect(head.text).toContain('redis-down');
    expect(parts.length).toBeGreaterThanOrEqual(2);
    expect(files).toHaveLength(1);
    expect(log()).toMatch(says);
  });

  it('does not answer at all for a while is told once', async () => {
    const log = listenToLog();
    stage.slack.faults.next({ kind: 'hang', forMs: 15_000 }, { method: 'chat.postMessage', times: 1 });
    const { head, files } = await stage.told(await checkOnce());
    expect(head.text).toContain('redis-down');
    expect(files).toHaveLength(1);
    expect(log()).toMatch(/Slack cannot be reached: TimeoutError.*chat\.postMessage/u);
  });

  it('does not answer about one message: others are told meanwhile', async () => {
    const { slack } = stage;
    slack.faults.next({ kind: 'hang', forMs: 15_000 }, { method: 'chat.postMessage', times: 1 });
    const stuck = await checkOnce();
    await waitUntil('Slack has been asked', async () => slack.calls.at(-1)?.outcome === 'fault:hang');
    const asked = Date.now();
    await stage.type(`check ${stage.target} nginx-upstream`, slack.channel('random').id);
    await waitUntil('another message is there', async () =>
      slack.calls.some(
        ({ method, at, outcome }) => method === 'chat.postMessage' && at > asked && outcome === 'ok',
      ),
    );
    // The first one is still waiting: nothing of it is known yet.
    expect((await stage.state.board.load(stuck.id, 'head'))?.state).toBe('sending');
    await stage.told(stuck);
  });

  it.each(['channel_not_found', 'not_in_channel'])('answers %s is told to the person, once', async (code) => {
    const log = listenToLog();
    stage.slack.faults.next({ kind: 'refuse', error: code }, { method: 'chat.postMessage', times: 1 });
    const { head, files } = await stage.told(await checkOnce());
    expect(head.channel).toBe(await stage.slack.directChannel(stage.ada));
    expect(head.text).toContain('redis-down');
    expect(files).toHaveLength(1);
    expect(log()).toContain(`"code":"${code}"`);
  });

  it('has revoked the token is told once when Slack takes it again', async () => {
    const log = listenToLog();
    stage.slack.setToken('revoked');
    const run = await checkOnce();
    await stage.runIs(run.id, ({ state }) => state === 'finished');
    await isReady(503, /token_revoked/u);
    expect(
      (await stage.slack.channelMessages(stage.incidents)).some(({ text }) => text.includes(run.id)),
    ).toBe(false);
    stage.slack.setToken('good');
    await isReady(200, /"slack":\{"ok":true/u);
    const { head, files } = await stage.told(run);
    expect(head.text).toContain('redis-down');
    expect(files).toHaveLength(1);
    expect(log()).toMatch(/Slack does not take SLACK_BOT_TOKEN: token_revoked/u);
    expect(log()).toMatch(/takes the token of the bot again/u);
  });
});

describe('an answer to one person while Slack', () => {
  it('does not say who reads in which language comes in that of the channel', async () => {
    stage.slack.faults.next({ kind: 'hang', forMs: 10_000 }, { method: 'users.info', times: 1 });
    const log = listenToLog();
    await stage.slack.typeCommand(stage.slack.person('wei').id, stage.incidents, '/502', 'targets');
    await talk().whispered(stage.slack.person('wei').id, stage.incidents);
    await waitUntil('it is logged', async () => /Slack cannot be reached.*users\.info/u.test(log()), 20_000);
    stage.slack.reload(stage.slack.person('wei').id);
  });

  it('asks for fewer calls comes a little later', async () => {
    stage.slack.faults.next({ kind: 'too-many', retryAfter: 1 }, { method: 'chat.postEphemeral', times: 1 });
    await stage.slack.mention(stage.ada, stage.incidents, 'targets');
    expect((await talk().whispered(stage.ada, stage.incidents)).text).not.toBe('');
  });

  it('fails is in the log', async () => {
    const log = listenToLog();
    stage.slack.faults.next({ kind: 'server-error' }, { method: 'chat.postEphemeral', times: 1 });
    await stage.slack.mention(stage.ada, stage.incidents, 'targets');
    await waitUntil('it is logged', async () =>
      /did not reach the person: Slack answers HTTP 500/u.test(log()),
    );
  });
});

describe('the form', () => {
  it('that comes too late for Slack becomes a word of help, and a line in the log', async () => {
    const log = listenToLog();
    // Stopped like a machine that swaps: the trigger is older than its three seconds when the bot goes on.
    process.kill(bot.pid, 'SIGSTOP');
    const { outcome } = await stage.type('').finally(() => process.kill(bot.pid, 'SIGCONT'));
    expect(outcome).toBe('lost');
    await waitUntil('there is help', async () =>
      stage.slack
        .ephemeral(stage.ada, stage.incidents)
        .some(({ blocks }) => /check TARGET/u.test(JSON.stringify(blocks))),
    );
    expect(log()).toMatch(/expired_trigger_id.*"what":"form"/u);
  });

  it.each<SlackFault>([{ kind: 'server-error' }, { kind: 'too-many', retryAfter: 2 }, { kind: 'cut' }])(
    'that Slack does not open (%o) becomes a word of help, and a line in the log',
    async (fault) => {
      const log = listenToLog();
      stage.slack.faults.next(fault, { method: 'views.open', times: 1 });
      await stage.type('');
      expect(JSON.stringify((await talk().whispered(stage.ada, stage.incidents)).blocks)).toMatch(
        /check TARGET/u,
      );
      expect(log()).toContain('"what":"form"');
    },
  );
});

describe('a burst of changes', () => {
  it('of 500 ends in the right last state without a single 429', async () => {
    const { state, slack } = stage;
    const from = slack.calls.length;
    const draft = newRun(
      '',
      {
        target: 'burst',
        priority: 'person',
        requestedBy: { kind: 'person', id: stage.ada },
        conversation: { channel: slack.channel('war-room').id },
      },
      new Date(),
    );
    const { run } = await state.runs.claim(draft, new Date());
    await state.runs.change(run.id, (one) => startRun(one, 'w', new Date()));
    for (let done = 1; done <= 500; done += 1) {
      const progress = {
        step: 'looking' as const,
        hosts: [{ host: 'h', state: 'looking' as const, done, asked: 500 }],
      };
      const told = await state.runs.change(run.id, (one) => progressRun(one, 'w', progress));
      expect(told?.changed).toBe(true);
      await announce(run.id, state);
    }
    await waitUntil('the last state is shown', async () => {
      const messages = await slack.channelMessages(slack.channel('war-room').id);
      return (
        messages.some(({ blocks }) => /500 of 500|500\/500/u.test(JSON.stringify(blocks))) ||
        JSON.stringify(messages.at(-1)?.blocks)
      );
    });
    const burst = slack.calls.slice(from).filter(({ channel }) => channel === slack.channel('war-room').id);
    expect(burst.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    expect(burst.filter(({ method }) => method === 'chat.postMessage')).toHaveLength(1);
    await state.runs.change(run.id, (one) => ({
      ...one,
      state: 'cancelled',
      endedAt: new Date().toISOString(),
    }));
    await announce(run.id, state);
  });
});
