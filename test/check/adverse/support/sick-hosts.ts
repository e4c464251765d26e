import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPortDrawer } from '../../../../playground/world/free-port.js';
import { createRandom } from '../../../../playground/world/random.js';
import { takesConnections } from '../../../../playground/world/ssh-server.js';
import { waitUntil } from '../../../../playground/world/wait-until.js';
import type { World } from '../../../../playground/world/world.js';

export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const drawPort = createPortDrawer(createRandom(randomBytes(2).readUInt16BE()));

export interface SickHost {
  readonly port: number;
  /** The options of `goodgate check` with which this door to the world's machine is used. */
  readonly argv: (user?: string) => readonly string[];
}

export interface Sickness {
  /** Lines of sshd_config. */
  readonly settings?: readonly string[];
  /** Shell commands that run as root in a mount namespace of this server's own, before it starts. */
  readonly before?: string;
}

/** Another SSH server on the world's machine: the same processes and logs, seen through a sickness of its own. */
export async function openDoor(world: World, sickness: Sickness = {}): Promise<SickHost> {
  const folder = makeFolder(world, 'door');
  const port = await drawPort();
  const file = (name: string): string => join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file('host_key')]);
  copyFileSync(`${world.ssh.keyFile}.pub`, file('authorized_keys'));
  chmodSync(file('authorized_keys'), 0o644);
  // Its own copy: a sickness may hide /usr/sbin, and sshd executes itself anew for each connection.
  copyFileSync('/usr/sbin/sshd', file('sshd'));
  const settings = [
    ...(sickness.settings ?? []),
    `Port ${port}`,
    `ListenAddress ${world.proxy.address}`,
    `HostKey ${file('host_key')}`,
    `AuthorizedKeysFile ${file('authorized_keys')}`,
    `PidFile ${file('pid')}`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'StrictModes no',
    'PrintMotd no',
    'UseDNS no',
  ];
  writeFileSync(file('conf'), `${settings.join('\n')}\n`);
  const start = `${sickness.before ?? ':'}\nexec ${file('sshd')} -D -e -f ${file('conf')}`;
  world.proxy.start(['unshare', '-m', 'sh', '-ec', start], file('log'));
  await waitUntil('the door opens', () => takesConnections(world.proxy.address, port));
  const [type, key] = readFileSync(file('host_key.pub'), 'utf8').trim().split(' ');
  return {
    port,
    argv: (user = 'root') => [
      ...['-i', world.ssh.keyFile, '--host-key', `${type} ${key}`],
      ...['--host', `${user}@${world.proxy.address}:${port}`],
    ],
  };
}

/** A folder of programs that stand in for the host's own, all with the same text. */
export function standIns(world: World, names: readonly string[], script: string): string {
  const folder = makeFolder(world, 'stand-ins');
  for (const name of names) writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return folder;
}

/** All that BusyBox is, and nginx: what a small container image has. */
export function busyboxTools(world: World): string {
  const folder = makeFolder(world, 'busybox');
  copyFileSync('/usr/bin/busybox', join(folder, 'busybox'));
  chmodSync(join(folder, 'busybox'), 0o755);
  execFileSync(join(folder, 'busybox'), ['--install', '-s', folder]);
  copyFileSync('/usr/sbin/nginx', join(folder, 'nginx'));
  chmodSync(join(folder, 'nginx'), 0o755);
  return folder;
}

/** A system account that may log in and nothing else; removed with the world. */
export function ordinaryAccount(world: World): string {
  const name = `gg${randomBytes(4).toString('hex')}`;
  execFileSync('useradd', ['-r', '-M', '-d', '/', '-s', '/bin/sh', '-p', '*', name]);
  world.keeper.addUndo(['userdel', name]);
  return name;
}

export function makeFolder(world: World, name: string): string {
  const folder = join(world.folder, `${name}-${randomBytes(4).toString('hex')}`);
  mkdirSync(folder, { mode: 0o755 });
  return folder;
}
