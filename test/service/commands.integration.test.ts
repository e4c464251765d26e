/** Everything that people can do in Slack, with the real bot, on a real Redis, over real SSH to a real service. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Bot, startBot } from '../../playground/service/start-bot.js';
import { type LocalSlack, startLocalSlack } from '../../playground/slack/local-slack.js';
import { waitUntil } from '../../playground/world/wait-until.js';
import { startWorld, type World } from '../../playground/world/world.js';
import { ACTIONS, CALLBACKS, CHECK_FIELDS } from '../../src/domain/chat-actions.js';
import { createConversation } from './support/conversation.js';

describe.each(['http', 'socket'] as const)('in Slack, over %s', (mode) => {
  let world: World;
  let slack: LocalSlack;
  let bot: Bot;
  let ada: string;
  let wei: string;
  let incidents: string;
  let target: string;

  beforeAll(async () => {
    world = await startWorld({ layout: 'plain', seed: mode === 'http' ? 31 : 32 });
    slack = await startLocalSlack({ mode });
    bot = await startBot({ slack, mode, configFile: world.configFile, folder: world.folder });
    await bot.ready();
    ada = slack.person('ada').id;
    wei = slack.person('wei').id;
    incidents = slack.channel('incidents').id;
    target = world.names.target;
  });
  afterAll(async () => {
    await bot?.stop();
    await slack?.close();
    await world?.stop();
  });
  afterEach(() => {
    expect(slack.violations).toEqual([]);
    slack.reload(ada);
    slack.reload(wei);
  });

  const talk = () => createConversation(slack);
  /** What does not depend on the way is shown over one of them. */
  const itOnce: typeof it | (() => void) = mode === 'http' ? it : () => undefined;

  it('checks a healthy service, and says so', async () => {
    const { outcome } = await slack.typeCommand(ada, incidents, '/502', `check ${target}`);
    expect(outcome).toBe('acknowledged');
    const message = await talk().newest(incidents, /healthy/iu);
    expect(message.text).toContain(target);
    expect(await talk().buttons(message)).toContain(ACTIONS.recheck);
    expect(slack.ephemeral(ada, incidents)).toEqual([]);
  });

  it('names the cause of a broken one: the verdict in the channel, everything else in the thread', async () => {
    await world.redis.stop();
    await slack.typeCommand(ada, incidents, '/502', `check ${target}`);
    const message = await talk().newest(incidents, /redis-down/u);
    expect(message.text).toMatch(/proven/u);
    expect(message.changed).toBe('edited');
    await waitUntil(
      'the thread is complete',
      async () => (await slack.thread(incidents, message.ts)).length >= 4,
    );
    const [, chain, rest] = await slack.thread(incidents, message.ts);
    expect(JSON.stringify(chain?.blocks)).toContain('ECONNREFUSED');
    expect(JSON.stringify(rest?.blocks)).toMatch(/Ruled out/u);
    const [file] = await slack.files(incidents, message.ts);
    expect(file?.name).toMatch(/^goodgate-run-\d+\.txt$/u);
    expect(file?.content).toContain('ROOT CAUSE FOUND');
    expect(file?.content).toContain('redis-cli');
  });

  itOnce('shows the way to the run that is on its way to whoever asks for the same', async () => {
    const before = await talk().newest(incidents, /./u);
    await slack.typeCommand(ada, incidents, '/502', `check ${target}`);
    await slack.typeCommand(wei, incidents, '/502', `check ${target}`);
    const answer = await talk().whispered(wei, incidents);
    expect(answer.text).toContain(target);
    await waitUntil('a new run', async () => (await talk().newest(incidents, /./u)).ts !== before.ts);
    const message = await talk().newest(incidents, /redis-down/u);
    expect(JSON.stringify(message.blocks)).toContain(`<@${wei}>`);
    expect((await slack.channelMessages(incidents)).filter(({ text }) => text.includes(target))).toHaveLength(
      3,
    );
  });

  it.each(['status', 'targets', 'runs', 'help', 'timeline'])(
    'answers %s to the person alone',
    async (word) => {
      const before = (await slack.channelMessages(incidents)).length;
      await slack.typeCommand(ada, incidents, '/502', word);
      const answer = await talk().whispered(ada, incidents);
      expect(JSON.stringify(answer.blocks)).toMatch(word === 'help' ? /check TARGET/u : /\w/u);
      expect((await slack.channelMessages(incidents)).length).toBe(before);
    },
  );

  itOnce('tells the history of a target and the story of an incident', async () => {
    await slack.typeCommand(ada, incidents, '/502', `history ${target}`);
    expect(JSON.stringify((await talk().whispered(ada, incidents)).blocks)).toContain('redis-down');
    slack.reload(ada);
    await slack.typeCommand(ada, incidents, '/502', 'timeline inc-1');
    expect(JSON.stringify((await talk().whispered(ada, incidents)).blocks)).toContain('inc-1');
  });

  itOnce('explains a cause, to each in their language', async () => {
    await slack.typeCommand(ada, incidents, '/502', 'explain redis-down');
    expect(JSON.stringify((await talk().whispered(ada, incidents)).blocks)).toContain('redis-cli');
    await slack.typeCommand(wei, incidents, '/502', 'explain redis-down');
    expect(JSON.stringify((await talk().whispered(wei, incidents)).blocks)).toMatch(/[\u4e00-\u9fff]/u);
  });

  it('offers what a mistyped word was meant to be, and does it at a click', async () => {
    await slack.typeCommand(ada, incidents, '/502', `chekc ${target}`);
    const answer = await talk().whispered(ada, incidents);
    const before = await talk().newest(incidents, /./u);
    await slack.clickButton(ada, answer, ACTIONS.runCommand);
    await waitUntil('a new run', async () => (await talk().newest(incidents, /./u)).ts !== before.ts);
    await talk().newest(incidents, /redis-down/u);
  });

  it.each([
    ['check nothing-like-this', /nothing-like-this/u],
    ['cancel run-999', /run-999/u],
    ['timeline inc-999', /inc-999/u],
    ['check', /TARGET/u],
    ['status now', /now/u],
  ])('says what is wrong with "%s"', async (text, says) => {
    await slack.typeCommand(ada, incidents, '/502', text);
    expect(JSON.stringify((await talk().whispered(ada, incidents)).blocks)).toMatch(says);
  });

  itOnce('checks again at a click, in the thread of the message', async () => {
    const message = await talk().newest(incidents, /redis-down/u);
    const before = (await slack.thread(incidents, message.ts)).length;
    await slack.clickButton(ada, message, ACTIONS.recheck);
    await waitUntil('a second verdict in the thread', async () => {
      const thread = await slack.thread(incidents, message.ts);
      return thread.slice(before).some(({ text }) => /redis-down/u.test(text));
    });
  });

  itOnce('shows who has acknowledged and who has resolved', async () => {
    const message = await talk().newest(incidents, /redis-down/u);
    await slack.clickButton(wei, message, ACTIONS.acknowledge);
    await waitUntil('it is shown', async () => {
      const now = await slack.message(incidents, message.ts);
      return JSON.stringify(now?.blocks).includes(`<@${wei}>`);
    });
    await slack.typeCommand(ada, incidents, '/502', 'note asked the database team');
    await talk().whispered(ada, incidents);
    await slack.typeCommand(ada, incidents, '/502', 'timeline');
    await waitUntil('the story has the note', async () =>
      JSON.stringify(slack.ephemeral(ada, incidents)).includes('asked the database team'),
    );
    const now = await slack.message(incidents, message.ts);
    if (now === undefined) throw new Error('the message is gone');
    await slack.clickButton(ada, now, ACTIONS.resolve);
    await waitUntil('it is resolved', async () => {
      const after = await slack.message(incidents, message.ts);
      return after !== undefined && !(await talk().buttons(after)).includes(ACTIONS.resolve);
    });
  });

  itOnce('runs the playbook that is named, and checks again what was checked last', async () => {
    const before = await talk().newest(incidents, /./u);
    await slack.typeCommand(ada, incidents, '/502', `run nginx-upstream ${target}`);
    await waitUntil('a new run', async () => (await talk().newest(incidents, /./u)).ts !== before.ts);
    const named = await talk().newest(incidents, /redis-down/u);
    expect(JSON.stringify(named.blocks)).toContain('nginx-upstream');
    await slack.typeCommand(ada, incidents, '/502', 'recheck');
    await waitUntil('another run', async () => (await talk().newest(incidents, /./u)).ts !== named.ts);
    await talk().newest(incidents, /redis-down/u);
  });

  itOnce('acknowledges and resolves by words too', async () => {
    await slack.typeCommand(wei, incidents, '/502', 'ack');
    expect((await talk().whispered(wei, incidents)).text).toMatch(/inc-\d+/u);
    slack.reload(wei);
    await slack.typeCommand(wei, incidents, '/502', 'resolve');
    expect((await talk().whispered(wei, incidents)).text).toMatch(/inc-\d+/u);
    await slack.typeCommand(ada, incidents, '/502', 'status');
    expect(JSON.stringify((await talk().whispered(ada, incidents)).blocks)).not.toMatch(/inc-\d+/u);
  });

  itOnce('explains the cause at a click', async () => {
    const message = await talk().newest(incidents, /redis-down/u);
    await slack.clickButton(ada, message, ACTIONS.explain);
    expect(JSON.stringify((await talk().whispered(ada, incidents)).blocks)).toContain('redis-cli');
  });

  it('hears its name, and answers in the thread', async () => {
    const said = await slack.say(ada, incidents, 'the service is down');
    await slack.mention(ada, incidents, `check ${target}`, said.ts);
    await waitUntil('the verdict stands in the thread', async () => {
      const thread = await slack.thread(incidents, said.ts);
      return thread.some(({ text }) => /redis-down/u.test(text));
    });
  });

  it('opens a form where nothing is typed, and checks what is chosen', async () => {
    await slack.typeCommand(ada, incidents, '/502', '');
    await waitUntil('the form is open', async () => slack.modal(ada) !== undefined);
    const form = slack.modal(ada) ?? {};
    expect(form['callback_id']).toBe(CALLBACKS.checkModal);
    const before = await talk().newest(incidents, /./u);
    await slack.submitModal(ada, form, {
      [CHECK_FIELDS.target.action]: target,
      [CHECK_FIELDS.playbook.action]: 'nginx-upstream',
    });
    expect(slack.modal(ada)).toBeUndefined();
    await waitUntil('a new run', async () => (await talk().newest(incidents, /./u)).ts !== before.ts);
    await talk().newest(incidents, /redis-down/u);
  });

  it('diagnoses what a message is about', async () => {
    const said = await slack.say(wei, incidents, `is ${target} broken?`);
    await slack.messageShortcut(wei, said, CALLBACKS.diagnoseThis);
    await waitUntil('the form is open', async () => slack.modal(wei) !== undefined);
    const form = slack.modal(wei) ?? {};
    expect(JSON.stringify(form)).toContain(`"initial_option"`);
    await slack.submitModal(wei, form, { [CHECK_FIELDS.target.action]: target });
    await waitUntil('the verdict stands in its thread', async () => {
      const thread = await slack.thread(incidents, said.ts);
      return thread.some(({ text }) => /redis-down/u.test(text));
    });
  });

  it('has a Home tab that shows what is open, and checks at a click', async () => {
    await slack.openHome(ada);
    await waitUntil('it is there', async () => JSON.stringify(slack.home(ada) ?? '').includes(target));
    const home = slack.home(ada) ?? {};
    await slack.clickInView(ada, home, ACTIONS.runCommand);
    const direct = await slack.directChannel(ada);
    await talk().newest(direct, /redis-down/u);
  });

  itOnce('writes to the person where it may not write in the channel', async () => {
    const finance = slack.channel('finance').id;
    const direct = await slack.directChannel(wei);
    slack.faults.next({ kind: 'refuse', error: 'not_in_channel' }, { method: 'chat.postMessage', times: 1 });
    await slack.typeCommand(wei, finance, '/502', `check ${target}`);
    await talk().newest(direct, /redis-down/u);
  });
});
