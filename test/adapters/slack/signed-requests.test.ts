import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpReceiver, SLACK_PATH } from '../../../src/adapters/slack/receivers.js';
import { createSlackApp } from '../../../src/adapters/slack/slack-app.js';
import { slackLogger } from '../../../src/adapters/slack/slack-logger.js';
import type { ChatRequest } from '../../../src/ports-chat.js';

const SECRET = '0123456789abcdef0123456789abcdef';
const logger = slackLogger(() => undefined);

describe('a request over HTTP', () => {
  let server: Server;
  let url: string;
  let heard: ChatRequest[];
  let forgets: boolean;

  beforeEach(async () => {
    heard = [];
    forgets = false;
    const seen = new Set<string>();
    const { receiver, listener } = createHttpReceiver({ signingSecret: SECRET, logger });
    createSlackApp({
      receiver,
      token: 'xoxb-test',
      identity: async () => ({ botId: 'B1', botUserId: 'UBOT', teamId: 'T1' }),
      command: '/502',
      clientOptions: { slackApiUrl: 'http://127.0.0.1:9/' },
      logger,
      seen: {
        isFirst: async (key) => {
          const first = forgets || !seen.has(key);
          seen.add(key);
          return first;
        },
      },
      handle: async (request) => {
        heard.push(request);
      },
      options: () => [{ text: { type: 'plain_text', text: 'docs' }, value: 'docs' }],
    });
    server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${SLACK_PATH}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const command = (text = 'check docs-server') =>
    new URLSearchParams({
      command: '/502',
      text,
      user_id: 'U1',
      team_id: 'T1',
      channel_id: 'C1',
      channel_name: 'incidents',
      user_name: 'anna',
      team_domain: 'x',
      api_app_id: 'A1',
      trigger_id: '1.2',
      response_url: 'http://127.0.0.1:9/response',
      token: 'old',
    }).toString();
  const sign = (body: string, at = Math.floor(Date.now() / 1000), secret = SECRET) => ({
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': String(at),
    'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`,
  });
  const send = async (headers: Record<string, string>, body: string) =>
    (await fetch(url, { method: 'POST', headers, body })).status;

  it('is taken where it is signed', async () => {
    expect(await send(sign(command()), command())).toBe(200);
    await expect
      .poll(() => heard)
      .toEqual([{ kind: 'words', text: 'check docs-server', from: { person: 'U1', channel: 'C1' } }]);
  });

  it.each([
    ['another secret', (body: string) => sign(body, undefined, 'f'.repeat(32))],
    ['another body', () => sign(command('status'))],
    ['six minutes old', (body: string) => sign(body, Math.floor(Date.now() / 1000) - 360)],
    ['no signature', (): Record<string, string> => ({ 'content-type': 'application/x-www-form-urlencoded' })],
    ['an empty signature', (body: string) => ({ ...sign(body), 'x-slack-signature': '' })],
    ['another version', (body: string) => ({ ...sign(body), 'x-slack-signature': 'v1=00' })],
    ['no time', (body: string) => ({ ...sign(body), 'x-slack-request-timestamp': '' })],
  ])('is refused with %s', async (_name, headers) => {
    expect(await send(headers(command()), command())).toBe(401);
    expect(heard).toEqual([]);
  });

  it('is refused when it comes again, also with something behind its signature', async () => {
    const headers = sign(command());
    expect(await send(headers, command())).toBe(200);
    expect(await send(headers, command())).toBe(401);
    const longer = { ...headers, 'x-slack-signature': `${headers['x-slack-signature']}=1` };
    expect(await send(longer, command())).toBe(401);
    expect(heard).toHaveLength(1);
  });

  it('is carried out once where two of it come at the same moment', async () => {
    const headers = sign(command());
    const [first, second] = await Promise.all([send(headers, command()), send(headers, command())]);
    expect([first, second]).toContain(200);
    await expect.poll(() => heard.length).toBe(1);
  });

  it('does not fill the memory of signatures with what nobody signed', async () => {
    const good = sign(command());
    const forged = { ...good, 'x-slack-signature': good['x-slack-signature'] };
    expect(await send({ ...forged, 'x-slack-request-timestamp': '1' }, command())).toBe(401);
    expect(await send(good, command())).toBe(200);
  });

  it('is carried out once where Slack sends an event again', async () => {
    const body = (retry: number) =>
      JSON.stringify({
        type: 'event_callback',
        event_id: 'Ev1',
        event_time: retry,
        team_id: 'T1',
        api_app_id: 'A1',
        event: {
          type: 'app_mention',
          user: 'U1',
          channel: 'C1',
          ts: '1.1',
          text: '<@UBOT> status',
          event_ts: '1.1',
        },
      });
    for (const retry of [0, 1]) {
      const headers = { ...sign(body(retry)), 'content-type': 'application/json' };
      expect(await send(headers, body(retry))).toBe(200);
    }
    await expect
      .poll(() => heard)
      .toEqual([{ kind: 'words', text: 'status', from: { person: 'U1', channel: 'C1' } }]);
  });

  it('is too large at two megabytes', async () => {
    const body = command('x'.repeat(2_000_000));
    expect(await send(sign(body), body)).toBe(413);
  });
});
