import type { Names } from './names.js';
import type { Paths } from './paths.js';
import type { Ports } from './world-types.js';

/** The passwords and secrets of one world. */
export interface Secrets {
  readonly database: string;
  readonly token: string;
}

/** default.json and local.json of docservice, in the keys of the real ones. */
export function documentServerSettings(
  names: Names,
  paths: Paths,
  ports: Ports,
  secrets: Secrets,
  hasDatabase: boolean,
): { readonly defaults: object; readonly local: object } {
  const secret = { string: secrets.token };
  const sql = {
    type: 'postgres',
    dbHost: 'localhost',
    dbPort: 5432,
    dbName: 'onlyoffice',
    dbUser: 'onlyoffice',
  };
  const localSql = {
    dbHost: '127.0.0.1',
    dbPort: ports.database,
    dbName: names.databaseUser,
    dbUser: names.databaseUser,
    dbPass: secrets.database,
  };
  const defaults = {
    rabbitmq: { url: 'amqp://guest:guest@localhost:5672' },
    storage: { name: 'storage-fs', fs: { folderPath: '../App_Data', urlExpires: 900 } },
    services: {
      CoAuthoring: {
        server: { port: 8000, workerpercpu: 1, mode: 'development' },
        ...(hasDatabase ? { sql } : {}),
        redis: { name: 'redis', prefix: 'ds:', host: '127.0.0.1', port: 6379 },
        token: { enable: { browser: false, request: { inbox: false, outbox: false } } },
      },
    },
  };
  const local = {
    rabbitmq: { url: `amqp://guest:guest@127.0.0.1:${ports.broker}` },
    storage: { fs: { folderPath: paths.dataFolder } },
    services: {
      CoAuthoring: {
        server: { port: ports.backend },
        ...(hasDatabase ? { sql: localSql } : {}),
        redis: { host: '127.0.0.1', port: ports.redis },
        token: { enable: { browser: true, request: { inbox: true, outbox: true } } },
        secret: { inbox: secret, outbox: secret, session: secret, browser: secret },
      },
    },
  };
  return { defaults, local };
}

/** local.json of the example, the caller of docservice. */
export function exampleSettings(ports: Ports, secrets: Secrets): object {
  const token = { enable: true, useforrequest: true, secret: secrets.token };
  return { server: { siteUrl: `http://127.0.0.1:${ports.backend}/`, pollMs: 3000, token } };
}

/** Settings of the ordinary service; `socket` wins over host and port. */
export function serviceSettings(
  paths: Paths,
  ports: Ports,
  listen: { readonly host?: string; readonly socket?: string },
): { readonly defaults: object; readonly local: object } {
  const local = {
    listen:
      listen.socket === undefined ? { host: listen.host, port: ports.backend } : { socket: listen.socket },
    redis: { host: '127.0.0.1', port: ports.redis },
    dataDir: paths.dataFolder,
  };
  return { defaults: { redis: { host: '127.0.0.1', port: 6379 } }, local };
}
