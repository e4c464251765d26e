import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { backendConfig } from '../../src/probes/backend/backend-config.js';
import { haproxyStatus } from '../../src/probes/edge/haproxy-status.js';
import { nginxDump } from '../../src/probes/nginx/nginx-dump.js';
import { supervisorConfig } from '../../src/probes/service/supervisor-config.js';
import { supervisorStatus } from '../../src/probes/service/supervisor-status.js';
import { TRUST_SHELL } from '../../src/probes/trust-shell.js';
import { pathWith, runHere, SMALL_TOOLS } from './support/run-here.js';

/** These probes run as root, and this user runs processes that call themselves something else. */
const NOBODY = 65_534;
const SECRET = 'only-root-may-read-this';
const SHELLS = [
  ['dash', {}],
  ['bash', { shell: ['/bin/bash', '--posix'] }],
  ['BusyBox', { shell: ['/bin/busybox', 'sh'] }],
] as const;

const folder = mkdtempSync(join(tmpdir(), 'goodgate-trust-'));
const at = (...parts: string[]): string => join(folder, ...parts);
const theirs = (...parts: string[]): string => at('theirs', ...parts);
const secret = at('secret.conf');
const ran = theirs('ran');
const forged: ChildProcess[] = [];

beforeAll(() => {
  chmodSync(folder, 0o755);
  writeFileSync(secret, `${SECRET} on;\n`, { mode: 0o600 });
  mkdirSync(theirs());
  chownSync(theirs(), NOBODY, NOBODY);
});
afterEach(() => {
  for (const child of forged.splice(0)) child.kill('SIGKILL');
  rmSync(ran, { force: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text: string, mode = 0o644, owner = NOBODY): string {
  writeFileSync(path, text);
  chmodSync(path, mode);
  chownSync(path, owner, owner);
  return path;
}

/** A process of that user under any name; it is a perl of the user's own, for `perl -T -c FILE` runs what FILE says. */
async function forge(name: string, argv0: string, args: readonly string[]): Promise<number> {
  const program = theirs(name);
  if (!existsSync(program)) copyFileSync('/usr/bin/perl', program);
  chownSync(program, NOBODY, NOBODY);
  chmodSync(program, 0o755);
  const child = spawn(program, ['-e', '$| = 1; print "up"; sleep 600', '--', ...args], {
    argv0,
    uid: NOBODY,
    gid: NOBODY,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  forged.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child.pid ?? 0;
}

const tells = (path: string): string => `BEGIN { open my $f, '>>', '${path}'; print $f "$>\\n"; }\n`;
/** As whom what that user wrote was run. */
const ranAs = (): Set<string> =>
  new Set(existsSync(ran) ? readFileSync(ran, 'utf8').split('\n').filter(Boolean) : []);

describe.each(SHELLS)('on the word of another user root does nothing, in %s:', (_name, options) => {
  test('a program that calls itself nginx runs as its own user', async () => {
    const evil = put(theirs('evil.pl'), tells(ran));
    await forge('evil', `nginx: master process /usr/sbin/nginx -c ${evil}`, []);
    await runHere(nginxDump.command({}), options);
    expect(ranAs()).toEqual(new Set([String(NOBODY)]));
  });

  test('what its configuration includes is read as its own user, and links are followed as that user', async () => {
    symlinkSync(secret, theirs('link.conf'));
    try {
      const conf = put(
        theirs('evil.conf'),
        `mine on;\ninclude ${secret};\ninclude ${theirs('link.conf')};\n`,
      );
      const pid = await forge('evil', `nginx: master process /usr/sbin/nginx -c ${conf}`, []);
      const output = await runHere(nginxDump.command({}), options);
      expect(output.stdout).not.toContain(SECRET);
      const parsed = nginxDump.parse(output);
      const dump = parsed.ok ? parsed.facts.dumps.find(({ masterPid }) => masterPid === pid) : undefined;
      expect(dump?.dump).toContain('mine on;');
      expect(dump?.files?.unread).toContain(secret);
    } finally {
      rmSync(theirs('link.conf'));
    }
  });

  test('no file and no socket that a process called haproxy names is opened', async () => {
    let asked = 0;
    const socket = at('root.sock');
    const server = createServer((connection) => {
      asked += 1;
      connection.end();
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    chmodSync(socket, 0o600);
    try {
      const conf = put(theirs('haproxy.cfg'), `global\n  stats socket ${socket} level admin\n`);
      await forge('haproxy', 'haproxy', ['-f', secret, '-f', conf]);
      const output = await runHere(haproxyStatus.command(undefined), options);
      expect(output.stdout).not.toContain(SECRET);
      expect(output.stdout).toContain('stats socket');
      expect(asked).toBe(0);
      expect(haproxyStatus.parse(output)).toMatchObject({
        ok: true,
        missing: { reason: 'permission-denied' },
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('no file that a process called supervisord names is printed', async () => {
    const conf = put(theirs('supervisord.conf'), `[supervisord]\n[include]\nfiles = ${secret}\n`);
    await forge('perl', theirs('supervisord'), ['-c', secret]);
    await forge('perl', theirs('supervisord'), ['-c', conf]);
    const output = await runHere(supervisorConfig.command(undefined), options);
    expect(output.stdout).not.toContain(SECRET);
    const parsed = supervisorConfig.parse(output);
    const found = parsed.ok
      ? parsed.facts.instances.find(({ configFile }) => configFile === conf)
      : undefined;
    expect(found?.files).toMatchObject([
      { path: conf, readable: true },
      { path: secret, readable: false },
    ]);
  });

  test('a supervisorctl beside it runs as its own user', async () => {
    const more = ['id', 'env', 'cut', 'getent', 'setpriv', 'runuser', 'uname'];
    const few = pathWith([...SMALL_TOOLS, ...more]);
    chmodSync(few.path, 0o755);
    try {
      put(theirs('supervisorctl'), `#!/bin/sh\nid -u >>${ran}\n`, 0o755);
      const conf = put(theirs('supervisord.conf'), '[supervisord]\n');
      await forge('perl', theirs('supervisord'), ['-c', conf]);
      await runHere(supervisorStatus.command(undefined), { ...options, path: few.path });
      expect(ranAs()).toEqual(new Set([String(NOBODY)]));
    } finally {
      few.remove();
    }
  });

  test("no file that a process's folder or command names is printed", async () => {
    symlinkSync(secret, theirs('.env'));
    try {
      const pid = await forge('app', 'app', []);
      const command = backendConfig.command({
        label: 'app',
        pid,
        directory: theirs(),
        environment: { APP_CONFIG: secret },
        files: [secret],
      });
      const output = await runHere(command, options);
      expect(output.stdout).not.toContain(SECRET);
      expect(output.stdout).toContain(`stat ${secret}`);
    } finally {
      rmSync(theirs('.env'));
    }
  });
});

test('an nginx in a container that no engine reaches is not run, and named', async () => {
  const evil = put(theirs('evil.pl'), tells(ran));
  const title = `nginx: master process /usr/sbin/nginx -c ${evil}`;
  const inner = `exec -a "$0" /usr/bin/perl -e '$| = 1; print "up"; sleep 600'`;
  const child = spawn('unshare', ['--pid', '--fork', '--kill-child', 'bash', '-c', inner, title], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  forged.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  const parsed = nginxDump.parse(await runHere(nginxDump.command({})));
  expect(ranAs()).toEqual(new Set());
  const dumps = parsed.ok ? parsed.facts.dumps : [];
  const refused = dumps.find(({ argv }) => argv.includes(evil));
  expect(refused).toMatchObject({ denied: true, exitCode: 126, dump: '' });
  expect(refused?.says).toContain('in a container that docker and podman do not reach: not looked at');
  expect(parsed).toMatchObject({ ok: true, missing: { reason: 'permission-denied' } });
});

describe.each(SHELLS)('what root may run or read, in %s:', (_name, options) => {
  const decides = async (uid: number, path: string): Promise<string> => {
    const script = `${TRUST_SHELL}\nIFS='\n'; if who_may "$1" "$2"; then echo "$who $(as_who id -u)"; else echo "no: $(refusal run)"; fi`;
    const output = await runHere(
      { argv: ['sh', '-c', script, 'goodgate', String(uid), path], timeoutMs: 10_000 },
      options,
    );
    return output.stdout.trim();
  };

  test.each<[string, () => string, string]>([
    ['a file of its own', () => put(at('own'), '', 0o644, 0), '0 0'],
    ['a file that is not there', () => at('none', 'here'), '0 0'],
    ['a link of its own to a file of its own', () => link(at('good'), '/etc/passwd'), '0 0'],
    ['a file of one other user', () => put(at('other'), ''), `${NOBODY} ${NOBODY}`],
    ["its own file in another's folder", () => put(theirs('root'), '', 0o644, 0), `${NOBODY} ${NOBODY}`],
    [
      "a link of its own by way of another's link",
      () => link(at('way'), link(theirs('way'), '/etc/passwd', NOBODY)),
      `${NOBODY} ${NOBODY}`,
    ],
    ['a file that a group may write', () => put(at('group'), '', 0o664, 0), 'no: '],
    ['a file that all may write', () => put(at('all'), '', 0o666, 0), 'no: '],
    ["one user's file in another's folder", () => put(theirs('daemon'), '', 0o644, 1), 'no: '],
    ['nothing, where all may put something', () => join(tmpdir(), 'goodgate-nothing-there'), 'no: '],
    ['a path that is none', () => 'etc/passwd', 'no: '],
    ['a link without end', () => link(at('endless'), at('endless')), 'no: '],
  ])('%s', async (_what, make, expected) => {
    const path = make();
    const decided = await decides(0, path);
    if (expected === 'no: ') expect(decided).toMatch(/^no: goodgate: Permission denied: .*not run as root$/);
    else expect(decided).toBe(expected);
  });

  test("nothing as root on another user's word, whoever owns it", async () => {
    expect(await decides(NOBODY, '/etc/passwd')).toBe(`${NOBODY} ${NOBODY}`);
  });

  test("nothing on the word of a user that has no name but that user's", async () => {
    expect(await decides(54_321, '/etc/passwd')).toBe('54321 54321');
  });
});

function link(path: string, to: string, owner = 0): string {
  rmSync(path, { force: true });
  symlinkSync(to, path);
  lchownSync(path, owner, owner);
  return path;
}
