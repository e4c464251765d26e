/** `goodgate start`: puts the service together, runs it until it is told to stop, and takes it apart in order. */
import { createLog, type ServiceLog } from '../adapters/log/logger.js';
import type { RedisPlace } from '../adapters/redis/redis-url.js';
import { startWebServer, type WebServer } from '../adapters/web/web-server.js';
import { EXIT, type ExitCode } from '../cli/exit-code.js';
import type { Io } from '../cli/io.js';
import { packageRoot, packageVersion } from '../cli/package-root.js';
import { refuse } from '../cli/refuse.js';
import type { Config } from '../config/config.js';
import type { Playbook } from '../playbook/playbook-schema.js';
import type { Role, ServiceEnvironment } from './environment.js';
import { findRedis } from './find-redis.js';
import { openState, type State } from './open-state.js';
import { runIngressRole } from './run-ingress-role.js';
import { runWorkerRole } from './run-worker-role.js';
import { waitForRedis } from './wait-for-redis.js';
import { parentGone, startWorkerChild, WORKER_CHILD } from './worker-child.js';

export interface ServiceOptions {
  readonly config: Config;
  readonly environment: ServiceEnvironment;
  readonly role: Role;
  readonly playbooks: ReadonlyMap<string, Playbook>;
  readonly io: Io;
}

/** One part of the running service. Stopped in the order opposite to that of their starts, the way in before all. */
export interface Part {
  readonly name: string;
  readonly isWayIn?: boolean;
  stop(): Promise<void>;
}

/** Runs that go on get this long to end by themselves; then they are marked interrupted. */
export const GRACE_MS = 10_000;
const WORKER_ENDED_MS = GRACE_MS + 8000;

export async function startService(options: ServiceOptions): Promise<ExitCode> {
  const { config, environment, role, io } = options;
  const stopping = AbortSignal.any([io.signal, parentGone(io.env)]);
  const log = createLog({ level: environment.logLevel, role });
  if (io.stop !== undefined) {
    io.stop.withinMs = WORKER_ENDED_MS + 10_000;
    io.stop.isExpected = true;
  }
  const found = await findRedis(environment.redisUrl, role, config.service.dataFolder, io.env, log);
  if (!found.ok) return refuse(io, found.problems);
  const { place, url } = found.value;
  const parts: Part[] = [found.value];
  try {
    const state = openState(place, { role, keepMs: config.service.runs.keepMs, log });
    parts.push({ name: 'state', stop: () => state.close() });
    const problem = await waitForRedis(state, log, stopping);
    if (problem !== undefined) return refuse(io, [problem]);
    if (role !== 'worker') parts.push(...(await startIngress(options, state, log)));
    if (role === 'worker') parts.push(...(await startWorker(options, state, place, log)));
    if (role === 'all') parts.push(workerBeside(options, url, log));
    log.info({ version: packageVersion(), targets: config.targets.size }, 'goodgate is running');
    await untilStopped(stopping);
    log.info('goodgate stops: no new work, and what goes on gets a moment to end');
    return EXIT.ok;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw error;
    const { host, port } = config.service.listen;
    return refuse(io, [
      {
        message: `cannot listen on ${host}:${port} (${code})`,
        suggestion: 'another program has this address, or it is none of this machine; set service.listen',
      },
    ]);
  } finally {
    const wayIn = parts.filter(({ isWayIn }) => isWayIn === true);
    const others = parts.filter(({ isWayIn }) => isWayIn !== true).reverse();
    for (const part of [...wayIn, ...others]) {
      await part
        .stop()
        .catch((error: unknown) => log.warn({ err: error, part: part.name }, 'did not stop cleanly'));
    }
    log.info('goodgate has stopped');
  }
}

async function startIngress(
  { config, environment, playbooks }: ServiceOptions,
  state: State,
  log: ServiceLog,
): Promise<Part[]> {
  if (environment.slack === undefined) return [];
  return runIngressRole({
    config,
    slack: environment.slack,
    ...(environment.operatorPassword === undefined ? {} : { operatorPassword: environment.operatorPassword }),
    playbooks: [...playbooks.keys()],
    state,
    log,
  });
}

async function startWorker(
  { config, playbooks, io }: ServiceOptions,
  state: State,
  place: RedisPlace,
  log: ServiceLog,
): Promise<Part[]> {
  const worker = await runWorkerRole({ config, playbooks, state, place, graceMs: GRACE_MS, log });
  const web =
    io.env[WORKER_CHILD] === undefined ? await workerHealth(config, worker.isReady, log) : undefined;
  return web === undefined ? [worker] : [{ name: 'web', stop: () => web.close() }, worker];
}

/** A worker of its own answers health checks too; beside an ingress on the same machine, that one has the address. */
async function workerHealth(
  config: Config,
  isReady: () => Promise<boolean>,
  log: ServiceLog,
): Promise<WebServer | undefined> {
  try {
    return await startWebServer({
      listen: config.service.listen,
      readiness: async () => {
        const ready = await isReady();
        return {
          ready,
          checks: { queue: { ok: ready, says: ready ? 'jobs are taken' : 'no jobs are taken' } },
        };
      },
    });
  } catch (error) {
    log.warn({ err: error }, 'health checks are not answered: the address of service.listen cannot be had');
    return undefined;
  }
}

function workerBeside({ config, io }: ServiceOptions, redisUrl: string, log: ServiceLog): Part {
  const child = startWorkerChild({
    root: packageRoot(),
    arguments: ['start', '--role', 'worker', '--config', config.file],
    env: { ...workerEnvironment(io.env), REDIS_URL: redisUrl, [WORKER_CHILD]: '1' },
    onExit: (code, signal, againMs) =>
      log.error({ code, signal, againMs }, 'the worker has ended, and is started again'),
  });
  return { name: 'worker', stop: () => child.stop(WORKER_ENDED_MS) };
}

/** A worker needs none of Slack's secrets, so it gets none. */
function workerEnvironment(env: Io['env']): Io['env'] {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(?:SLACK_|GOODGATE_OPERATOR_PASSWORD|REDIS_URL)/u.test(name),
  );
  return Object.fromEntries(kept);
}

async function untilStopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
