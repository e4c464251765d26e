import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askSlack } from '../../../src/cli/doctor/ask-slack.js';
import { judgeSlack } from '../../../src/cli/doctor/judge-slack.js';
import { type SlackServer, startSlackServer } from './slack-server.js';

const BOT = 'xoxb-11-bot-secret';
const APP = 'xapp-1-app-secret';
const SCOPES = { commands: 'the slash command', 'chat:write': 'to post' };
const limits = { timeoutMs: 20_000, signal: new AbortController().signal };

let slack: SlackServer;
beforeEach(async () => {
  slack = await startSlackServer();
});
afterEach(() => slack.close());

async function doctor(lang: 'en' | 'zh' = 'en', appToken: string | undefined = APP) {
  const view = await askSlack(
    { token: BOT, apiUrl: slack.apiUrl, ...(appToken === undefined ? {} : { appToken }) },
    limits,
  );
  const lines = judgeSlack(view, SCOPES, lang);
  expect(JSON.stringify([view, lines])).not.toMatch(/secret/u);
  return lines;
}

describe('what the doctor says of Slack', () => {
  it('is content with good tokens and all scopes, and asks each token at its own method', async () => {
    expect(await doctor()).toEqual([
      { state: 'ok', about: 'slack', says: 'SLACK_BOT_TOKEN is good: goodgate in Example' },
      { state: 'ok', about: 'slack', says: 'all 2 scopes are there' },
      { state: 'ok', about: 'slack', says: 'SLACK_APP_TOKEN is good: Slack opens the way in (Socket Mode)' },
    ]);
    expect(slack.asked.sort()).toEqual([
      `/api/apps.connections.open Bearer ${APP}`,
      `/api/auth.test Bearer ${BOT}`,
    ]);
  });

  it('names each scope that is missing, what it is for and how to add it', async () => {
    slack.answers['/api/auth.test'] = { body: { ok: true, team: 'T', user: 'u' }, scopes: 'commands' };
    const problems = (await doctor()).filter(({ state }) => state === 'problem');
    expect(problems.map(({ says }) => says)).toEqual(['the scope chat:write is missing: to post']);
    expect(problems[0]?.remedy).toContain('goodgate slack-manifest');
    expect((await doctor('zh')).map(({ says }) => says)).toContain(
      '缺少权限范围 chat:write：发布和编辑自己的消息',
    );
  });

  it('holds scopes that Slack did not name for unknown, not for right', async () => {
    slack.answers['/api/auth.test'] = { body: { ok: true, team: 'T', user: 'u' } };
    expect(await doctor()).toContainEqual({
      state: 'note',
      about: 'slack',
      says: 'which scopes there are Slack did not say',
    });
  });

  it.each([
    ['invalid_auth', 'copy the "Bot User OAuth Token" anew'],
    ['account_inactive', 'install it again'],
    ['not_allowed_token_type', 'begins with xoxb-'],
    ['something_new', 'auth.test'],
  ])('says what to do where Slack refuses the bot token with %s', async (error, remedy) => {
    slack.answers['/api/auth.test'] = { body: { ok: false, error } };
    const [line] = await doctor();
    expect(line).toMatchObject({ state: 'problem', says: `Slack does not take SLACK_BOT_TOKEN (${error})` });
    expect(line?.remedy).toContain(remedy);
  });

  it.each([
    ['missing_scope', 'connections:write'],
    ['token_revoked', 'make a new one'],
    ['forbidden_team', 'Socket Mode'],
  ])('says what to do where Slack refuses the app token with %s', async (error, remedy) => {
    slack.answers['/api/apps.connections.open'] = { body: { ok: false, error } };
    const line = (await doctor()).at(-1);
    expect(line).toMatchObject({ state: 'problem' });
    expect(line?.says).toContain(`SLACK_APP_TOKEN (${error})`);
    expect(line?.remedy).toContain(remedy);
  });

  it('over HTTP there is no way in to be asked, and the signing secret is not called right', async () => {
    const view = await askSlack({ token: BOT, apiUrl: slack.apiUrl }, limits);
    expect(judgeSlack(view, SCOPES, 'en').at(-1)).toMatchObject({ state: 'note' });
    expect(slack.asked).toHaveLength(1);
  });

  it('says once, and why, that Slack cannot be reached', async () => {
    const { port } = new URL(slack.apiUrl);
    await slack.close();
    expect(await doctor()).toEqual([
      {
        state: 'problem',
        about: 'slack',
        says: `Slack could not be asked: connect ECONNREFUSED 127.0.0.1:${port}`,
        remedy: 'let this machine reach https://slack.com and wss://*.slack.com on port 443',
      },
    ]);
    slack = await startSlackServer();
  });

  it('waits no longer than it was told', async () => {
    slack.fallSilent();
    const view = await askSlack({ token: BOT, apiUrl: slack.apiUrl }, { ...limits, timeoutMs: 50 });
    expect(view.bot).toEqual({ state: 'silent', says: 'no answer in time' });
  });

  it('an error of the server is no refusal', async () => {
    slack.answers['/api/auth.test'] = { body: {}, status: 503 };
    const [line] = await doctor();
    expect(line?.says).toContain('Slack could not be asked');
    expect(line?.says).toContain('503');
  });
});
