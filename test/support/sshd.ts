import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** Private folder of this server; removed by `stop`. */
  readonly folder: string;
  /** A private key that is let in. */
  readonly keyFile: string;
  /** `ssh-ed25519 AAAA…` of the host. */
  readonly hostKey: string;
  /** A known_hosts file that knows the host. */
  readonly knownHostsFile: string;
  /** Makes another key that is not let in unless `allow` is called with it. */
  makeKey(name: string, options?: { readonly type?: string; readonly passphrase?: string }): string;
  allow(keyFile: string): void;
  log(): string;
  stop(): Promise<void>;
}

/**
 * Starts a private OpenSSH server on a free loopback port with one host key and one user key.
 * `settings` are lines of sshd_config, which come first and therefore win.
 */
export async function startSshd(settings: readonly string[] = []): Promise<Sshd> {
  // sshd refuses to start without its privilege separation folder.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const folder = mkdtempSync(join(tmpdir(), 'goodgate-sshd-'));
  chmodSync(folder, 0o755);
  const path = (name: string): string => join(folder, name);
  const makeKey: Sshd['makeKey'] = (name, options = {}) => {
    const type = options.type ?? 'ed25519';
    execFileSync('ssh-keygen', [
      '-q',
      '-t',
      type,
      '-N',
      options.passphrase ?? '',
      '-C',
      'test',
      '-f',
      path(name),
    ]);
    return path(name);
  };
  const hostKeyFile = makeKey('host_key');
  const keyFile = makeKey('user_key');
  const allow = (file: string): void =>
    writeFileSync(path('authorized_keys'), readFileSync(`${file}.pub`), { flag: 'a' });
  allow(keyFile);
  chmodSync(path('authorized_keys'), 0o600);
  const port = await freePort();
  writeFileSync(
    path('sshd_config'),
    [
      ...settings,
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKeyFile}`,
      `AuthorizedKeysFile ${path('authorized_keys')}`,
      `PidFile ${path('sshd.pid')}`,
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'StrictModes no',
      'UseDNS no',
      'PrintMotd no',
      'LogLevel VERBOSE',
      // Many tests connect at once.
      'MaxStartups 100',
    ].join('\n'),
  );
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', path('sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8');
  });
  const [type, base64] = readFileSync(`${hostKeyFile}.pub`, 'utf8').split(' ');
  const hostKey = `${type} ${base64}`;
  writeFileSync(path('known_hosts'), `[127.0.0.1]:${port} ${hostKey}\n`);
  await listening(port, child, () => log);
  return {
    port,
    user: userInfo().username,
    folder,
    keyFile,
    hostKey,
    knownHostsFile: path('known_hosts'),
    makeKey,
    allow,
    log: () => log,
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await gone;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}

async function listening(port: number, child: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${log()}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await wait(25);
  }
  throw new Error(`sshd did not listen on ${port}: ${log()}`);
}
