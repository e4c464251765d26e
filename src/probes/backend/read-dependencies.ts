/** What a program's configuration says that it needs and where it listens. Pure; never throws. */
import type { Line } from '../../domain/evidence.js';
import type { BackendConfigFacts, ConfigFile } from './backend-config.js';
import { type FlatValue, flatten, readConfigText } from './read-config-text.js';

export type DependencyKind =
  | 'redis'
  | 'rabbitmq'
  | 'activemq'
  | 'postgres'
  | 'mysql'
  | 'http'
  | 'tcp'
  | 'mongodb';

export interface Dependency {
  readonly kind: DependencyKind;
  readonly host: string;
  readonly port: number;
  readonly line: number;
}

export interface ConfigurationReading {
  readonly dependencies: readonly Dependency[];
  readonly listens: readonly { readonly port?: number; readonly path?: string; readonly line: number }[];
  /** Masked secrets of tokens, by their pseudonym. */
  readonly secrets: readonly { readonly pseudonym: string; readonly inbox: boolean; readonly line: number }[];
  /** Folders and files that it keeps data in. */
  readonly storage: readonly string[];
  readonly problems: readonly {
    readonly kind: 'parse' | 'unreadable';
    readonly path: string;
    readonly message: string;
    readonly line: number;
  }[];
}

interface Setting extends FlatValue {
  readonly line: number;
}

export function readDependencies(facts: BackendConfigFacts): ConfigurationReading {
  const problems: ConfigurationReading['problems'][number][] = [];
  const settings = new Map<string, Setting>();
  for (const file of facts.files) {
    if (file.readableByUser === false) {
      problems.push({
        kind: 'unreadable',
        path: file.path,
        message: `mode ${file.mode}, owner ${file.owner}`,
        line: file.line,
      });
    }
    readFile(file, settings, problems);
  }
  for (const { name, value, line } of facts.environment)
    settings.set(`env.${name}`, { path: ['env', name], value, line });
  const all = [...settings.values()];
  return {
    dependencies: distinct([...fromUrls(all), ...fromPairs(all)]).filter(inUse(all)),
    listens: listensOf(all),
    secrets: all
      .filter(isTokenSecret)
      .map(({ path, value, line }) => ({ pseudonym: value, inbox: /inbox/i.test(path.join('.')), line })),
    storage: all
      .filter(({ path, value }) => /path|dir|folder/i.test(path.at(-1) ?? '') && value.startsWith('/'))
      .map(({ value }) => value),
    problems,
  };
}

function readFile(
  file: ConfigFile,
  settings: Map<string, Setting>,
  problems: ConfigurationReading['problems'][number][],
): void {
  if (!file.lines) return;
  const read = readConfigText(file.path, file.lines.map(({ text }) => text).join('\n'));
  if (!read.ok) {
    const at = file.lines[Math.max(0, read.lineNumber - 1)] ?? file.lines[0];
    problems.push({ kind: 'parse', path: file.path, message: read.message, line: at?.line ?? file.line });
    return;
  }
  for (const flat of flatten(read.value)) {
    settings.set(flat.path.join('.'), { ...flat, line: lineOf(flat, file.lines) ?? file.line });
  }
}

/** The line where key and value stand together, else the value's first line. */
function lineOf({ path, value }: FlatValue, lines: readonly Line[]): number | undefined {
  const key = path.at(-1) ?? '';
  const both = lines.find(({ text }) => text.includes(key) && text.includes(value));
  return (both ?? (value.length > 3 ? lines.find(({ text }) => text.includes(value)) : undefined))?.line;
}

const SCHEMES: Readonly<Record<string, { readonly kind: DependencyKind; readonly port: number }>> = {
  redis: { kind: 'redis', port: 6379 },
  rediss: { kind: 'redis', port: 6379 },
  amqp: { kind: 'rabbitmq', port: 5672 },
  amqps: { kind: 'rabbitmq', port: 5671 },
  postgres: { kind: 'postgres', port: 5432 },
  postgresql: { kind: 'postgres', port: 5432 },
  mysql: { kind: 'mysql', port: 3306 },
  mariadb: { kind: 'mysql', port: 3306 },
  mongodb: { kind: 'mongodb', port: 27017 },
  http: { kind: 'http', port: 80 },
  https: { kind: 'http', port: 443 },
  tcp: { kind: 'tcp', port: 0 },
};

