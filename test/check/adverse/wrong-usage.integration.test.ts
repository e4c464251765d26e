import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectHarmless, expectRefusal, goodgate } from './support/goodgate.js';

const cwd = mkdtempSync(join(tmpdir(), 'goodgate-usage-'));
const file = (name: string, text: string): void => writeFileSync(join(cwd, name), text);

const HOSTS = 'hosts:\n  docs-1: {address: 127.0.0.1}\n';
const TARGETS = 'targets:\n  docs-server: {url: "http://127.0.0.1:1/", hosts: [docs-1]}\n';

beforeAll(() => {
  file('goodgate.yaml', `${HOSTS}${TARGETS}`);
  file('broken.yaml', `${HOSTS}targets:\n  docs-server: {url: "http://127.0.0.1:1/", hosts: [docs-1\n`);
  file('tabs.yaml', `hosts:\n\tdocs-1: {}\n`);
  file('unknown-key.yaml', `hosts:\n  docs-1:\n    adress: 127.0.0.1\n${TARGETS}`);
  file('unknown-host.yaml', `${HOSTS}${TARGETS.replace('[docs-1]', '[docs-2]')}`);
  file('list.yaml', '- one\n- two\n');
  file('empty.yaml', '');
  file('binary.yaml', String.fromCharCode(0, 1, 2, 0x1b, 0xfffd).repeat(200));
  file('record.json', '{"schema": 1, "goodgate": "0.1.0", "target": {"na');
  file('old.json', '{"schema": 0, "checks": []}');
  file('later.json', '{"schema": 2}');
  file('array.json', '[]');
  file('null.json', 'null');
  file('garbage.json', `${String.fromCharCode(0x1b)}[2J${String.fromCharCode(0, 7)}garbage`);
  mkdirSync(join(cwd, 'folder'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

const long = 'a'.repeat(20_000);
const direct = ['--url', 'http://127.0.0.1:1/', '--host', 'root@127.0.0.1:1'];

describe('wrong usage is one sentence and status 2', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a target that is not there', ['check', 'docs-sever'], /no target "docs-sever".*"docs-server"/u],
    [
      'a target without goodgate.yaml',
      ['check', 'x', '--config', 'none.yaml'],
      /none\.yaml.*does not exist/u,
    ],
    [
      'YAML that ends too early',
      ['check', 'docs-server', '--config', 'broken.yaml'],
      /broken\.yaml:\d+:\d+: /u,
    ],
    ['YAML with tabs', ['check', 'docs-server', '--config', 'tabs.yaml'], /tabs\.yaml:2:\d+: /u],
    [
      'an unknown key',
      ['check', 'docs-server', '--config', 'unknown-key.yaml'],
      /unknown-key\.yaml:3:5: .*"adress".*"address"/u,
    ],
    [
      'a host that is not described',
      ['check', 'docs-server', '--config', 'unknown-host.yaml'],
      /unknown-host\.yaml:4:\d+: .*"docs-2"/u,
    ],
    [
      'a list where keys are expected',
      ['check', 'docs-server', '--config', 'list.yaml'],
      /list\.yaml:1:1: /u,
    ],
    ['an empty configuration', ['check', 'docs-server', '--config', 'empty.yaml'], /empty\.yaml/u],
    ['a binary configuration', ['check', 'docs-server', '--config', 'binary.yaml'], /binary\.yaml/u],
    ['a folder as configuration', ['check', 'docs-server', '--config', 'folder'], /folder/u],
    ['nothing to look at', ['check'], /nothing to look at was named/u],
    ['an unknown command', ['chekc'], /unknown command 'chekc'.*check/u],
    ['an unknown option', ['check', '--fromat', 'json'], /'--fromat'.*--format/u],
    ['an unknown format', ['check', 'docs-server', '--format', 'xml'], /'xml'.*text, json/u],
    ['an unknown language', ['check', 'docs-server', '--lang', 'fr'], /'fr'.*en, zh/u],
    ['two targets', ['check', 'docs-server', 'other'], /too many arguments/u],
    ['a URL that is none', ['check', '--url', 'docs', '--host', 'root@a'], /--url: expected a URL.*"docs"/u],
    [
      'a URL of another kind',
      ['check', '--url', 'file:///etc/passwd', '--host', 'a'],
      /--url: expected a URL/u,
    ],
    [
      'a URL with a password',
      ['check', '--url', 'http://me:hunter2hunter2@a/', '--host', 'a'],
      /--url: .*without a user/u,
    ],
    ['a host that is none', ['check', '--url', 'http://a/', '--host', '@@@'], /--host: expected/u],
    ['a host that is an option', ['check', '--url', 'http://a/', '--host', '-oProxyCommand=id'], /--host/u],
    ['a port that is none', ['check', '--url', 'http://a/', '--host', 'a:99999'], /"99999" is not a port/u],
    ['a host key that is none', ['check', ...direct, '--host-key', 'abc'], /--host-key/u],
    ['no time at all', ['check', ...direct, '--timeout', '0'], /number of seconds/u],
    ['an unknown playbook', ['check', ...direct, '--playbook', 'onlyofice'], /no playbook "onlyofice"/u],
    ['a name of 20,000 letters', ['check', long], /no target "aaa/u],
    ['a host of 20,000 letters', ['check', '--url', 'http://a/', '--host', long], /--host: expected/u],
    ['control characters in a name', ['check', '\u001b[31mred\u0007'], /no target "\\x1b\[31mred\\x07"/u],
    [
      'a record in a folder that is not there',
      ['check', ...direct, '--record', 'none/r.json'],
      /--record: .*no folder/u,
    ],
    ['a record over a folder', ['check', ...direct, '--record', 'folder'], /--record: .*is a folder/u],
    ['a replay of nothing', ['replay'], /missing required argument/u],
    ['a replay of a file that is not there', ['replay', 'none.json'], /none\.json does not exist/u],
    ['a replay of a folder', ['replay', 'folder'], /folder is a folder/u],
    ['a replay of a record cut short', ['replay', 'record.json'], /record\.json is not JSON/u],
    ['a replay of garbage', ['replay', 'garbage.json'], /garbage\.json is not JSON/u],
    ['a replay of an older record', ['replay', 'old.json'], /old\.json.*schema/u],
    ['a replay of a later record', ['replay', 'later.json'], /later\.json.*schema/u],
    ['a replay of an array', ['replay', 'array.json'], /array\.json is not the record of a check/u],
    ['a replay of null', ['replay', 'null.json'], /null\.json is not the record of a check/u],
    ['an unknown cause', ['explain', 'redis-dwon'], /no cause "redis-dwon".*redis-down/u],
  ];
  it.each(cases)('%s', async (_name, argv, says) => {
    const ended = await goodgate(argv, { cwd });
    expectRefusal(ended, says);
    expect(ended.err).not.toContain('hunter2');
  });

  it('says so on standard error with --format json too', async () => {
    expectRefusal(await goodgate(['check', 'docs-sever', '--format', 'json'], { cwd }), /no target/u);
  });

  it('shows how it is used where nothing was said', async () => {
    const ended = await goodgate([], { cwd });
    expect(ended.code).toBe(2);
    expect(`${ended.out}${ended.err}`).toContain('Usage: goodgate');
    expectHarmless(ended);
  });
});
