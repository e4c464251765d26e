import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type LocalSlack, startLocalSlack } from '../../playground/slack/local-slack.js';
import { waitUntil } from '../../playground/world/wait-until.js';
import { startTinyApp, type TinyApp } from './tiny-app.js';

describe.each(['http', 'socket'] as const)('people act, and the app hears it by %s', (mode) => {
  let slack: LocalSlack;
  let tiny: TinyApp;
  beforeAll(async () => {
    slack = await startLocalSlack({ mode, rate: 'none' });
    tiny = await startTinyApp(slack, mode);
  });
  afterEach(() => expect(slack.violations).toEqual([]));
  afterAll(async () => {
    await tiny.stop();
    await slack.close();
  });

  test('a command is acknowledged, and what the app posts stands in the channel', async () => {
    const { ada, incidents } = those(slack);
    const delivered = await slack.typeCommand(ada, incidents, '/502', 'check docs-server');
    expect(delivered).toMatchObject({ outcome: 'acknowledged', status: 200 });
    expect(delivered.tookMs).toBeGreaterThan(0);
    expect(tiny.heard).toContain('command check docs-server by ada in incidents');
    await appears(async () =>
      (await slack.channelMessages(incidents)).some(({ text }) => text === 'Hello &lt;there&gt;'),
    );
  });

  test('a mention brings its message into the channel, and the answer into its thread', async () => {
    const { wei, random } = those(slack);
    const delivered = await slack.mention(wei, random, 'status');
    expect(delivered.outcome).toBe('acknowledged');
    const [said] = await slack.channelMessages(random);
    expect(said).toMatchObject({ user: wei, text: `<@${slack.app.botUserId}> status` });
    await appears(async () => (await slack.thread(random, said?.ts ?? '')).length === 2);
  });

  test('a click brings the message along, and the response_url replaces it', async () => {
    const { ada, random } = those(slack);
    await slack.typeCommand(ada, random, '/502', 'to press');
    await appears(async () =>
      (await slack.channelMessages(random)).some(({ blocks }) => blocks.length === 3),
    );
    const message = (await slack.channelMessages(random)).find(({ blocks }) => blocks.length === 3);
    if (message === undefined) throw new Error('No message to click on.');
    expect((await slack.clickButton(ada, message, 'press')).outcome).toBe('acknowledged');
    await appears(async () => (await slack.channelMessages(random)).some(({ text }) => text === 'Pressed'));
    expect(tiny.heard).toContain(`press by ${ada}`);
    await expect(slack.clickButton(ada, message, 'not-there')).rejects.toThrow('not-there');
  });

  test('an answer that comes with the acknowledgement, or by response_url, is for the person alone', async () => {
    const { sam, incidents, ada } = those(slack);
    await slack.typeCommand(sam, incidents, '/502', 'whisper');
    await slack.typeCommand(sam, incidents, '/502', 'respond');
    await appears(async () => slack.ephemeral(sam, incidents).length === 2);
    expect(slack.ephemeral(sam, incidents).map(({ text }) => text)).toEqual([
      'Only for you',
      'By the response_url',
    ]);
    expect(slack.ephemeral(ada, incidents)).toEqual([]);
    const [first] = slack.ephemeral(sam, incidents);
    if (first === undefined) throw new Error('Nothing was whispered.');
    await slack.clickButton(sam, first, 'press');
    await appears(async () => slack.ephemeral(sam, incidents)[0]?.text === 'Pressed');
    expect(slack.ephemeral(sam, incidents)).toHaveLength(2);
  });

  test('a modal opens, suggests, refuses and is submitted', async () => {
    const { ada, incidents } = those(slack);
    await slack.typeCommand(ada, incidents, '/502', 'modal');
    await appears(async () => slack.modal(ada) !== undefined);
    const view = slack.modal(ada) ?? {};
    const suggested = await slack.suggest(ada, view, 'target', 'docs');
    expect(suggested.body).toMatchObject({ options: [{ value: 'docs-server' }] });
    await slack.submitModal(ada, view, { target: 'git' });
    expect(slack.modalErrors(ada)).toEqual({ where: 'Not that one' });
    expect(slack.modal(ada)).toBeDefined();
    await slack.submitModal(ada, view, { target: 'docs-server', note: 'it is slow' });
    expect(slack.modal(ada)).toBeUndefined();
    expect(tiny.heard).toContain('submitted docs-server it is slow kept');
  });

  test('the Home tab is published when it is opened, and its button works', async () => {
    const { wei } = those(slack);
    await slack.openHome(wei);
    await appears(async () => slack.home(wei) !== undefined);
    await slack.clickInView(wei, slack.home(wei) ?? {}, 'press-home');
    expect(tiny.heard).toContain('press-home');
  });

  test('a message shortcut brings the message', async () => {
    const { sam, random } = those(slack);
    const said = await slack.say(sam, random, 'docs.example.com answers 502');
    expect((await slack.messageShortcut(sam, said, 'diagnose')).outcome).toBe('acknowledged');
    expect(tiny.heard).toContain('shortcut on docs.example.com answers 502');
  });

  test('an event comes again with its number', async () => {
    const { ada, incidents } = those(slack);
    const first = await slack.mention(ada, incidents, 'once');
    const again = await slack.again(first, 1, 'http_timeout');
    expect(again.outcome).toBe('acknowledged');
    const id = String(first.envelope.body['event_id']);
    await appears(async () => tiny.heard.filter((one) => one.includes(id)).length === 2);
  });
});

function those(slack: LocalSlack) {
  return {
    ada: slack.person('ada').id,
    wei: slack.person('wei').id,
    sam: slack.person('sam').id,
    incidents: slack.channel('incidents').id,
    random: slack.channel('random').id,
  };
}

function appears(look: () => Promise<boolean>): Promise<void> {
  return waitUntil('it is seen', look, 10_000, 20);
}
