import { WebAPIPlatformError, WebAPIRequestError, type WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchIdentity } from '../../src/start/slack-identity.js';

const good = { ok: true, bot_id: 'B1', user_id: 'U1', team_id: 'T1' };
const revoked = new WebAPIPlatformError({ ok: false, error: 'token_revoked' });
const away = new WebAPIRequestError(new TypeError('fetch failed'));

function stage(first: object = good) {
  let answer = first;
  const said: string[] = [];
  const test = async () => {
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const client = { auth: { test } } as unknown as WebClient;
  const watch = watchIdentity(client, {
    trouble: (says) => said.push(says),
    works: () => said.push('works'),
  });
  return {
    watch,
    said,
    answers: (next: object) => {
      answer = next;
    },
  };
}

describe('who the bot is', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is asked until Slack answers, and each trouble is told', async () => {
    const at = stage(away);
    expect(at.watch.trouble()).toBe('Slack has not answered yet');
    at.answers(revoked);
    await vi.advanceTimersByTimeAsync(600);
    expect(at.watch.trouble()).toBe('Slack answers token_revoked');
    at.answers(good);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await at.watch.identity()).toEqual({ botId: 'B1', botUserId: 'U1', teamId: 'T1' });
    expect(at.watch.trouble()).toBeUndefined();
    at.watch.stop();
  });

  it('is asked again, so that a token revoked in silence is known, and one that works again too', async () => {
    const at = stage();
    await vi.advanceTimersByTimeAsync(0);
    at.answers(revoked);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(at.watch.trouble()).toBe('Slack does not take SLACK_BOT_TOKEN: token_revoked');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(at.said).toEqual(['Slack does not take SLACK_BOT_TOKEN: token_revoked']);
    at.answers(good);
    await vi.advanceTimersByTimeAsync(5000);
    expect(at.watch.trouble()).toBeUndefined();
    expect(at.said.at(-1)).toBe('works');
    at.watch.stop();
  });

  it('is not doubted because Slack cannot be reached', async () => {
    const at = stage();
    await vi.advanceTimersByTimeAsync(0);
    at.answers(away);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(at.watch.trouble()).toBeUndefined();
    expect(at.said).toEqual([]);
    at.watch.stop();
  });
});
