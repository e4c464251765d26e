import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Names } from './names.js';

/** Where everything of a world is. Absolute paths; all inside its folder. */
export interface Paths {
  readonly nginxConf: string;
  /** The file with the `server` block and the upstream group. */
  readonly siteConf: string;
  /** The folder that nginx.conf includes: the file itself, or a link to it as Debian has it. */
  readonly sitesFolder: string;
  readonly nginxPid: string;
  readonly errorLog: string;
  readonly accessLog: string;
  readonly supervisorConf: string;
  readonly programConf: string;
  readonly supervisorSocket: string;
  readonly supervisorPid: string;
  readonly supervisorLog: string;
  /** The backend's own configuration folder, the file in it that an operator edits, and the caller's one. */
  readonly configFolder: string;
  readonly localJson: string;
  readonly exampleJson: string;
  /** Where the backend's program files are. */
  readonly appFolder: string;
  readonly packageJson: string;
  readonly outLog: string;
  readonly errLog: string;
  readonly dataFolder: string;
  readonly redisConf: string;
  readonly redisLog: string;
  readonly databaseFolder: string;
  readonly backendSocket: string;
  readonly tlsFolder: string;
  readonly runFolder: string;
  readonly sshFolder: string;
  readonly zoneFile: string;
}

export function layOutPaths(folder: string, names: Names, isOnlyoffice: boolean): Paths {
  const etc = join(folder, 'etc');
  const run = join(folder, 'run');
  const brandLog = join(folder, 'var/log', names.brand);
  const programLog = isOnlyoffice ? join(brandLog, 'documentserver', names.program) : brandLog;
  const configFolder = isOnlyoffice ? join(etc, names.brand, 'documentserver') : join(etc, names.brand);
  const appFolder = isOnlyoffice
    ? join(folder, 'var/www', names.brand, 'documentserver/server/DocService')
    : join(folder, 'opt', names.brand);
  const nginxLog = isOnlyoffice ? join(brandLog, 'documentserver') : join(folder, 'var/log/nginx');
  return {
    nginxConf: join(etc, 'nginx/nginx.conf'),
    siteConf: isOnlyoffice
      ? join(etc, 'nginx/conf.d/ds.conf')
      : join(etc, 'nginx/sites-available', `${names.brand}.conf`),
    sitesFolder: join(etc, isOnlyoffice ? 'nginx/conf.d' : 'nginx/sites-enabled'),
    nginxPid: join(run, 'nginx.pid'),
    errorLog: join(nginxLog, isOnlyoffice ? 'nginx.error.log' : 'error.log'),
    accessLog: join(folder, 'var/log/nginx/access.log'),
    supervisorConf: join(etc, 'supervisor/supervisord.conf'),
    programConf: join(etc, 'supervisor/conf.d', `${isOnlyoffice ? 'ds-' : ''}${names.program}.conf`),
    supervisorSocket: join(run, 'supervisor.sock'),
    supervisorPid: join(run, 'supervisord.pid'),
    supervisorLog: join(folder, 'var/log/supervisor/supervisord.log'),
    configFolder,
    localJson: join(configFolder, 'local.json'),
    exampleJson: join(etc, names.brand, 'documentserver-example/local.json'),
    appFolder,
    packageJson: join(appFolder, 'package.json'),
    outLog: join(programLog, isOnlyoffice ? 'out.log' : `${names.program}.log`),
    errLog: join(programLog, isOnlyoffice ? 'err.log' : `${names.program}.err.log`),
    dataFolder: isOnlyoffice
      ? join(folder, 'var/lib', names.brand, 'documentserver/App_Data')
      : join(folder, 'var/lib', names.brand, 'data'),
    redisConf: join(etc, 'redis/redis.conf'),
    redisLog: join(folder, 'var/log/redis/redis-server.log'),
    databaseFolder: join(folder, 'var/lib/postgresql'),
    backendSocket: join(run, names.brand, `${names.program}.sock`),
    tlsFolder: join(etc, 'tls'),
    runFolder: run,
    sshFolder: join(etc, 'ssh'),
    zoneFile: join(etc, 'nameserver/zone'),
  };
}

export function makeFolders(paths: Paths): void {
  for (const path of Object.values(paths)) mkdirSync(dirname(path), { recursive: true });
  for (const folder of [
    paths.configFolder,
    paths.appFolder,
    paths.dataFolder,
    paths.tlsFolder,
    paths.sshFolder,
    paths.sitesFolder,
  ]) {
    mkdirSync(folder, { recursive: true });
  }
}
