import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeWithin } from '../../../src/diagnosis/place-within.js';
import { parseNginxDump } from '../../../src/nginx/parse-nginx-dump.js';
import { splitDump } from '../../../src/nginx/split-dump.js';
import { READ_FILES_SHELL } from '../../../src/probes/nginx/config-files-snippet.js';
import { type NginxDump, nginxDump } from '../../../src/probes/nginx/nginx-dump.js';
import { TRUST_SHELL } from '../../../src/probes/trust-shell.js';
import { type RealNginx, startNginx } from '../support/real-nginx.js';
import { pathWith, runHere, SMALL_TOOLS } from '../support/run-here.js';
import { closedPort } from '../support/sick-servers.js';

/** nobody: may read what everyone may, and not open the pid file. */
const ORDINARY = 65_534;

let nginx: RealNginx;
const file = (...parts: string[]): string => join(nginx.folder, ...parts);
const put = (path: string, text: string, mode = 0o644): void => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text, { mode });
};

beforeAll(async () => {
  const port = await closedPort();
  nginx = await startNginx(port, `server { listen 127.0.0.1:${port}; }`);
  put(file('conf.d', 'b.conf'), 'upstream app { server 127.0.0.1:1; }\n');
  put(file('conf.d', 'a.conf'), 'map $host $a { default 1; include maps/more; }');
  put(file('conf.d', '.hidden.conf'), 'bogus;\n');
  put(file('maps', 'more'), 'docs 2;\n');
  put(file('one two.conf'), '# a name with a blank\n');
  put(file('it$(id)`s.conf'), '# a name that a shell would run\n');
  put(file('single1.conf'), '');
  put(file('single2.conf'), '# @goodgate end\n# @goodgate files 1 0 0 1\n');
  put(file('multi.conf'), 'server_tokens off;');
  put(file('not-this.conf'), 'bogus;\n');
  put(file('available', 'docs'), `server { listen 127.0.0.1:${port}; include quoted/headers.conf; }\n`);
  put(file('quoted', 'headers.conf'), 'proxy_set_header X-A "a; include not-this.conf;"; # it is quoted\n');
  mkdirSync(file('sites', 'docs'), { recursive: true });
  symlinkSync(file('available', 'docs'), file('sites', 'docs', 'site.conf'));
  nginx.write(`daemon off; pid ${nginx.folder}/nginx.pid; error_log ${nginx.folder}/error.log; include none/*.conf;
events {}
# include not-this.conf; include not-this.conf;
http { client_body_temp_path ${nginx.folder}/body; access_log off; # ; include not-this.conf;
  include conf.d/*.conf;include "one two.conf" ; include 'it$(id)\`s.conf';
  include
    multi.conf;   include single[12].conf;
  include sites/*/site.conf; }
`);
});
afterAll(() => nginx.stop());

async function dump(
  options: Parameters<typeof runHere>[1] = {},
): Promise<{ dump: NginxDump; lines: string[]; says: string }> {
  const output = await runHere(nginxDump.command({}), options);
  const parsed = nginxDump.parse(output);
  if (!parsed.ok) throw new Error(parsed.says);
  const found = parsed.facts.dumps.find(({ masterPid }) => masterPid === nginx.master.pid);
  if (found === undefined) throw new Error('our master was not found');
  return { dump: found, lines: output.stdout.split('\n'), says: parsed.missing?.says ?? '' };
}

/** The files that the includes reach, with their texts. */
const textOf = (text: string): [string, string][] => {
  const { files } = parseNginxDump(text);
  return splitDump(text)
    .sections.filter((section) => files.includes(section.file))
    .map((section): [string, string] => [section.file, section.text.trimEnd()])
    .sort();
};

