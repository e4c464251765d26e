import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckCall } from '../../src/cli/composition.js';
import { diagnoses } from '../render/diagnoses.js';
import { concluding, freshFolder, RECORD, run } from './fake-io.js';

let cwd = '';
beforeEach(() => {
  cwd = freshFolder();
});
afterEach(() => rmSync(cwd, { recursive: true }));

const CONFIG = `
defaults: {connectTimeout: 2s}
hosts:
  docs-1: {address: docs-1.example.com, sudo: true}
targets:
  docs-server: {url: "http://docs.example.com/", hosts: [docs-1], language: zh}
`;

function withConfig(): void {
  writeFileSync(join(cwd, 'goodgate.yaml'), CONFIG);
}

/** What the check was called with. */
async function called(argv: readonly string[]): Promise<CheckCall> {
  const calls: CheckCall[] = [];
  const base = concluding(diagnoses('en').inconclusive);
  const composition = {
    ...base,
    check: (call: CheckCall) => {
      calls.push(call);
      return base.check(call);
    },
  };
  const { err } = await run(argv, { cwd, composition });
  const [call] = calls;
  if (call === undefined) {
    throw new Error(`nothing was checked: ${err}`);
  }
  return call;
}

describe('the exit status of a check', () => {
  const all = diagnoses('en');
  it.each([
    ['healthy', all['healthy-with-recent-failures'], 0],
    ['a root cause', all['proven-cause'], 1],
    ['inconclusive', all.inconclusive, 1],
    ['unreachable', all.unreachable, 3],
  ])('%s', async (_name, diagnosis, code) => {
    const composition = concluding(diagnosis);
    const text = await run(['check', '--local'], { cwd, composition });
    expect(text.code).toBe(code);
    const json = await run(['check', '--local', '--format', 'json'], { cwd, composition });
    expect(json.code).toBe(code);
    expect(JSON.parse(json.out)).toEqual(diagnosis);
    expect(json.err).toBe('');
  });
});

describe('what is checked', () => {
  it('is a target of goodgate.yaml', async () => {
    withConfig();
    const { target, connectTimeoutMs } = await called(['check', 'docs-server']);
    expect(target.name).toBe('docs-server');
    expect(target.hosts[0]?.host).toMatchObject({ alias: 'docs-1', sudo: true });
    expect(connectTimeoutMs).toBe(2000);
  });

  it('is what --url and --host say, without any file', async () => {
    const argv = [
      'check',
      '--url',
      'http://docs.example.com/',
      '--host',
      'root@a',
      '--host',
      'b:2222',
      '--timeout',
      '7',
    ];
    const { target, connectTimeoutMs } = await called([...argv, '--identity', 'key', '--sudo']);
    expect(connectTimeoutMs).toBe(7000);
    expect(target.playbook).toBeUndefined();
    expect(target.hosts.map(({ host }) => host)).toEqual([
      {
        alias: 'a',
        sudo: true,
        transport: { kind: 'ssh', address: 'a', user: 'root', keyFile: join(cwd, 'key') },
      },
      {
        alias: 'b:2222',
        sudo: true,
        transport: { kind: 'ssh', address: 'b', port: 2222, keyFile: join(cwd, 'key') },
      },
    ]);
  });

  it('is this machine with --local, with a target or without', async () => {
    withConfig();
    expect((await called(['check', '--local'])).target).toMatchObject({ url: 'http://127.0.0.1/' });
    const { target } = await called(['check', 'docs-server', '--local']);
    expect(target.hosts[0]?.host).toEqual({ alias: 'docs-1', sudo: true, transport: { kind: 'local' } });
  });

  it('is looked at without sudo where --no-sudo says so', async () => {
    withConfig();
    expect((await called(['check', 'docs-server', '--no-sudo'])).target.hosts[0]?.host.sudo).toBe(false);
  });
});

