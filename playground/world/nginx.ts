import { readFileSync } from 'node:fs';
import type { Host, RunResult } from './host.js';
import type { Paths } from './paths.js';
import { waitUntil } from './wait-until.js';

/** A program that the world starts, stops and asks whether it runs. */
export interface Daemon {
  start(): Promise<void>;
  stop(): Promise<void>;
  isRunning(): Promise<boolean>;
}

export interface Nginx extends Daemon {
  test(): Promise<RunResult>;
  /** Makes the configuration on disk take effect, and waits until the workers of the old one are gone. */
  reload(): Promise<void>;
  masterPid(): number | undefined;
}

export function createNginx(host: Host, paths: Paths): Nginx {
  const masterPid = (): number | undefined => pidIn(paths.nginxPid);
  const command = (...rest: string[]): [string, ...string[]] => ['nginx', '-c', paths.nginxConf, ...rest];
  const nginx: Nginx = {
    masterPid,
    test: () => host.run(command('-t')),
    async start() {
      const result = await host.run(command());
      if (result.code !== 0) throw new Error(`nginx did not start: ${result.stderr.trim()}`);
      await waitUntil('nginx has written its pid', async () => masterPid() !== undefined);
    },
    async stop() {
      const pid = masterPid();
      if (pid === undefined) return;
      await host.signal(pid, 'TERM');
      await waitUntil('nginx has ended', async () => !(await nginx.isRunning()));
    },
    async reload() {
      const pid = masterPid();
      if (pid === undefined) return nginx.start();
      const before = await workersOf(host, pid);
      await host.signal(pid, 'HUP');
      await waitUntil('the old workers take no more requests', async () => {
        const now = await workersOf(host, pid);
        return now.length > 0 && !now.some((worker) => before.includes(worker));
      });
    },
    async isRunning() {
      const pid = masterPid();
      return pid !== undefined && (await host.run(['kill', '-0', String(pid)])).code === 0;
    },
  };
  return nginx;
}

/** The workers that take requests: those that are shutting down only finish what they have. */
async function workersOf(host: Host, masterPid: number): Promise<readonly string[]> {
  const { stdout } = await host.run(['ps', '-o', 'pid=,args=', '--ppid', String(masterPid)]);
  const lines = stdout
    .split('\n')
    .filter((line) => line.includes('worker process') && !line.includes('shutting down'));
  return lines.map((line) => line.trim().split(/\s+/)[0] ?? '');
}

export function pidIn(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8').trim());
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}
