/** Starts goodgate's private Redis in a process of its own, to be killed: node small-private.js DATA_FOLDER. */
import { startPrivateRedis } from '../../src/adapters/redis/private-redis.js';

const [, , dataFolder = ''] = process.argv;
const started = await startPrivateRedis({ dataFolder, env: process.env, onDeath: () => undefined });
const pid = started.state === 'running' ? started.redis.pid() : 0;
process.stdout.write(`${JSON.stringify({ state: started.state, pid })}\n`);
setInterval(() => undefined, 1_000);
