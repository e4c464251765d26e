import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/config-json-schema.js';
import { findTarget, loadConfig } from '../../src/config/load-config.js';
import { parseConfig } from '../../src/config/parse-config.js';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'goodgate-config-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function put(path: string, text = 'hosts: {}\n'): string {
  const file = join(dir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function search(more: { option?: string; env?: Record<string, string> } = {}) {
  return { env: {}, ...more, cwd: join(dir, 'cwd'), home: join(dir, 'home') };
}

function fileOf(found: ReturnType<typeof loadConfig>): string | undefined {
  return found.ok ? found.value.file : undefined;
}

describe('the search for goodgate.yaml', () => {
  it('takes --config, then GOODGATE_CONFIG, then the working folder, then the home folder', () => {
    const home = put('home/.config/goodgate/goodgate.yaml');
    expect(fileOf(loadConfig(search()))).toBe(home);
    const cwd = put('cwd/goodgate.yaml');
    expect(fileOf(loadConfig(search()))).toBe(cwd);
    const env = put('env.yaml');
    expect(fileOf(loadConfig(search({ env: { GOODGATE_CONFIG: env } })))).toBe(env);
    const option = put('cwd/other.yaml');
    expect(fileOf(loadConfig(search({ option: 'other.yaml', env: { GOODGATE_CONFIG: env } })))).toBe(option);
  });

  it('does not fall back when the named file is missing', () => {
    put('cwd/goodgate.yaml');
    const found = loadConfig(search({ option: 'nowhere.yaml' }));
    const message = `--config names ${join(dir, 'cwd', 'nowhere.yaml')}, which does not exist`;
    expect(found).toEqual({ ok: false, problems: [{ message }] });
  });

  it('says where it looked when there is none', () => {
    const found = loadConfig(search());
    expect(found.ok ? '' : found.problems[0].message).toMatch(
      /no goodgate\.yaml; looked at .*cwd.*home.*\/etc/u,
    );
    expect(found.ok ? '' : found.problems[0].suggestion).toContain('--url URL --host USER@HOST');
  });

  it('says that a folder is no file', () => {
    mkdirSync(join(dir, 'cwd'));
    const found = loadConfig(search({ option: '.' }));
    expect(found.ok ? '' : found.problems[0].message).toMatch(/cannot be read: it is a folder/u);
  });

  it('offers the nearest targets for a name that is none', () => {
    const text = 'hosts: {a: {address: x}}\ntargets:\n  docs-server: {url: "http://x/", hosts: [a]}\n';
    const config = parseConfig(text, '/g.yaml', '/');
    const found = config.ok ? findTarget(config.value, 'doc-server') : config;
    const message = 'there is no target "doc-server" in /g.yaml';
    expect(found).toEqual({ ok: false, problems: [{ message, suggestion: 'did you mean "docs-server"?' }] });
  });
});

describe('what ships beside the program', () => {
  const root = new URL('../../', import.meta.url);

  it('has an example that loads, and names every transport', () => {
    const text = readFileSync(new URL('goodgate.example.yaml', root), 'utf8');
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./goodgate.schema.json');
    const parsed = parseConfig(text, '/etc/goodgate/goodgate.yaml', '/home/ops');
    expect(parsed.ok ? [] : parsed.problems).toEqual([]);
    const kinds = parsed.ok ? [...parsed.value.hosts.values()].map((host) => host.transport.kind) : [];
    expect(new Set(kinds)).toEqual(new Set(['ssh', 'docker', 'local']));
  });

  it('has an example whose sections of the service, once uncommented, say what is said anyway', () => {
    const text = readFileSync(new URL('goodgate.example.yaml', root), 'utf8');
    const [before, service] = text.split(/^# --- Only for `goodgate start`.*$/mu);
    const uncommented = service?.replace(/^# /gmu, '').replace(/^ {2}(channels:| {2}C0).*\n/gmu, '');
    const parsed = parseConfig(`${before}${uncommented}`, '/etc/goodgate/goodgate.yaml', '/home/ops');
    expect(parsed.ok ? [] : parsed.problems).toEqual([]);
    const plain = parseConfig(before ?? '', '/etc/goodgate/goodgate.yaml', '/home/ops');
    expect(uncommented).toContain('timeLimit');
    expect(parsed.ok && [parsed.value.slack, parsed.value.service]).toEqual(
      plain.ok && [plain.value.slack, plain.value.service],
    );
  });

  it('has a JSON Schema that is the one of the program (node dist/src/config/write-json-schema.js)', () => {
    const committed: unknown = JSON.parse(readFileSync(new URL('goodgate.schema.json', root), 'utf8'));
    expect(committed).toEqual(JSON.parse(configJsonSchema()));
  });
});