describe('an account that may not run nginx -T', () => {
  test.each([
    ['dash', {}],
    ['bash', { shell: ['/bin/bash', '--posix'] }],
    ['BusyBox', { shell: ['/bin/busybox', 'sh'] }],
  ])('reads the same files as nginx does, with %s', async (_name, options) => {
    const [asRoot, asNobody] = [await dump(), await dump({ ...options, uid: ORDINARY })];
    expect(asRoot.dump.test.ok).toBe(true);
    expect(asRoot.dump.files).toBeUndefined();
    expect(asNobody.dump).toMatchObject({ denied: true, files: { unread: [], more: false } });
    expect(textOf(asNobody.dump.dump)).toEqual(textOf(asRoot.dump.dump));
    expect(parseNginxDump(asNobody.dump.dump).problems).toEqual([]);
    expect(asNobody.says).toContain('the configuration files were read instead');
  });

  test('cites every line where it is, and the file in which it stands', async () => {
    const { dump: found, lines } = await dump({ uid: ORDINARY });
    for (const [index, text] of found.dump.split('\n').entries())
      expect(lines[found.dumpFirstLine + index]).toBe(text);
    const line = lines.indexOf('server_tokens off;');
    expect(placeWithin('nginx.dump', lines, line)).toEqual({ line, within: `cat ${file('multi.conf')}` });
  });

  test('is told which files it may not read, and keeps the rest', async () => {
    chmodSync(file('quoted', 'headers.conf'), 0o600);
    chmodSync(file('conf.d'), 0o700);
    try {
      const { dump: found, says } = await dump({ uid: ORDINARY });
      expect([...(found.files?.unread ?? [])].sort()).toEqual(
        [file('conf.d', '*.conf'), file('quoted', 'headers.conf')].sort(),
      );
      expect(says).toContain(file('quoted', 'headers.conf'));
      expect(found.dump).toContain('server_tokens off;');
      const config = parseNginxDump(found.dump, found.files?.unread);
      expect(config.problems).toEqual([]);
      expect(config.http.map(({ name }) => name)).toContain('(unread)');
    } finally {
      chmodSync(file('quoted', 'headers.conf'), 0o644);
      chmodSync(file('conf.d'), 0o755);
    }
  });

  test('does not read what has no end, nor follow a file that includes itself for ever', async () => {
    const top = file('endless', 'nginx.conf');
    put(top, `include nginx.conf; include loop/*/*/*; include /dev/zero; include pipe; include last.conf;`);
    put(file('endless', 'last.conf'), 'last;');
    mkdirSync(file('endless', 'loop'));
    symlinkSync('.', file('endless', 'loop', 'again'));
    execFileSync('mkfifo', [file('endless', 'pipe')]);
    const script = `${TRUST_SHELL}${READ_FILES_SHELL}\npid=7; uid=0; exe=/usr/sbin/nginx; p=; c=$1; read_files`;
    const output = await runHere({ argv: ['sh', '-c', script, 'goodgate', top], timeoutMs: 10_000 });
    const [frame, ...lines] = output.stdout.split('\n');
    expect(frame).toMatch(/^@goodgate files 7 \d 0 +\d+$/);
    expect(lines).toEqual(expect.arrayContaining(['/dev/zero', file('endless', 'pipe'), 'last;']));
    expect(lines.filter((line) => line === `# configuration file ${top}:`)).toHaveLength(1);
  });

  test('says that not all was read where there is no awk to find includes with', async () => {
    const few = pathWith([...SMALL_TOOLS, 'nginx', 'id'].filter((tool) => tool !== 'awk'));
    chmodSync(few.path, 0o755);
    try {
      const { dump: found } = await dump({ uid: ORDINARY, path: few.path });
      expect(found.files?.more).toBe(true);
      expect(found.dump).toContain('include sites/*/site.conf;');
    } finally {
      few.remove();
    }
  });

  test('hears of a configuration that is invalid from nginx itself', async () => {
    put(file('single1.conf'), 'bogus on;\n');
    try {
      const { dump: found } = await dump({ uid: ORDINARY });
      expect(found).toMatchObject({ denied: false, test: { ok: false } });
      expect(found.dump).toContain('bogus on;');
      expect(found.test.errors.find(({ level }) => level === 'emerg')?.message).toBe(
        'unknown directive "bogus"',
      );
    } finally {
      put(file('single1.conf'), '');
    }
  });
});

describe('a program in nginx’s place that is none', () => {
  test.each<[string, string, string, RegExp]>([
    ['prints without end', 'exec yes nginx', 'truncated', /printed more than a configuration can be/],
    [
      'prints bytes that are no text',
      'exec head -c 100000 /dev/urandom',
      'unparseable',
      /printed no configuration/,
    ],
    [
      'does not know -T',
      'echo \'nginx: invalid option: "T"\' >&2; exit 1',
      'failed',
      /status 1: nginx: invalid option/,
    ],
    ['is killed', 'kill -9 $$', 'timeout', /did not end/],
  ])('%s: nothing is called invalid, and the files are read', async (_what, text, reason, says) => {
    const few = pathWith([...SMALL_TOOLS, 'id', 'mkfifo', 'rm', 'yes']);
    chmodSync(few.path, 0o755);
    writeFileSync(join(few.path, 'nginx'), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    try {
      const output = await runHere(nginxDump.command({}), { uid: ORDINARY, path: few.path });
      const parsed = nginxDump.parse(output);
      if (!parsed.ok) throw new Error(parsed.says);
      const found = parsed.facts.dumps.find(({ masterPid }) => masterPid === nginx.master.pid);
      expect(found).toMatchObject({ denied: true, files: { unread: [] } });
      expect(found?.dump).toContain('server_tokens off;');
      expect(parsed.missing).toMatchObject({ reason, says: expect.stringMatching(says) });
    } finally {
      few.remove();
    }
  });
});
