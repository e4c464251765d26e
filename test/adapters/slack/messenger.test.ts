import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalSlack, startLocalSlack } from '../../../playground/slack/local-slack.js';
import { createMessenger } from '../../../src/adapters/slack/messenger.js';
import type { Messenger } from '../../../src/ports-chat.js';
import { SCOPES } from '../../../src/start/slack-manifest.js';

const HELLO = { text: 'hello', blocks: [] };
const LONG_AGO = new Date(0);

let slack: LocalSlack;
let messenger: Messenger;

beforeEach(async () => {
  slack = await startLocalSlack({ scopes: Object.keys(SCOPES) });
  messenger = createMessenger({
    client: new WebClient(slack.secrets.botToken, {
      slackApiUrl: slack.url,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: 1000,
    }),
    onTrouble: () => undefined,
  });
});
afterEach(() => slack.close());

describe('what was written to a person', () => {
  it('is found after a lost answer, with the scopes of the manifest', async () => {
    const opened = await messenger.open(slack.person('ada').id);
    expect(opened).toMatchObject({ state: 'done', value: { channel: expect.stringMatching(/^D/) } });
    const channel = opened.state === 'done' ? opened.value.channel : '';
    slack.faults.next({ kind: 'answer-lost' }, { method: 'chat.postMessage', times: 1 });
    expect(await messenger.post({ channel }, HELLO, 'run-1/head', 'soon')).toMatchObject({
      state: 'unknown',
    });
    expect(await messenger.find({ channel }, { mark: 'run-1/head' }, LONG_AGO)).toMatchObject({
      state: 'done',
      value: { ts: expect.stringMatching(/^\d+\.\d+$/) },
    });
  });

  it('stands in one channel, however often it is asked for', async () => {
    const person = slack.person('ada').id;
    expect(await messenger.open(person)).toEqual(await messenger.open(person));
  });
});
