import { isSettings } from '../world/app/layered-json.js';

/** The settings that faults change, and where they stand in local.json: document server, ordinary service. */
const places = {
  port: ['services.CoAuthoring.server.port', 'listen.port'],
  host: ['services.CoAuthoring.server.host', 'listen.host'],
  tlsKey: ['services.CoAuthoring.server.ssl.key', 'tls.key'],
  tlsCert: ['services.CoAuthoring.server.ssl.cert', 'tls.cert'],
  tlsMinVersion: ['services.CoAuthoring.server.ssl.minVersion', 'tls.minVersion'],
  redisPort: ['services.CoAuthoring.redis.port', 'redis.port'],
  redisPassword: ['services.CoAuthoring.redis.options.password', 'redis.password'],
  databasePassword: ['services.CoAuthoring.sql.dbPass', 'database.password'],
  databaseName: ['services.CoAuthoring.sql.dbName', 'database.name'],
  tokenSecret: ['services.CoAuthoring.secret.inbox.string', 'token.secret'],
  dataFolder: ['storage.fs.folderPath', 'dataDir'],
  outside: ['storage.endpoint', 'search.url'],
  publicHost: ['services.CoAuthoring.server.publicHost', 'publicHost'],
} as const;

export type SettingName = keyof typeof places;

/** The text of local.json with one setting changed. */
export function changeSetting(
  text: string,
  isOnlyoffice: boolean,
  name: SettingName,
  value: unknown,
): string {
  const keys = places[name][isOnlyoffice ? 0 : 1].split('.');
  const settings: unknown = JSON.parse(text);
  return `${JSON.stringify(withValue(settings, keys, value), null, 2)}\n`;
}

function withValue(settings: unknown, keys: readonly string[], value: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  const here = isSettings(settings) ? settings : {};
  return { ...here, [key]: withValue(here[key], rest, value) };
}
