/** What `goodgate start` says and does where something is missing: one sentence each, and nothing is started. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bin/goodgate.js', import.meta.url));
const SOCKET = { SLACK_BOT_TOKEN: 'xoxb-SECRET', SLACK_APP_TOKEN: 'xapp-SECRET' };

let folder = '';
let config = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'goodgate-start-'));
  config = join(folder, 'goodgate.yaml');
  write('127.0.0.1:0');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(listen: string): void {
  writeFileSync(
    config,
    `hosts: {me: {transport: local}}\ntargets: {docs: {url: 'http://127.0.0.1:1/', hosts: [me]}}\n` +
      `service: {dataFolder: ${folder}/data, listen: '${listen}'}\n`,
  );
}

function start(env: Record<string, string>, ...argv: string[]) {
  const plain = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:SLACK_|GOODGATE_|REDIS_URL)/u.test(name)),
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, 'start', '--config', config, ...argv],
    { encoding: 'utf8', env: { ...plain, ...env }, timeout: 60_000 },
  );
  return { status, stdout, stderr, lines: stderr.trimEnd().split('\n') };
}

describe('goodgate start', () => {
  it('never starts without a token, and says all that is missing', () => {
    const { status, stdout, lines } = start({});
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(lines).toEqual([
      expect.stringContaining('SLACK_BOT_TOKEN is not set'),
      expect.stringContaining('neither SLACK_APP_TOKEN'),
    ]);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it.each([
    ['redis:///nowhere here', 'REDIS_URL'],
    ['http://127.0.0.1:6379', 'REDIS_URL'],
    ['redis+sentinel://127.0.0.1:26379', 'REDIS_URL'],
  ])('says what is wrong with REDIS_URL=%s, without repeating it', (url, says) => {
    const { status, stderr } = start({ ...SOCKET, REDIS_URL: url.replace('://', '://user:SECRET@') });
    expect(status).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('SECRET');
  });

  it('asks an ingress and a worker for a Redis in which they meet', () => {
    for (const role of ['ingress', 'worker']) {
      const { status, stderr } = start(SOCKET, '--role', role);
      expect(status).toBe(2);
      expect(stderr).toContain('REDIS_URL is not set');
    }
  });

  it('says how to get a Redis where none is installed', () => {
    const { status, stderr } = start({ ...SOCKET, PATH: folder });
    expect(status).toBe(2);
    expect(stderr).toMatch(/redis-server[\s\S]*REDIS_URL/u);
  });

  it('says which address is taken, and leaves no Redis behind', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    write(`127.0.0.1:${port}`);
    const { status, stderr } = start({
      ...SOCKET,
      SLACK_API_URL: 'http://127.0.0.1:1/',
      LOG_LEVEL: 'silent',
    });
    write('127.0.0.1:0');
    await new Promise((resolve) => other.close(resolve));
    expect(status).toBe(2);
    expect(stderr).toContain(`cannot listen on 127.0.0.1:${port} (EADDRINUSE)`);
    expect(existsSync(join(folder, 'data', 'redis', 'redis.sock'))).toBe(false);
  });

  it('knows no other role', () => {
    const { status, stderr } = start(SOCKET, '--role', 'boss');
    expect(status).toBe(2);
    expect(stderr).toContain('all, ingress, worker');
  });
});

describe('goodgate slack-manifest', () => {
  const manifest = (...argv: string[]) =>
    spawnSync(process.execPath, [program, 'slack-manifest', ...argv], { encoding: 'utf8', cwd: folder });

  it('describes an app in Socket Mode with the command of goodgate.yaml', () => {
    const { status, stdout } = manifest('--format', 'json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      features: { slash_commands: [{ command: '/502' }], app_home: { home_tab_enabled: true } },
      settings: { socket_mode_enabled: true, interactivity: { is_enabled: true } },
    });
  });

  it('describes one that is reached over HTTP', () => {
    const { stdout } = manifest('--url', 'https://bot.example.com/', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      features: { slash_commands: [{ url: 'https://bot.example.com/slack/events' }] },
      settings: { socket_mode_enabled: false },
    });
  });

  it.each(['http://bot.example.com', 'https://bot.example.com/?a=1', 'https://bot.example.com/#a', 'bot'])(
    'refuses %s',
    (url) => {
      expect(manifest('--url', url)).toMatchObject({ status: 2, stdout: '' });
    },
  );

  it('takes the address of goodgate.yaml where that is one for Slack', () => {
    const of = (publicUrl: string) => {
      const file = join(folder, 'public.yaml');
      writeFileSync(
        file,
        `hosts: {me: {transport: local}}\ntargets: {docs: {url: 'http://127.0.0.1:1/', hosts: [me]}}\n` +
          `service: {publicUrl: '${publicUrl}'}\n`,
      );
      const { stdout } = manifest('--config', file, '--format', 'json');
      return JSON.parse(stdout).features.slash_commands[0].url;
    };
    expect(of('https://bot.example.com')).toBe('https://bot.example.com/slack/events');
    expect(of('http://bot.example.com')).toBeUndefined();
  });
});
