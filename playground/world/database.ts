import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo, userExists } from './accounts.js';
import type { Host } from './host.js';
import type { Daemon } from './nginx.js';
import type { Paths } from './paths.js';
import { waitUntil } from './wait-until.js';

export interface Database extends Daemon {
  /** Runs one statement as the superuser. */
  sql(statement: string): Promise<void>;
}

/** The folder with PostgreSQL's programs, or undefined where it is not installed. */
export function postgresqlPrograms(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).sort((one, other) => Number(other) - Number(one));
  return versions
    .map((version) => join(root, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'postgres')));
}

/** Makes a cluster with one role and one database of the same name. PostgreSQL refuses to run as root. */
export async function createDatabase(
  host: Host,
  paths: Paths,
  programs: string,
  port: number,
  role: { readonly name: string; readonly password: string },
): Promise<Database> {
  const owner = process.getuid?.() === 0 ? (userExists('postgres') ? 'postgres' : 'nobody') : undefined;
  const as: readonly string[] = owner === undefined ? [] : ['runuser', '-u', owner, '--'];
  const command = (...words: string[]): [string, ...string[]] => {
    const [first = 'true', ...rest] = [...as, ...words];
    return [first, ...rest];
  };
  const socketFolder = join(paths.runFolder, 'postgresql');
  const logFile = join(paths.redisLog, '../../postgresql.log');
  for (const folder of [paths.databaseFolder, socketFolder]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    giveTo(folder, owner);
  }
  const options = ['-U', 'postgres', '--no-sync', '--auth-local=trust', '--auth-host=password', '--locale=C'];
  const made = await host.run(
    command(join(programs, 'initdb'), '-D', paths.databaseFolder, '-E', 'UTF8', ...options),
  );
  if (made.code !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const postgres = [
    join(programs, 'postgres'),
    '-D',
    paths.databaseFolder,
    '-p',
    String(port),
    '-k',
    socketFolder,
  ];
  const psql = (statement: string) =>
    host.run(['psql', '-h', socketFolder, '-p', String(port), '-U', 'postgres', '-qAtc', statement]);
  const database: Database = {
    async sql(statement) {
      const result = await psql(statement);
      if (result.code !== 0) throw new Error(`psql: ${result.stderr}`);
    },
    async start() {
      const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-c', 'shared_buffers=16MB'];
      host.start(command(...postgres, ...settings), logFile);
      await waitUntil('PostgreSQL answers', database.isRunning);
    },
    async stop() {
      await host.run(
        command(join(programs, 'pg_ctl'), '-D', paths.databaseFolder, '-m', 'fast', '-w', 'stop'),
      );
    },
    isRunning: async () => (await psql('select 1')).code === 0,
  };
  await database.start();
  await database.sql(`create role ${role.name} login password '${role.password}'`);
  await database.sql(`create database ${role.name} owner ${role.name}`);
  return database;
}
