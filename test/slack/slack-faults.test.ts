import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LocalSlack, startLocalSlack } from '../../playground/slack/local-slack.js';
import { waitUntil } from '../../playground/world/wait-until.js';
import { greeting, startTinyApp } from './tiny-app.js';

let slack: LocalSlack;
let client: WebClient;
let incidents: string;
beforeEach(async () => {
  slack = await startLocalSlack();
  client = clientOf(slack.secrets.botToken);
  incidents = slack.channel('incidents').id;
});
afterEach(() => slack.close());

function clientOf(token: string): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.url,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 1000,
  });
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'ok',
    (error: { data?: { error?: string }; message: string }) => error.data?.error ?? error.message,
  );
}

const post = (channel = incidents) => client.chat.postMessage({ channel, ...greeting });

describe('faults on demand', () => {
  test('the next calls are too many, and say how long to wait; then Slack is well again', async () => {
    slack.faults.next({ kind: 'too-many', retryAfter: 7 }, { method: 'chat.postMessage', times: 2 });
    await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
    expect((await client.auth.test()).user_id).toBe(slack.app.botUserId);
    await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
    expect((await post()).ok).toBe(true);
  });

  test.each([
    [{ kind: 'server-error' } as const],
    [{ kind: 'hang', forMs: 5000 } as const],
    [{ kind: 'cut' } as const],
  ])('%o: the call fails, and nothing was done', async (fault) => {
    slack.faults.next(fault);
    await expect(post()).rejects.toThrow();
    slack.faults.clear();
    expect(await slack.channelMessages(incidents)).toEqual([]);
    expect(slack.calls.map(({ outcome }) => outcome)).toEqual([`fault:${fault.kind}`]);
  });

  test('an answer is lost after the work was done, and metadata finds the message', async () => {
    slack.faults.next({ kind: 'answer-lost' }, { times: 1 });
    const metadata = { event_type: 'goodgate_run', event_payload: { mark: 'run-1' } };
    await expect(client.chat.postMessage({ channel: incidents, ...greeting, metadata })).rejects.toThrow();
    const [message] = await slack.channelMessages(incidents);
    expect(message?.metadata).toEqual(metadata);
    const read = { channel: incidents, oldest: '0' };
    const bare = await client.conversations.history(read);
    const full = await client.conversations.history({ ...read, include_all_metadata: true });
    expect(bare.messages?.map((one) => one.metadata)).toEqual([undefined]);
    expect(full.messages?.map((one) => one.metadata)).toEqual([metadata]);
    expect(slack.calls[0]).toMatchObject({
      channel: incidents,
      ts: message?.ts,
      outcome: 'fault:answer-lost',
    });
  });

  test('Slack refuses with the error that is asked for', async () => {
    slack.faults.next(
      { kind: 'refuse', error: 'channel_not_found' },
      { method: 'chat.postMessage', times: 1 },
    );
    expect(await errorOf(post())).toBe('channel_not_found');
    slack.setToken('revoked');
    expect(await errorOf(post())).toBe('token_revoked');
    slack.setToken('good');
    expect(await errorOf(post())).toBe('ok');
  });
});

describe("Slack's own limits", () => {
  test('a burst in one channel is too much, and another channel is not touched by it', async () => {
    const outcomes = [];
    for (let count = 0; count < 12; count += 1) outcomes.push(await errorOf(post()));
    expect(outcomes.slice(0, 4)).toEqual(['ok', 'ok', 'ok', 'ok']);
    const limited = slack.calls.filter(({ outcome }) => outcome === 'ratelimited');
    expect(limited.length).toBeGreaterThan(0);
    expect(await errorOf(post(slack.channel('random').id))).toBe('ok');
  });

  test('a channel that the bot is not in, one that it left, and one that is not there', async () => {
    expect(await errorOf(post(slack.channel('finance').id))).toBe('not_in_channel');
    expect(await errorOf(post(slack.channel('war-room').id))).toBe('ok');
    await slack.setMembership(slack.channel('war-room').id, 'out');
    expect(await errorOf(post(slack.channel('war-room').id))).toBe('channel_not_found');
    expect(await errorOf(post('C0NOTHING'))).toBe('channel_not_found');
  });

  test('an app gets what its scopes allow, and no more', async () => {
    const other = await startLocalSlack({ scopes: ['chat:write', 'chat:write.public'] });
    const narrow = new WebClient(other.secrets.botToken, {
      slackApiUrl: other.url,
      retryConfig: { retries: 0 },
    });
    const finance = other.channel('finance').id;
    expect(await errorOf(narrow.chat.postMessage({ channel: finance, ...greeting }))).toBe('ok');
    expect(await errorOf(narrow.conversations.history({ channel: finance }))).toBe('not_in_channel');
    const incidentsThere = other.channel('incidents').id;
    expect(await errorOf(narrow.conversations.history({ channel: incidentsThere }))).toBe('missing_scope');
    expect(await errorOf(narrow.users.info({ user: other.person('ada').id }))).toBe('missing_scope');
    await other.close();
  });

  test('only the right token opens anything', async () => {
    expect(await errorOf(clientOf('xoxb-wrong').auth.test())).toBe('invalid_auth');
    expect(await errorOf(clientOf('').auth.test())).toBe('not_authed');
  });

  test('too long, too many blocks, and what the validator says', async () => {
    const long = { channel: incidents, text: 'x'.repeat(40_001), blocks: greeting.blocks };
    expect(await errorOf(client.chat.postMessage(long))).toBe('msg_too_long');
    const divider = { type: 'divider' };
    const many = { channel: incidents, text: 'many', blocks: Array.from({ length: 51 }, () => divider) };
    expect(await errorOf(client.chat.postMessage(many))).toBe('invalid_blocks');
    await client.chat.postMessage({ channel: incidents, text: '<!here> look', blocks: greeting.blocks });
    expect(slack.violations).toEqual([expect.stringContaining('<!here>')]);
  });

  test('a trigger expires, and serves once', async () => {
    const tiny = await startTinyApp(slack, 'http');
    const ada = slack.person('ada').id;
    await slack.typeCommand(ada, incidents, '/502', 'modal');
    await waitUntil('the modal is open', async () => slack.modal(ada) !== undefined);
    await tiny.stop();
    const sent = new URLSearchParams(slack.http.requests.at(-1)?.body);
    const view = { type: 'modal', title: greeting.blocks[0]?.text, blocks: [{ type: 'divider' }] };
    const open = { trigger_id: sent.get('trigger_id') ?? '', view };
    expect(await errorOf(client.apiCall('views.open', open))).toBe('exchanged_trigger_id');
    // Nobody listens now: the command fails, and its trigger stays unused.
    await slack.typeCommand(ada, incidents, '/502', 'modal');
    expect(slack.ephemeral(ada, incidents).at(-1)?.text).toContain('operation_timeout');
    const fresh = new URLSearchParams(slack.http.requests.at(-1)?.body).get('trigger_id') ?? '';
    await new Promise((resolve) => setTimeout(resolve, 3100));
    expect(await errorOf(client.apiCall('views.open', { ...open, trigger_id: fresh }))).toBe(
      'expired_trigger_id',
    );
  });

  test('a response_url serves five times', async () => {
    const ada = slack.person('ada').id;
    await slack.typeCommand(ada, incidents, '/502', 'nobody listens');
    const url = new URLSearchParams(slack.http.requests.at(-1)?.body).get('response_url') ?? '';
    const use = () =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(greeting),
      });
    const answers = [];
    for (let count = 0; count < 6; count += 1) answers.push((await use()).status);
    expect(answers).toEqual([200, 200, 200, 200, 200, 404]);
    expect(slack.ephemeral(ada, incidents).filter(({ text }) => text === greeting.text)).toHaveLength(5);
  });
});