describe('wrong usage', () => {
  it.each([
    [['check'], 'nothing to look at was named'],
    [['check', 'x'], 'there is no goodgate.yaml'],
    [['check', '--url', 'http://x/'], '--url needs the hosts behind it (add --host USER@HOST'],
    [['check', '--host', 'x'], '--host needs the URL that fails (add --url URL)'],
    [['check', '--local', '--host', 'x'], '--local and --host exclude each other'],
    [['check', 'x', '--url', 'http://x/'], 'TARGET and --url exclude each other'],
    [
      ['check', '--url', 'x', '--host', 'y'],
      '--url: expected a URL that begins with http:// or https://, got "x"',
    ],
    [['check', '--url', 'http://x/', '--host', '-oProxyCommand=id'], '--host: expected [USER@]HOST[:PORT]'],
    [['check', '--local', '--fomat', 'json'], "unknown option '--fomat' (did you mean --format?)"],
    [['check', '--local', '--format', 'xml'], "argument 'xml' is invalid. Allowed choices are text, json"],
    [['check', '--local', '--timeout', 'soon'], 'Expected a number of seconds'],
    [['check', '--local', '--record', 'no/such/folder/file'], '--record: '],
    [['check', '--local', '--playbook', 'nothing'], 'there is no playbook "nothing"'],
    [['chekc'], "unknown command 'chekc' (did you mean check?)"],
    [['check', 'a', 'b'], 'too many arguments'],
    [['replay'], "missing required argument 'FILE'"],
    [['replay', 'nowhere.json'], 'nowhere.json does not exist'],
    [['explain', 'redis-dwn'], 'there is no cause "redis-dwn" (did you mean "redis-down"'],
  ])('%j gets one sentence and status 2', async (argv, says) => {
    const { code, out, err } = await run(argv, { cwd });
    expect(err).toContain(says);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(err).toMatch(/^goodgate: /u);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('names the nearest targets, and the place of a mistake in the file', async () => {
    withConfig();
    expect((await run(['check', 'doc-server'], { cwd })).err).toContain('(did you mean "docs-server"?)');
    writeFileSync(join(cwd, 'goodgate.yaml'), 'hosts:\n  a: {adress: x}\n');
    const { code, err } = await run(['check', 'a'], { cwd });
    expect(err).toBe(
      `goodgate: ${join(cwd, 'goodgate.yaml')}:2:7: unknown key "adress" in hosts.a (did you mean "address"?)\n`,
    );
    expect(code).toBe(2);
  });

  it('cannot make the terminal of the reader obey', async () => {
    const { err } = await run(['check', '--url', 'http://x/', '--host', 'a\u001b[2Jb'], { cwd });
    expect(err).not.toContain('\u001b');
  });
});

describe('a check', () => {
  it('is recorded so that replay can judge it, readable by its owner alone', async () => {
    await run(['check', '--local', '--record', 'record.json'], { cwd });
    const file = join(cwd, 'record.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(RECORD);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const seen: unknown[] = [];
    const judge = async (record: unknown) => {
      seen.push(record);
      return diagnoses('en')['proven-cause'];
    };
    const replayed = await run(['replay', 'record.json', '--format', 'json'], {
      cwd,
      composition: { judge },
    });
    expect(replayed.code).toBe(1);
    expect(seen).toEqual([RECORD]);
  });

  it('tells its progress on standard error, a line for each step', async () => {
    const { out, err } = await run(['check', '--local'], { cwd });
    expect(err).toBe('docs-1: connecting\ndocs-1: looking at 40 things\njudging\n');
    expect(out).toContain('INCONCLUSIVE');
    const verbose = await run(['check', '--local', '--verbose', '--lang', 'zh'], { cwd });
    expect(verbose.err).toContain('docs-1: net.listeners\n');
    expect(verbose.err).toContain('docs-1: 正在连接\n');
  });

  it('speaks the language of the option, then of the target, then of the terminal', async () => {
    withConfig();
    const zh = '正在判断';
    expect((await run(['check', 'docs-server'], { cwd })).err).toContain(zh);
    expect((await run(['check', 'docs-server', '--lang', 'en'], { cwd })).err).not.toContain(zh);
    expect((await run(['check', '--local'], { cwd, env: { LANG: 'zh_CN.UTF-8' } })).err).toContain(zh);
  });

  it('that breaks says so in one sentence, with the stack only where it is asked for', async () => {
    const composition = { check: () => Promise.reject(new Error('what\u001b[2J\nsecond line')) };
    const { code, out, err } = await run(['check', '--local', '--format', 'json'], { cwd, composition });
    expect({ code, out, err }).toEqual({
      code: 70,
      out: '',
      err: 'goodgate failed: what?[2J second line. This is a bug.\n',
    });
    const debug = await run(['check', '--local'], { cwd, composition, env: { GOODGATE_DEBUG: '1' } });
    expect(debug.err).toContain('    at ');
  });

  it('that is interrupted prints nothing, records nothing and ends with 130', async () => {
    const interrupt = new AbortController();
    const composition = {
      check: async () => {
        interrupt.abort();
        return RECORD;
      },
    };
    const ran = await run(['check', '--local', '--record', 'r.json'], {
      cwd,
      composition,
      signal: interrupt.signal,
    });
    expect({ code: ran.code, out: ran.out }).toEqual({ code: 130, out: '' });
    expect(existsSync(join(cwd, 'r.json'))).toBe(false);
  });
});

describe('a record', () => {
  it.each([
    ['', 'is not JSON'],
    ['{"schema": 1', 'is not JSON'],
    ['{}', 'is not the record of a check (at schema)'],
    ['[]', 'is not the record of a check'],
    [
      JSON.stringify({ ...RECORD, schema: 2 }),
      'is a record of schema 2, expected 1 (it was written by a later goodgate)',
    ],
    [JSON.stringify({ ...RECORD, evidence: [{ id: 1 }] }), '(at evidence.0.id)'],
  ])('that is %j is refused', async (text, says) => {
    writeFileSync(join(cwd, 'r.json'), text);
    const { code, err } = await run(['replay', 'r.json'], { cwd });
    expect(err).toContain(says);
    expect(code).toBe(2);
  });
});
