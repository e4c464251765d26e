import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demoAt, ended, plain, program, untilSaid } from './support.js';

/** Every world is made below this folder, so that whatever is left of one can be found. */
let place = '';
const { run: demo, start, whatIsLeft } = demoAt(() => place);

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'goodgate-demo-'));
  chmodSync(place, 0o755);
});

afterEach(() => rmSync(place, { recursive: true, force: true }));

describe('npm run demo, asked something', () => {
  it('lists what can be broken, with causes and layouts, and starts nothing', () => {
    const { status, stdout, stderr } = demo('--list');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/redis-down .*Redis is down.*\n.*cause redis-down · every layout/);
    expect(stdout).toMatch(/firewall-drops[^\n]*\n[^\n]*needs root/);
    expect(readdirSync(place)).toEqual([]);
  });

  it('lists in Chinese', () => {
    expect(demo('--list', '--lang', 'zh').stdout).toContain('Redis 未运行');
  });

  it('explains itself', () => {
    const { status, stdout } = demo('--help');
    expect(status).toBe(0);
    for (const option of [
      '--fault',
      '--list',
      '--once',
      '--terminal',
      '--port',
      '--layout',
      '--seed',
      '--lang',
    ])
      expect(stdout).toContain(option);
  });

  it.each([
    [['--fault', 'redis-dwon'], 'did you mean "redis-down"'],
    [['--fault', 'backend-hung'], 'brought about by "backend-frozen"'],
    [['--fault', 'redis-lost', '--layout', 'plain'], 'it is in: onlyoffice'],
    [['--falt', 'redis-down'], 'Did you mean --fault?'],
    [['--seed', 'x'], 'whole number'],
    [['now'], 'too many arguments'],
  ])('refuses %j with one sentence and status 2', (argv, says) => {
    const { status, stdout, stderr } = demo(...argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('says where the two dashes belong when npm kept an option for itself', () => {
    const { status, stderr } = spawnSync(process.execPath, [program], {
      encoding: 'utf8',
      env: { ...plain, npm_config_list: 'true', TMPDIR: place },
    });
    expect(status).toBe(2);
    expect(stderr).toContain('npm run demo -- --list');
  });
});

describe('npm run demo -- --once', () => {
  it('shows the healthy service, breaks it, lets the check name the cause, mends it and leaves nothing', () => {
    const { status, stdout, stderr } = demo('--once', '--seed', '11', '--layout', 'plain');
    expect(stdout).toMatch(/HEALTHY[\s\S]*HTTP\/1\.1 502[\s\S]*ROOT CAUSE FOUND[\s\S]*HTTP\/1\.1 200 OK/);
    expect(stdout).toContain('Broken was redis-down, and that is what goodgate named.');
    expect(stdout).toMatch(
      /asked in Slack[\s\S]*\/502 check docs-server[\s\S]*redis-down[\s\S]*\[Recheck\] [\s\S]*asked by @ada [\s\S]*In its thread: 3/,
    );
    expect(`${stdout}${stderr}`).not.toMatch(/\n {4}at /);
    expect(status).toBe(0);
    expect(whatIsLeft()).toEqual({ files: [], processes: [] });
  });
});

describe('an interrupted demo', () => {
  it.each([
    ['SIGINT', 'as the servers start', 'Starting servers', 130],
    ['SIGTERM', 'as the servers start', 'Starting servers', 143],
    ['SIGINT', 'during the check', '$ goodgate check', 130],
    ['SIGTERM', 'during the check', '$ goodgate check', 143],
    ['SIGHUP', 'while the service is being broken', '# Break it', 129],
  ] as const)('ended by %s %s leaves no process and no file', async (signal, _when, moment, code) => {
    const child = start('--once', '--layout', 'onlyoffice');
    await untilSaid(child, moment);
    // Not before there is something to leave behind.
    await expect
      .poll(() => whatIsLeft().processes.length, { interval: 20, timeout: 20_000 })
      .toBeGreaterThan(1);
    child.kill(signal);
    // An impatient person presses once more.
    setTimeout(() => child.kill('SIGINT'), 40);
    expect(await ended(child)).toBe(code);
    expect(whatIsLeft()).toEqual({ files: [], processes: [] });
  });

  it('ends when nobody reads on', async () => {
    const child = start('--once', '--layout', 'plain');
    await untilSaid(child, '# All is well');
    child.stdout?.destroy();
    child.stderr?.destroy();
    await ended(child);
    expect(whatIsLeft()).toEqual({ files: [], processes: [] });
  });

  it('ends when npm, or the shell that npm started it from, is killed', async () => {
    const shell = spawn('sh', ['-c', `"$0" "$1" --once --layout plain; :`, process.execPath, program], {
      env: { ...plain, npm_lifecycle_event: 'demo', TMPDIR: place },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await untilSaid(shell, '$ curl');
    shell.kill('SIGKILL');
    await expect.poll(whatIsLeft, { timeout: 20_000 }).toEqual({ files: [], processes: [] });
  });
});
