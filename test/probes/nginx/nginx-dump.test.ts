import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NginxDump, nginxDump } from '../../../src/probes/nginx/nginx-dump.js';
import { nginxProcesses } from '../../../src/probes/nginx/nginx-processes.js';
import { parseMasterTitle } from '../../../src/probes/nginx/process-title.js';
import { type RealNginx, startNginx } from '../support/real-nginx.js';
import { outputOf, runHere } from '../support/run-here.js';
import { closedPort } from '../support/sick-servers.js';

let nginx: RealNginx;
let port = 0;

beforeAll(async () => {
  port = await closedPort();
  nginx = await startNginx(
    port,
    `server { listen 127.0.0.1:${port};
# @goodgate end
# @goodgate dump 1 0 1 1
    return 200; }`,
  );
});
afterAll(async () => {
  await nginx.stop();
});

async function dumpOfOurs(
  options: Parameters<typeof runHere>[1] = {},
): Promise<{ dump: NginxDump; lines: string[] }> {
  const output = await runHere(nginxDump.command({}), options);
  const parsed = nginxDump.parse(output);
  if (!parsed.ok) throw new Error(parsed.says);
  const dump = parsed.facts.dumps.find(({ masterPid }) => masterPid === nginx.master.pid);
  if (dump === undefined) throw new Error('our master was not found');
  return { dump, lines: output.stdout.split('\n') };
}

describe('a running nginx', () => {
  test('is asked for its configuration with its own options, and every line is where it is said to be', async () => {
    const { dump, lines } = await dumpOfOurs();
    expect(dump).toMatchObject({ exitCode: 0, denied: false, test: { ok: true } });
    expect(dump.argv.slice(1)).toEqual(['-T', '-p', nginx.folder, '-c', nginx.config]);
    expect(dump.dump.startsWith(`# configuration file ${nginx.config}:\n`)).toBe(true);
    for (const [index, text] of dump.dump.split('\n').entries())
      expect(lines[dump.dumpFirstLine + index]).toBe(text);
  });
  test('is read past a configuration that imitates the frames', async () => {
    const { dump } = await dumpOfOurs();
    expect(dump.dump).toContain('# @goodgate end\n# @goodgate dump 1 0 1 1\n    return 200; }');
  });
  test('is listed with its workers', async () => {
    const parsed = nginxProcesses.parse(await runHere(nginxProcesses.command({})));
    if (!parsed.ok) throw new Error(parsed.says);
    const master = parsed.facts.masters.find(({ pid }) => pid === nginx.master.pid);
    expect(master).toMatchObject({
      exe: '/usr/sbin/nginx',
      prefix: nginx.folder,
      configFile: nginx.config,
      user: 'root',
      inContainer: false,
    });
    expect(master?.startedSecondsAgo).toBeLessThan(60);
    const worker = parsed.facts.workers.find(({ ppid }) => ppid === nginx.master.pid);
    expect(worker).toMatchObject({ shuttingDown: false });
    expect(worker?.user).not.toBe('root');
  });
  test('tells what an ordinary user may not open from a broken configuration', async () => {
    const { dump } = await dumpOfOurs({ uid: 65_534 });
    expect(dump.test.ok).toBe(false);
    expect(dump.denied).toBe(true);
  });
  test.each([
    ['/bin/bash', '--posix'],
    ['/bin/busybox', 'sh'],
  ])('is read by %s, too', async (...shell) => {
    expect((await dumpOfOurs({ shell })).dump.test.ok).toBe(true);
  });
});

