import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createPortDrawer } from '../world/free-port.js';
import { createRandom } from '../world/random.js';
import { type RunningRedis, startRedis } from './start-redis.js';

export interface RunningCluster {
  readonly url: string;
  readonly nodes: readonly RunningRedis[];
  remove(): Promise<void>;
}

/** Three masters without replicas: the smallest cluster that redis-cli makes. */
export async function startCluster(): Promise<RunningCluster> {
  // The nodes talk to one another at their ports + 10000: https://redis.io/docs/latest/operate/oss_and_stack/management/scaling/
  const drawPort = createPortDrawer(createRandom(process.pid * 1_000 + (Date.now() % 1_000)));
  const words = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000'];
  const nodes: RunningRedis[] = [];
  const remove = async () => void (await Promise.all(nodes.map((node) => node.remove())));
  try {
    for (let index = 0; index < 3; index += 1)
      nodes.push(await startRedis({ words, port: await drawPort() }));
    const addresses = nodes.map((node) => `127.0.0.1:${node.port}`);
    await promisify(execFile)('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], {
      timeout: 60_000,
    });
    return { url: `redis+cluster://${addresses.join(',')}`, nodes, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
