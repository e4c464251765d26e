import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/start/environment.js';

const folder = mkdtempSync(join(tmpdir(), 'goodgate-env-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SOCKET = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };
const SECRET = '0123456789abcdef0123456789abcdef';
const wrong = (env: Record<string, string>) => {
  const read = readEnvironment(env, 'all');
  return read.ok ? [] : read.problems.map(({ message }) => message);
};

describe('the environment', () => {
  it('opens a socket to Slack where it has an app token', () => {
    expect(readEnvironment(SOCKET, 'all')).toEqual({
      ok: true,
      value: { slack: { token: 'xoxb-1', mode: { kind: 'socket', appToken: 'xapp-1' } }, logLevel: 'info' },
    });
  });

  it('waits for Slack over HTTP where it has a signing secret', () => {
    expect(readEnvironment({ ...SOCKET, SLACK_SIGNING_SECRET: SECRET }, 'ingress')).toMatchObject({
      value: { slack: { mode: { kind: 'http', signingSecret: SECRET } } },
    });
  });

  it('asks a worker for no token', () => {
    expect(readEnvironment({ REDIS_URL: 'redis://x' }, 'worker')).toEqual({
      ok: true,
      value: { redisUrl: 'redis://x', logLevel: 'info' },
    });
  });

  it('never starts without a token, and says all that is missing at once', () => {
    expect(wrong({})).toEqual([
      expect.stringContaining('SLACK_BOT_TOKEN is not set'),
      expect.stringContaining('neither SLACK_APP_TOKEN'),
    ]);
    expect(wrong({ SLACK_BOT_TOKEN: '  ' })).toHaveLength(2);
    expect(wrong({ SLACK_BOT_TOKEN: 'xoxb-1' })).toHaveLength(1);
  });

  it('says which token stands in the wrong place, without repeating it', () => {
    const messages = JSON.stringify([
      readEnvironment({ SLACK_BOT_TOKEN: 'xapp-SECRET', SLACK_APP_TOKEN: 'xoxb-SECRET' }, 'all'),
      readEnvironment({ ...SOCKET, SLACK_SIGNING_SECRET: 'too-SECRET' }, 'all'),
    ]);
    expect(messages).toContain('this one is for SLACK_APP_TOKEN');
    expect(messages).toContain('this one is for SLACK_BOT_TOKEN');
    expect(messages).toContain('32 hexadecimal digits');
    expect(messages).not.toContain('-SECRET');
  });

  it('reads secrets from files', () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'xoxb-2\n');
    expect(readEnvironment({ SLACK_BOT_TOKEN_FILE: file, SLACK_APP_TOKEN: 'xapp-1' }, 'all')).toMatchObject({
      value: { slack: { token: 'xoxb-2' } },
    });
    expect(wrong({ ...SOCKET, SLACK_BOT_TOKEN_FILE: file })).toEqual([
      'SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set',
    ]);
    expect(wrong({ SLACK_BOT_TOKEN_FILE: join(folder, 'none'), SLACK_APP_TOKEN: 'xapp-1' })[0]).toContain(
      'cannot be read (ENOENT)',
    );
  });

  it('sends no token in clear text', () => {
    expect(wrong({ ...SOCKET, SLACK_API_URL: 'http://slack.example.com/api/' })).toHaveLength(1);
    expect(wrong({ ...SOCKET, SLACK_API_URL: 'http://127.0.0.1:4000/api/' })).toEqual([]);
    expect(wrong({ ...SOCKET, SLACK_API_URL: 'https://slack.example.com/api/' })).toEqual([]);
  });

  it('refuses a log level that there is not', () => {
    expect(wrong({ ...SOCKET, LOG_LEVEL: 'loud' })).toHaveLength(1);
  });
});
