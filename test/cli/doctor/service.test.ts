import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningRedis, startRedis } from '../../../playground/redis/start-redis.js';
import { examineService } from '../../../src/cli/doctor/examine-service.js';
import { freshFolder, run } from '../fake-io.js';
import { type SlackServer, startSlackServer } from './slack-server.js';

const TOKENS = { SLACK_BOT_TOKEN: 'xoxb-11-secret', SLACK_APP_TOKEN: 'xapp-1-secret' };
const options = { timeoutMs: 10_000, signal: new AbortController().signal, lang: 'en' as const };

let slack: SlackServer;
let redis: RunningRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.remove());
beforeEach(async () => {
  slack = await startSlackServer();
});
afterEach(() => slack.close());

async function sections(env: Record<string, string>, lang: 'en' | 'zh' = 'en') {
  const found = await examineService({ SLACK_API_URL: slack.apiUrl, ...env }, { ...options, lang });
  expect(JSON.stringify(found)).not.toMatch(/secret/u);
  return found;
}

function problems(found: Awaited<ReturnType<typeof sections>>): string[] {
  return found
    .flatMap(({ lines }) => lines)
    .flatMap(({ state, says, remedy }) => (state === 'problem' ? [`${says} -> ${remedy ?? ''}`] : []));
}

describe('what the doctor says of the service', () => {
  it('is nothing where no variable of the service is set', async () => {
    expect(await sections({ LOG_LEVEL: 'debug' })).toEqual([]);
    expect(slack.asked).toEqual([]);
  });

  it('is good news where tokens, scopes and Redis are as they have to be', async () => {
    const found = await sections({ ...TOKENS, REDIS_URL: redis.url });
    expect(problems(found)).toEqual([]);
    expect(found.map(({ title, about }) => [title, about])).toEqual([
      ['Slack', 'Socket Mode'],
      ['Redis', `redis://127.0.0.1:${redis.port}/0`],
    ]);
    expect(found[0]?.lines.map(({ says }) => says)).toContain('all 10 scopes are there');
    expect(found[1]?.lines.map(({ says }) => says)).toEqual(
      expect.arrayContaining(['answers', 'maxmemory-policy noeviction', 'appendonly yes']),
    );
  });

  it('names the settings with which Redis would lose what it was told, each with what to set', async () => {
    const careless = await startRedis({ words: ['--appendonly', 'no', '--maxmemory-policy', 'allkeys-lru'] });
    try {
      const said = problems(await sections({ REDIS_URL: careless.url }));
      expect(said).toHaveLength(2);
      expect(said[0]).toMatch(/^maxmemory-policy is allkeys-lru.* -> Set maxmemory-policy noeviction/u);
      expect(said[1]).toMatch(/^appendonly is no.* -> Set appendonly yes/u);
      expect(problems(await sections({ REDIS_URL: careless.url }, 'zh'))[0]).toMatch(/应为 noeviction/u);
    } finally {
      await careless.remove();
    }
  });

  it('says why Redis cannot be used: away, refusing, or an address that cannot be read', async () => {
    const away = await startRedis();
    await away.remove();
    expect(problems(await sections({ REDIS_URL: away.url }))[0]).toMatch(
      new RegExp(`^cannot be used: connect ECONNREFUSED 127.0.0.1:${away.port} -> see whether it runs`, 'u'),
    );
    const login = redis.url.replace('://', '://nobody:topsecret@');
    expect(problems(await sections({ REDIS_URL: login }))[0]).toMatch(/WRONGPASS.* -> it is there, but/u);
    expect(problems(await sections({ REDIS_URL: 'http://topsecret@x' }))[0]).toMatch(
      /^REDIS_URL begins with http/u,
    );
  });

  it('without REDIS_URL says whether a private one can be started', async () => {
    const found = await sections({ ...TOKENS, PATH: process.env['PATH'] ?? '' });
    expect(found[1]).toMatchObject({
      title: 'Redis',
      about: 'REDIS_URL is not set',
      lines: [{ state: 'ok' }],
    });
    expect(problems(await sections({ ...TOKENS, PATH: '/nowhere' }))[0]).toContain(
      'No redis-server is installed',
    );
  });

  it('a worker needs nothing of Slack, and Slack is not asked', async () => {
    const found = await sections({ REDIS_URL: redis.url });
    expect(problems(found)).toEqual([]);
    expect(found[0]?.lines).toMatchObject([{ state: 'note' }]);
    expect(slack.asked).toEqual([]);
  });

  it('tells tokens in the wrong variables apart before it asks anybody, and looks at Redis nevertheless', async () => {
    const found = await sections({
      SLACK_BOT_TOKEN: TOKENS.SLACK_APP_TOKEN,
      SLACK_APP_TOKEN: TOKENS.SLACK_BOT_TOKEN,
      REDIS_URL: redis.url,
    });
    expect(problems(found)).toEqual([
      'SLACK_BOT_TOKEN: expected a token that begins with xoxb- -> this one is for SLACK_APP_TOKEN',
      'SLACK_APP_TOKEN: expected a token that begins with xapp- -> this one is for SLACK_BOT_TOKEN',
    ]);
    expect(found.map(({ title }) => title)).toEqual(['Environment', 'Redis']);
    expect(slack.asked).toEqual([]);
  });
});

describe('goodgate doctor', () => {
  let cwd = '';
  beforeEach(() => {
    cwd = freshFolder();
    writeFileSync(join(cwd, 'goodgate.yaml'), 'hosts: {here: {transport: local}}\n');
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  const composition = {
    hostRunner: async () => ({
      open: async () => ({
        ok: false as const,
        failure: { reason: 'lost' as const, says: 'lost', remedy: 'look' },
      }),
    }),
  };

  it('shows the service beside the hosts, as text and as JSON, and a bare command line sees nothing of it', async () => {
    slack.answers['/api/auth.test'] = { body: { ok: false, error: 'invalid_auth' } };
    const env = { ...TOKENS, SLACK_API_URL: slack.apiUrl, REDIS_URL: redis.url };
    const { out } = await run(['doctor'], { cwd, composition, env });
    expect(out).toContain('✗ Slack does not take SLACK_BOT_TOKEN (invalid_auth)');
    expect(out).toContain('✓ maxmemory-policy noeviction');
    expect(out).not.toMatch(/secret/u);
    const json = JSON.parse((await run(['doctor', '--format', 'json'], { cwd, composition, env })).out);
    expect(json.service.map(({ part }: { part: string }) => part)).toEqual(['Slack', 'Redis']);
    const bare = JSON.parse((await run(['doctor', '--format', 'json'], { cwd, composition })).out);
    expect(bare).not.toHaveProperty('service');
  });
});
