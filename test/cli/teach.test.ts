import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshFolder, run } from './fake-io.js';

let cwd = '';
beforeEach(() => {
  cwd = freshFolder();
});
afterEach(() => rmSync(cwd, { recursive: true }));

describe('help', () => {
  it('goes to standard output and names every command', async () => {
    const { code, out, err } = await run(['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const command of ['check', 'replay', 'explain', 'causes', 'playbooks', 'validate', 'doctor']) {
      expect(out).toMatch(new RegExp(`^ {2}${command} `, 'mu'));
    }
  });

  it('tells the exit statuses of check', async () => {
    expect((await run(['check', '--help'])).out).toMatch(
      /0 healthy.*1 root\s+cause.*2 wrong usage.*3\s+unreachable/su,
    );
  });

  it('is shown, with status 2, where nothing was asked', async () => {
    const { code, out, err } = await run([]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('Usage: goodgate');
  });

  it('knows its version', async () => {
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/u);
  });
});

describe('causes', () => {
  it('are listed by layer, in both languages and as JSON', async () => {
    const en = await run(['causes']);
    expect(en.out).toMatch(/^Dependency: .*\n( {2}.*\n)* {2}redis-down +\S/mu);
    expect((await run(['causes', '--lang', 'zh'])).out).toMatch(/^依赖：/mu);
    const { causes } = JSON.parse((await run(['causes', '--format', 'json'])).out);
    expect(causes.map((cause: { id: string }) => cause.id)).toContain('redis-down');
  });

  it('are explained', async () => {
    const { code, out } = await run(['explain', 'redis-down']);
    expect(code).toBe(0);
    for (const title of ['See for yourself', 'Mend', 'Prevent', 'Leads to']) {
      expect(out).toContain(title);
    }
    expect((await run(['explain', 'redis-down', '--lang', 'zh'])).out).toContain('自行确认');
    expect(JSON.parse((await run(['explain', 'REDIS-DOWN', '--format', 'json'])).out).id).toBe('redis-down');
  });
});

describe('validate', () => {
  it('finds what ships with the program sound', async () => {
    const { code, out, err } = await run(['validate'], { cwd });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^\d+ files are sound\.\n$/u);
  });

  it('tells the place and the nearest name of a mistake in a configuration, a playbook and a list of causes', async () => {
    const put = (name: string, text: string) => writeFileSync(join(cwd, name), text);
    put('goodgate.yaml', 'hosts:\n  a: {adress: x}\n');
    put('mine.yaml', 'name: mine\ntitle: {en: Mine, zh: 我的}\nrulez: []\n');
    put('more-causes.yaml', 'causes:\n- id: Wrong\n');
    const config = await run(['validate', 'goodgate.yaml'], { cwd });
    expect(config.code).toBe(2);
    expect(config.err).toContain(
      'goodgate.yaml:2:7: unknown key "adress" in hosts.a (did you mean "address"?)',
    );
    const playbook = await run(['validate', 'mine.yaml'], { cwd });
    expect(playbook.code).toBe(2);
    expect(playbook.err).toMatch(/mine\.yaml:3.*rulez/u);
    const causes = await run(['validate', 'more-causes.yaml'], { cwd });
    expect(causes.code).toBe(2);
    expect(causes.err).toMatch(/more-causes\.yaml:2/u);
  });

  it('says which file does not exist', async () => {
    const { code, err } = await run(['validate', 'nowhere.yaml'], { cwd });
    expect({ code, err }).toEqual({
      code: 2,
      err: `goodgate: ${join(cwd, 'nowhere.yaml')} does not exist\n`,
    });
  });
});

describe('playbooks', () => {
  it('of a folder that does not exist are an error of configuration', async () => {
    writeFileSync(join(cwd, 'goodgate.yaml'), 'playbooks: [nowhere]\n');
    const { code, err } = await run(['playbooks'], { cwd });
    expect(code).toBe(2);
    expect(err).toContain(`the folder ${join(cwd, 'nowhere')} does not exist`);
  });

  it('of your own are listed beside the others', async () => {
    writeFileSync(join(cwd, 'goodgate.yaml'), 'playbooks: [.]\n');
    const { code, err } = await run(['playbooks'], { cwd });
    expect({ code, err: err.includes('goodgate.yaml') }).toEqual({ code: 2, err: true });
  });
});
