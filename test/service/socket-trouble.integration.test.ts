/** Socket Mode and the start in trouble: what is typed afterwards is heard, and what comes twice is done once. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Bot } from '../../playground/service/start-bot.js';
import type { SlackFault } from '../../playground/slack/faults.js';
import { pause, waitUntil } from '../../playground/world/wait-until.js';
import { createConversation } from './support/conversation.js';
import { type Stage, setStage } from './support/stage.js';

let stage: Stage;
let bot: Bot;

beforeAll(async () => {
  stage = await setStage({ seed: 44, mode: 'socket' });
});
afterAll(async () => {
  await bot?.stop();
  await stage?.close();
});
afterEach(() => {
  stage.slack.faults.clear();
  stage.slack.setToken('good');
  stage.slack.sockets.setState('open');
  expect(bot.ended()).toBe(false);
  expect(bot.workers()).toHaveLength(1);
  expect(stage.slack.violations).toEqual([]);
  stage.slack.reload(stage.ada);
});

const logged = () =>
  bot
    .log()
    .map((line) => JSON.stringify(line))
    .join('\n');

async function drop(): Promise<void> {
  stage.slack.sockets.drop();
  await waitUntil('it is cut', async () => stage.slack.sockets.count() === 0, 2000, 5);
}

async function isHeard(): Promise<void> {
  stage.slack.reload(stage.ada);
  await waitUntil('a connection is open', async () => stage.slack.sockets.count() > 0, 30_000);
  const { outcome } = await stage.type('targets');
  expect(outcome).toBe('acknowledged');
  await createConversation(stage.slack).whispered(stage.ada, stage.incidents);
}

describe('a start', () => {
  it('while Slack is in every kind of trouble waits for it, says so, and is ready afterwards', async () => {
    const { faults } = stage.slack;
    const troubles: SlackFault[] = [
      { kind: 'too-many', retryAfter: 1 },
      { kind: 'server-error' },
      { kind: 'cut' },
      { kind: 'refuse', error: 'invalid_auth' },
    ];
    for (const fault of troubles) faults.next(fault, { method: 'auth.test', times: 1 });
    for (const fault of troubles.slice(0, 3))
      faults.next(fault, { method: 'apps.connections.open', times: 1 });
    bot = await stage.bot();
    await waitUntil('readyz says why', async () => {
      const seen = await bot.readiness().catch(() => ({ status: 0, body: '' }));
      return seen.status === 503 && /"slack":\{"ok":false/u.test(JSON.stringify(seen.body));
    });
    await bot.ready(60_000);
    await isHeard();
    expect(logged()).toMatch(/Slack asks for fewer calls/u);
    expect(logged()).toMatch(/Slack answers HTTP 500/u);
    expect(logged()).toMatch(/who the bot is: Slack answers invalid_auth/u);
    expect(logged()).toMatch(/Socket Mode\): Slack answers HTTP 500/u);
  });
});

describe('a connection', () => {
  it('that is cut is opened again', async () => {
    const opened = stage.slack.sockets.opened();
    stage.slack.sockets.drop();
    await waitUntil('another one is open', async () => stage.slack.sockets.opened() > opened, 30_000);
    await isHeard();
  });

  it('that Slack wants to renew is renewed', async () => {
    const opened = stage.slack.sockets.opened();
    stage.slack.sockets.disconnect('refresh_requested');
    await waitUntil('another one is open', async () => stage.slack.sockets.opened() > opened, 30_000);
    await isHeard();
  });

  it('that is refused for some seconds is opened then', async () => {
    stage.slack.sockets.setState('refusing');
    await drop();
    await pause(4000);
    expect(stage.slack.sockets.count()).toBe(0);
    stage.slack.sockets.setState('open');
    await isHeard();
  });

  it('that Slack does not give for a while, with its own errors, is opened then', async () => {
    const { faults } = stage.slack;
    faults.next({ kind: 'server-error' }, { method: 'apps.connections.open', times: 2 });
    faults.next({ kind: 'too-many', retryAfter: 1 }, { method: 'apps.connections.open', times: 1 });
    faults.next({ kind: 'refuse', error: 'internal_error' }, { method: 'apps.connections.open', times: 1 });
    await drop();
    await isHeard();
  });

  it('that is silent is given up, and another one is opened', async () => {
    stage.slack.sockets.setState('silent');
    await drop();
    await waitUntil('a silent one is open', async () => stage.slack.sockets.count() > 0, 30_000);
    const opened = stage.slack.sockets.opened();
    stage.slack.sockets.setState('open');
    await waitUntil('another one is open', async () => stage.slack.sockets.opened() > opened, 60_000);
    await isHeard();
  });

  it('is opened again also when the app token was refused for a while', async () => {
    const { faults } = stage.slack;
    faults.next({ kind: 'refuse', error: 'invalid_auth' }, { method: 'apps.connections.open', times: 1 });
    await drop();
    await waitUntil('readyz says why', async () => {
      const { status, body } = await bot.readiness();
      return status === 503 && /not connected: Slack answers invalid_auth/u.test(JSON.stringify(body));
    });
    await isHeard();
  });
});

describe('a command', () => {
  it('that comes again, for its acknowledgement was lost, is carried out once', async () => {
    const before = await stage.newestRun();
    const delivered = await stage.type(`check ${stage.target}`);
    const run = await stage.newRun(before);
    await stage.told(run);
    await stage.slack.again(delivered, 1, 'timeout');
    await pause(1000);
    expect((await stage.newestRun())?.id).toBe(run.id);
    expect(stage.slack.ephemeral(stage.ada, stage.incidents)).toEqual([]);
  });

  it('that is typed while the connection is away is told lost by Slack, and heard when it is typed again', async () => {
    stage.slack.sockets.setState('refusing');
    await drop();
    expect((await stage.type('targets')).outcome).toBe('lost');
    stage.slack.sockets.setState('open');
    await isHeard();
  });
});
