import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Host, RunResult } from '../world/host.js';
import type { Keeper } from '../world/keeper.js';
import { waitUntil } from '../world/wait-until.js';

/** A docker daemon: the machine's own where one answers, else one of ours in a private folder. */
export interface Engine {
  /** What a program needs in its environment to reach it. */
  readonly env: Readonly<Record<string, string>>;
  readonly own: boolean;
  docker(...words: readonly string[]): Promise<RunResult>;
}

/** Why no container can be made here; undefined where one can. */
export function whyNoContainers(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may start a docker daemon and look into its containers';
  const folders = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter);
  const lacking = ['docker', 'dockerd'].find((name) => !folders.some((one) => existsSync(join(one, name))));
  return lacking && `${lacking} is not installed`;
}

export async function startEngine(host: Host, keeper: Keeper): Promise<Engine> {
  if ((await host.run(['docker', 'info'])).code === 0) return engineAt(host, undefined);
  const folder = join(keeper.folder, 'engine');
  mkdirSync(folder, { recursive: true });
  const socket = `unix://${folder}/docker.sock`;
  takeAwayAfterwards(keeper, folder);
  host.start(
    [
      'dockerd',
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--host', socket, '--pidfile', join(folder, 'docker.pid')],
    ],
    join(keeper.folder, 'dockerd.log'),
  );
  const engine = engineAt(host, socket);
  await waitUntil(
    'a docker daemon of our own answers',
    async () => {
      const { code, stderr } = await engine.docker('info');
      return code === 0 || stderr;
    },
    60_000,
  );
  return engine;
}

function engineAt(host: Host, socket: string | undefined): Engine {
  return {
    env: socket === undefined ? {} : { DOCKER_HOST: socket },
    own: socket !== undefined,
    docker: (...words) => host.run(['docker', ...(socket === undefined ? [] : ['--host', socket]), ...words]),
  };
}

/** What a daemon leaves when it is killed: its mounts, and the bridge that it made. */
function takeAwayAfterwards(keeper: Keeper, folder: string): void {
  if (!readdirSync('/sys/class/net').includes('docker0')) keeper.addUndo(['ip', 'link', 'del', 'docker0']);
  const unmount =
    'grep -F " $1/" /proc/self/mounts | cut -d " " -f 2 | sort -r | while read -r one; do umount -l "$one"; done';
  keeper.addUndo(['sh', '-c', unmount, 'goodgate', folder]);
}