test('a configuration that does not pass names file, line and message, on a line that is there', async () => {
  const good = `daemon off; pid ${nginx.folder}/nginx.pid; error_log ${nginx.folder}/error.log; events {}\n`;
  nginx.write(`${good}http {\n  server {\n    prox_pass x;\n  }\n}\n`);
  const { dump, lines } = await dumpOfOurs();
  expect(dump).toMatchObject({ exitCode: 1, denied: false, test: { ok: false } });
  // nginx prints nothing of it; the files still say where requests would go.
  expect(dump.files).toEqual({ unread: [], more: false });
  expect(dump.dump).toContain('prox_pass x;');
  const [error] = dump.test.errors;
  expect(error).toMatchObject({
    level: 'emerg',
    message: 'unknown directive "prox_pass"',
    file: nginx.config,
    lineNumber: 4,
  });
  expect(lines[error?.line ?? -1]).toBe(error?.text);
  expect(lines[dump.test.line]).toContain('unknown directive');
});

test('a missing certificate and an unknown upstream fail the test with their own words', async () => {
  const good = `daemon off; pid ${nginx.folder}/nginx.pid; error_log ${nginx.folder}/error.log; events {}\n`;
  nginx.write(
    `${good}http { server { listen 127.0.0.1:${port} ssl; ssl_certificate /gone.pem; ssl_certificate_key /gone.key; } }\n`,
  );
  expect((await dumpOfOurs()).dump.test.errors[0]?.message).toContain('cannot load certificate "/gone.pem"');
  nginx.write(
    `${good}http { server { listen 127.0.0.1:${port}; location / { proxy_pass http://no-such.invalid; } } }\n`,
  );
  expect((await dumpOfOurs()).dump.test.errors[0]?.message).toContain(
    'host not found in upstream "no-such.invalid"',
  );
  writeFileSync(nginx.config, '');
  expect((await dumpOfOurs()).dump.test.ok).toBe(false);
});

test.each([
  [
    'nginx: master process /usr/sbin/nginx -g daemon on; master_process on;',
    { program: '/usr/sbin/nginx', args: ['-g', 'daemon on; master_process on;'] },
  ],
  [
    'nginx: master process nginx -p /srv/a b -c conf/n.conf\0\0\0',
    { prefix: '/srv/a b', configFile: 'conf/n.conf' },
  ],
  ['nginx: master process ./nginx -c/etc/x.conf -q', { configFile: '/etc/x.conf' }],
  ['nginx: master process nginx', { program: 'nginx', args: [] }],
])('%s', (title, expected) => {
  expect(parseMasterTitle(title)).toMatchObject(expected);
});

test('no nginx at all is said, and is no dump', () => {
  expect(nginxDump.parse(outputOf('@goodgate none\n@goodgate end\n'))).toMatchObject({
    ok: true,
    facts: { nginxInstalled: false, dumps: [] },
  });
});

test('masters beyond those that were asked are counted', () => {
  const parsed = nginxDump.parse(
    outputOf(
      '@goodgate dump 5 0 1 1\nnginx\n# configuration file /a:\n@goodgate left-out 3\n@goodgate end\n',
    ),
  );
  expect(parsed).toMatchObject({ ok: true, facts: { leftOut: 3, truncated: false } });
});

test('cut, foreign and hostile output never throws and is never healthy', () => {
  expect(nginxDump.parse(outputOf(''))).toMatchObject({ ok: false });
  expect(nginxDump.parse(outputOf('', { timedOut: true }))).toMatchObject({ ok: false, reason: 'timeout' });
  expect(nginxProcesses.parse(outputOf('', { exitCode: 2, stderr: '/proc' }))).toMatchObject({ ok: false });
  const cut = nginxDump.parse(
    outputOf('@goodgate dump 12 0 1 900\nnginx\n# configuration file /a:\nhttp {', { truncated: true }),
  );
  expect(cut).toMatchObject({ ok: true, facts: { truncated: true } });
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '@goodgate dump - 0 1 3',
      '@goodgate dump 5 1 99 99999999',
      '@goodgate end',
      'nginx: [emerg] a in b:c',
      'clock 1.0 100',
      '1 1 u 1 0 exe=',
      'nginx: master process ',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece), (lines) => {
      nginxDump.parse(outputOf(lines.join('\n')));
      nginxProcesses.parse(outputOf(lines.join('\n')));
    }),
  );
});
