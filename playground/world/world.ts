import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { giveTo, serviceUsers } from './accounts.js';
import { installPrograms, writeProgramFiles } from './app-install.js';
import { createDatabase, type Database, postgresqlPrograms } from './database.js';
import { createPortDrawer } from './free-port.js';
import { renderGoodgateYaml } from './goodgate-yaml.js';
import { createHost } from './host.js';
import { createKeeper, type Keeper } from './keeper.js';
import { drawOnlyofficeNames, drawServiceNames } from './names.js';
import { createNginx, type Daemon } from './nginx.js';
import { renderNginxConf, renderOnlyofficeSite, renderServiceSite } from './nginx-conf.js';
import { layOutPaths, makeFolders, type Paths } from './paths.js';
import { createRandom } from './random.js';
import { createRedis, renderRedisConf } from './redis.js';
import { requestOnce } from './request.js';
import { documentServerSettings, exampleSettings, serviceSettings } from './settings.js';
import { brokerCommand, createSmallDaemon } from './small-daemon.js';
import { startSshServer, takesConnections } from './ssh-server.js';
import { createSupervisor, renderSupervisorConf } from './supervisor.js';
import { layOutSites } from './topology.js';
import { waitUntil } from './wait-until.js';
import type { Ports, World, WorldHost, WorldOptions } from './world-types.js';

export type { Layout, Seen, World, WorldHost, WorldOptions } from './world-types.js';
export { layouts } from './world-types.js';

/**
 * Starts real servers on ports and in a folder of their own, and returns when the service is healthy through nginx.
 * Ends everything it began when it fails half-way, when `stop` is called, and when this program ends or is interrupted.
 */
export async function startWorld(options: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'goodgate-world-'));
  chmodSync(folder, 0o755);
  const keeper = createKeeper(folder);
  try {
    const world = await buildWorld(options, keeper);
    options.log?.(`${world.layout} at ${world.url}`);
    return world;
  } catch (error) {
    await keeper.clear();
    throw error;
  }
}

