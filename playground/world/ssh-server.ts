import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Host } from './host.js';
import { waitUntil } from './wait-until.js';

/** How to log in to a host of the world. */
export interface SshAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
}

/** Starts a private sshd that lets the current user in with a key made for this world. */
export async function startSshServer(host: Host, folder: string, port: number): Promise<SshAccess> {
  const isRoot = process.getuid?.() === 0;
  const user = userInfo().username;
  mkdirSync(folder, { recursive: true });
  if (isRoot) mkdirSync('/run/sshd', { recursive: true });
  const [hostKeyFile, keyFile] = [join(folder, 'ssh_host_ed25519_key'), join(folder, 'id_ed25519')];
  for (const file of [hostKeyFile, keyFile]) {
    const made = await host.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
    if (made.code !== 0) throw new Error(`ssh-keygen failed: ${made.stderr}`);
    chmodSync(file, 0o600);
  }
  const authorized = join(folder, 'authorized_keys');
  writeFileSync(authorized, readFileSync(`${keyFile}.pub`), { mode: 0o600 });
  const conf = join(folder, 'sshd_config');
  writeFileSync(
    conf,
    renderConf(host.address, port, hostKeyFile, authorized, join(folder, 'sshd.pid'), isRoot),
  );
  host.start(['/usr/sbin/sshd', '-D', '-e', '-f', conf], join(folder, 'sshd.log'));
  await waitUntil(`sshd listens on ${host.address}:${port}`, () => takesConnections(host.address, port));
  const [type, key] = readFileSync(`${hostKeyFile}.pub`, 'utf8').split(' ');
  const hostKey = `${type} ${key?.trim()}`;
  const knownHostsFile = join(folder, 'known_hosts');
  writeFileSync(knownHostsFile, `[${host.address}]:${port} ${hostKey}\n`);
  return { host: host.address, port, user, keyFile, knownHostsFile, hostKey };
}

function renderConf(
  address: string,
  port: number,
  hostKey: string,
  authorized: string,
  pidFile: string,
  isRoot: boolean,
): string {
  return `Port ${port}
ListenAddress ${address}
HostKey ${hostKey}
PidFile ${pidFile}
AuthorizedKeysFile ${authorized}
${isRoot ? 'PermitRootLogin prohibit-password\n' : ''}PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PrintMotd no
UseDNS no
`;
}

export function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const finish = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.on('connect', () => finish(true));
    socket.on('error', () => finish(false));
    socket.on('timeout', () => finish(false));
  });
}