test("a person's language comes when it is asked for", async () => {
  const user = slack.person('wei').id;
  expect((await client.users.info({ user })).user?.locale).toBeUndefined();
  expect((await client.users.info({ user, include_locale: true })).user?.locale).toBe('zh-CN');
});

test('a file that is uploaded stands in its thread', async () => {
  const { ts } = await post();
  await client.filesUploadV2({
    channel_id: incidents,
    thread_ts: String(ts),
    filename: 'run-1.txt',
    title: 'The full output',
    content: 'all of it',
  });
  expect(await slack.files(incidents, String(ts))).toMatchObject([
    { name: 'run-1.txt', title: 'The full output', content: 'all of it' },
  ]);
});

describe('what Slack signs', () => {
  test('as it is, it is taken; altered, aged or unsigned it is refused', async () => {
    const tiny = await startTinyApp(slack, 'http');
    await slack.typeCommand(slack.person('ada').id, incidents, '/502', 'whisper');
    const sent = slack.http.requests.at(-1);
    if (sent === undefined) throw new Error('Nothing was sent.');
    const { 'x-slack-signature': _, ...unsigned } = sent.headers;
    const type = sent.headers['content-type'] ?? '';
    const old = slack.http.signed(sent.body, type, new Date(Date.now() - 10 * 60_000));
    const status = async (request: typeof sent) => (await slack.http.send(request)).status;
    expect(await status(sent)).toBe(200);
    expect(await status({ ...sent, body: `${sent.body}&x=1` })).toBe(401);
    expect(await status({ ...sent, headers: unsigned })).toBe(401);
    expect(await status(old)).toBe(401);
    await tiny.stop();
  });
});

describe('Socket Mode', () => {
  test('after a cut, and after a notice, the app is there again', async () => {
    const other = await startLocalSlack({ mode: 'socket', rate: 'none' });
    const tiny = await startTinyApp(other, 'socket');
    const ada = other.person('ada').id;
    const works = async () =>
      (await other.typeCommand(ada, other.channel('incidents').id, '/502', 'whisper')).outcome ===
      'acknowledged';
    const back = (count: number) =>
      waitUntil(
        'connected',
        async () => other.sockets.opened() === count && other.sockets.count() === 1,
        20_000,
      );
    await back(1);
    expect(await works()).toBe(true);
    other.sockets.drop();
    await back(2);
    await waitUntil('a command works again', works, 20_000);
    other.sockets.disconnect('refresh_requested');
    await back(3);
    await waitUntil('a command works again', works, 20_000);
    await tiny.stop();
    await other.close();
  });

  test('while connections are refused a command is lost, and afterwards it is heard', async () => {
    const other = await startLocalSlack({ mode: 'socket', rate: 'none' });
    const tiny = await startTinyApp(other, 'socket');
    const type = () =>
      other.typeCommand(other.person('ada').id, other.channel('incidents').id, '/502', 'whisper');
    other.sockets.setState('refusing');
    other.sockets.drop();
    await waitUntil('nobody is connected', async () => other.sockets.count() === 0);
    expect((await type()).outcome).toBe('lost');
    other.sockets.setState('open');
    await waitUntil('connected', async () => (await type()).outcome === 'acknowledged', 30_000);
    await tiny.stop();
    await other.close();
  });
});