async function buildWorld(options: WorldOptions, keeper: Keeper): Promise<World> {
  const { folder } = keeper;
  const layout = options.layout ?? 'onlyoffice';
  const isOnlyoffice = layout === 'onlyoffice';
  const random = createRandom(options.seed);
  const names = isOnlyoffice ? drawOnlyofficeNames(random) : drawServiceNames(random);
  const paths = layOutPaths(folder, names, isOnlyoffice);
  makeFolders(paths);
  for (const socketOrLog of ['var/lib/nginx', 'var/log/nginx'])
    mkdirSync(join(folder, socketOrLog), { recursive: true });
  mkdirSync(join(paths.backendSocket, '..'), { recursive: true });
  const draw = createPortDrawer(random);
  const ports: Ports = {
    nginx: await draw(),
    backend: await draw(),
    redis: await draw(),
    broker: await draw(),
    database: await draw(),
    ssh: await draw(),
    spare: await draw(),
  };
  const users = serviceUsers(random.pick);
  giveTo(join(paths.backendSocket, '..'), users.backend);
  const main = createHost('127.0.0.1', keeper);
  const sites = await layOutSites(layout, { keeper, main, random, names, paths, ports });
  const { proxy, backend, backendAddress } = sites;

  await installPrograms({ folder, paths, names, ports, users, layout }, main);
  writeProgramFiles({ folder, paths, names, ports, users, layout });
  const programs = isOnlyoffice && options.database !== false ? postgresqlPrograms() : undefined;
  const secrets = { database: randomBytes(9).toString('hex'), token: randomBytes(16).toString('hex') };
  const listen = layout === 'socket' ? { socket: paths.backendSocket } : { host: backendAddress };
  const settings = isOnlyoffice
    ? documentServerSettings(names, paths, ports, secrets, programs !== undefined)
    : serviceSettings(paths, ports, listen);
  writeJson(join(paths.configFolder, 'default.json'), settings.defaults);
  writeJson(paths.localJson, settings.local);
  if (isOnlyoffice) writeJson(paths.exampleJson, exampleSettings(ports, secrets));

  const plan = {
    folder,
    paths,
    names,
    listen: `${proxy.address}:${ports.nginx}`,
    upstream: layout === 'socket' ? `unix:${paths.backendSocket}` : `${sites.backendName}:${ports.backend}`,
    user: users.nginx,
  };
  const site = isOnlyoffice ? renderOnlyofficeSite(plan) : renderServiceSite(plan);
  writeFileSync(paths.nginxConf, renderNginxConf(plan, [...site.http, ...sites.nginxLines]));
  writeFileSync(paths.siteConf, site.site);
  enableSite(paths);
  writeFileSync(paths.supervisorConf, renderSupervisorConf(paths, users.backend !== undefined));
  writeFileSync(paths.redisConf, renderRedisConf(paths, '127.0.0.1', ports.redis));

  const healthPath = isOnlyoffice ? '/healthcheck' : '/healthz';
  const url = `http://${proxy.address}:${ports.nginx}${healthPath}`;
  const nginx = createNginx(proxy, paths);
  const supervisor = createSupervisor(backend, paths, names);
  const redis = createRedis(backend, paths, '127.0.0.1', ports.redis);
  const nameServer = sites.nameServer;
  const broker = isOnlyoffice
    ? createSmallDaemon(
        backend,
        brokerCommand(paths.appFolder, process.execPath, ports.broker),
        join(folder, 'var/log/broker.log'),
        () => takesConnections('127.0.0.1', ports.broker),
      )
    : undefined;

  const makeDatabase = async (): Promise<Database | undefined> =>
    programs === undefined
      ? undefined
      : createDatabase(backend, paths, programs, ports.database, {
          name: names.databaseUser,
          password: secrets.database,
        });
  const hosts: WorldHost[] = [];
  const startSsh = async (): Promise<void> => {
    for (const { alias, roles, host } of sites.hosts) {
      hosts.push({
        alias,
        roles,
        host,
        ssh: await startSshServer(host, join(paths.sshFolder, alias), ports.ssh),
      });
    }
  };
  const [database] = await Promise.all([
    makeDatabase(),
    redis.start(),
    broker?.start(),
    nameServer?.start(),
    startSsh(),
  ]);
  await Promise.all([supervisor.start(), nginx.start()]);

  const health = async (): Promise<string> => {
    const seen = await requestOnce(url, { timeoutMs: 3000 });
    const isWell = seen.status === 200 && (isOnlyoffice ? seen.body === 'true' : seen.body.includes('"ok"'));
    return isWell ? 'ok' : `${seen.status} ${seen.body.slice(0, 80)}`;
  };
  const untilHealthy = (): Promise<void> =>
    waitUntil(
      'the service is healthy',
      async () => {
        const seen = await health();
        return seen === 'ok' || seen;
      },
      20_000,
    );
  await untilHealthy();
  const configFile = join(folder, 'goodgate.yaml');
  const playbook = isOnlyoffice ? 'onlyoffice' : 'nginx-upstream';
  // Both daemons live in the private folder: once they are down, nothing on the machine tells where.
  const variables = { nginxConfig: paths.nginxConf, supervisorConfig: paths.supervisorConf };
  writeFileSync(configFile, renderGoodgateYaml(names.target, url, playbook, hosts, variables), {
    mode: 0o600,
  });
  const [first] = hosts;
  if (first === undefined) throw new Error('The layout has no host.');

  const world: World = {
    layout,
    seed: options.seed,
    folder,
    url,
    healthPath,
    ssh: first.ssh,
    hosts,
    proxy,
    backend,
    backendAddress,
    users,
    paths,
    names,
    ports,
    configFile,
    keeper,
    nginx,
    supervisor,
    redis,
    broker,
    database,
    nameServer,
    request: (request) => requestOnce(url, request),
    health,
    heal: async () => {
      const needed: readonly (Daemon | undefined)[] = [redis, broker, database, nameServer];
      await Promise.all(
        needed.map(async (one) => ((await one?.isRunning()) === false ? one?.start() : undefined)),
      );
      await Promise.all([restartBackend(world), restartNginx(world)]);
      await untilHealthy();
    },
    stop: () => keeper.clear(),
  };
  return world;
}

async function restartNginx({ nginx }: World): Promise<void> {
  if (await nginx.isRunning()) await nginx.stop();
  await nginx.start();
}

async function restartBackend({ supervisor, names }: World): Promise<void> {
  if (!(await supervisor.isRunning())) return supervisor.start();
  await supervisor.ctlAll([`stop ${names.group}:*`, 'update', `start ${names.group}:*`]);
}

function writeJson(file: string, value: object): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Debian's way: what is in force is a link to what is available. */
function enableSite({ siteConf, sitesFolder }: Paths): void {
  const link = join(sitesFolder, basename(siteConf));
  if (link !== siteConf) symlinkSync(siteConf, link);
}