function fromUrls(settings: readonly Setting[]): Dependency[] {
  return settings.flatMap(({ value, line }) => {
    // `postgresql+psycopg2://user:***@host/db`, `jdbc:mysql://host:3306/db`; credentials may hold anything but @ and /.
    const match =
      /\b([a-z]{3,10})(?:\+[a-z0-9]{1,20})?:\/\/(?:[^@/\s]{0,200}@)?(\[[0-9a-fA-F:]+\]|[A-Za-z0-9_.-]{1,253})(?::(\d{1,5}))?/.exec(
        value,
      );
    const known = match === null ? undefined : SCHEMES[match[1] ?? ''];
    const port = match?.[3] === undefined ? (known?.port ?? 0) : Number(match[3]);
    if (!known || port === 0 || port > 65_535) return [];
    return [{ kind: known.kind, host: (match?.[2] ?? '').replace(/^\[|\]$/g, ''), port, line }];
  });
}

const FAMILIES: readonly {
  readonly pattern: RegExp;
  readonly kind: DependencyKind;
  readonly port: number;
}[] = [
  { pattern: /redis|ioredis|valkey/i, kind: 'redis', port: 6379 },
  { pattern: /rabbit|amqp/i, kind: 'rabbitmq', port: 5672 },
  { pattern: /activemq/i, kind: 'activemq', port: 5672 },
  { pattern: /mysql|mariadb/i, kind: 'mysql', port: 3306 },
  { pattern: /postgres|\bpg\b|\.pg_|^env\.PG|sql|database|\bdb\b|^env\.DB/i, kind: 'postgres', port: 5432 },
];

/** `redis: {host, port}`, `sql: {type, dbHost, dbPort}`, `REDIS_HOST` with `REDIS_PORT`. */
function fromPairs(settings: readonly Setting[]): Dependency[] {
  const byPath = new Map(settings.map((setting) => [setting.path.join('.').toLowerCase(), setting]));
  return settings.flatMap((setting) => {
    const key = setting.path.at(-1) ?? '';
    const prefix = /^(.*?)_?host(?:name)?$/i.exec(key)?.[1];
    if (prefix === undefined || !/^[A-Za-z0-9_.:-]{1,253}$/.test(setting.value)) return [];
    const parent = setting.path.slice(0, -1);
    const family = FAMILIES.find(({ pattern }) => pattern.test([...parent, prefix].join('.')));
    if (!family) return [];
    const sibling = (names: readonly string[]): Setting | undefined =>
      names.map((name) => byPath.get([...parent, name].join('.').toLowerCase())).find((found) => found);
    const portSetting = sibling([`${prefix}port`, `${prefix}_port`, 'port']);
    const type = sibling(['type', 'dialect', 'client', 'engine'])?.value ?? '';
    const kind = family.kind === 'postgres' && /mysql|maria/i.test(type) ? 'mysql' : family.kind;
    const port = Number(portSetting?.value ?? (kind === 'mysql' ? 3306 : family.port));
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return [];
    return [{ kind, host: setting.value, port, line: (portSetting ?? setting).line }];
  });
}

/** OnlyOffice's default.json describes both brokers; `queue.type` says which of them is used. */
function inUse(settings: readonly Setting[]): (dependency: Dependency) => boolean {
  const type = settings.find(({ path }) => path.join('.') === 'queue.type')?.value;
  return ({ kind }) => {
    if (type === 'rabbitmq') return kind !== 'activemq';
    return type === 'activemq' ? kind !== 'rabbitmq' : true;
  };
}

/** `token.secret.inbox.string`, `JWT_SECRET`: maskSecrets has put a pseudonym in the secret's place. */
function isTokenSecret({ path, value }: Setting): boolean {
  const name = path.join('.');
  return (
    value.startsWith('‹secret:') &&
    /secret/i.test(name) &&
    /inbox|outbox|browser|session|jwt|token/i.test(name)
  );
}

function distinct(dependencies: readonly Dependency[]): Dependency[] {
  const seen = new Map<string, Dependency>();
  for (const one of dependencies)
    if (!seen.has(`${one.host}:${one.port}`)) seen.set(`${one.host}:${one.port}`, one);
  return [...seen.values()];
}

/** A port of its own: `server.port`, `PORT`, `listen: 8000`, `bind: unix:/run/app.sock`, and not that of something it needs. */
function listensOf(settings: readonly Setting[]): ConfigurationReading['listens'][number][] {
  return settings.flatMap(({ path, value, line }): ConfigurationReading['listens'][number][] => {
    const key = path.at(-1) ?? '';
    const whole = path.join('.');
    if (!/^(?:port|listen|bind|http_?port|server_?port|listen_?port|address|socket)$/i.test(key)) return [];
    if (FAMILIES.some(({ pattern }) => pattern.test(whole))) return [];
    const socket = /^(?:unix:)?(\/\S{1,200})$/.exec(value)?.[1];
    if (socket !== undefined) return [{ path: socket, line }];
    const port = Number(/(?:^|:)(\d{1,5})$/.exec(value)?.[1] ?? Number.NaN);
    return Number.isInteger(port) && port > 0 && port < 65_536 ? [{ port, line }] : [];
  });
}
