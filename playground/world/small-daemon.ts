import { join } from 'node:path';
import type { Host } from './host.js';
import type { Daemon } from './nginx.js';
import { waitUntil } from './wait-until.js';

/** A program of ours (broker, name server) that is started in the background and found again by its command line. */
export function createSmallDaemon(
  host: Host,
  argv: readonly [string, ...string[]],
  logFile: string,
  answers: () => Promise<boolean>,
): Daemon {
  const pids = async (): Promise<readonly number[]> => {
    const { stdout } = await host.run(['ps', '-eo', 'pid=,args=']);
    const lines = stdout
      .split('\n')
      .filter((line) => line.includes(argv.join(' ')) && !line.includes('nsenter'));
    return lines.map((line) => Number(line.trim().split(/\s+/)[0]));
  };
  return {
    async start() {
      host.start(argv, logFile);
      await waitUntil(`${argv[0]} answers`, answers);
    },
    async stop() {
      for (const pid of await pids()) await host.signal(pid, 'TERM');
      await waitUntil(`${argv[0]} has ended`, async () => (await pids()).length === 0);
    },
    isRunning: async () => (await pids()).length > 0,
  };
}

/** The broker: a small AMQP server under a name of its own. */
export function brokerCommand(
  appFolder: string,
  program: string,
  port: number,
): readonly [string, ...string[]] {
  return [program, join(appFolder, 'broker.js'), String(port)];
}
