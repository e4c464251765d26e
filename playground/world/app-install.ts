import {
  accessSync,
  constants,
  copyFileSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { giveTo } from './accounts.js';
import type { Host } from './host.js';
import { compiledPrograms } from './program-files.js';
import { renderGroup, renderProgram } from './supervisor.js';
import type { World } from './world-types.js';

type Site = Pick<World, 'folder' | 'paths' | 'names' | 'ports' | 'users' | 'layout'>;

/** Puts the stand-ins' files where programs of their kind live, and node beside them under the program's name. */
export async function installPrograms(site: Site, host: Host): Promise<void> {
  const { paths, names, users } = site;
  const source = await compiledPrograms();
  for (const name of readdirSync(source).filter((file) => file.endsWith('.js'))) {
    copyFileSync(join(source, name), join(paths.appFolder, name));
  }
  writeFileSync(paths.packageJson, renderPackageJson(names.program, {}));
  const node = await nodeFor(host, site.folder, users.backend);
  for (const name of [names.program, names.converter, names.example])
    symlinkSync(node, join(paths.appFolder, name));
}

/** The package.json of the program; `config` holds the traits of the build (see app/behaviour.ts). */
export function renderPackageJson(name: string, config: object): string {
  return `${JSON.stringify({ name, version: '9.2.1', private: true, type: 'module', config }, null, 2)}\n`;
}

/** The node that the backend's user can execute: ours, or a copy where ours lies in someone's home. */
async function nodeFor(host: Host, folder: string, user: string | undefined): Promise<string> {
  if (user === undefined) return process.execPath;
  const tried = await host.run(['runuser', '-u', user, '--', process.execPath, '--version']);
  if (tried.code === 0) return process.execPath;
  const copy = join(folder, 'usr/bin/node');
  mkdirSync(join(copy, '..'), { recursive: true });
  copyFileSync(process.execPath, copy);
  accessSync(copy, constants.X_OK);
  return copy;
}

/** Writes the supervisor's program files: one per program, and the group over them. */
export function writeProgramFiles(site: Site): void {
  const { paths, names, users } = site;
  const isOnlyoffice = site.layout === 'onlyoffice';
  const confFolder = join(paths.programConf, '..');
  const logRoot = join(paths.outLog, '..');
  mkdirSync(logRoot, { recursive: true });
  const write = (
    name: string,
    script: string,
    configFolder: string,
    outLog: string,
    errLog: string,
  ): void => {
    const environment = isOnlyoffice
      ? `NODE_ENV=production-linux,NODE_CONFIG_DIR=${configFolder},NODE_DISABLE_COLORS=1`
      : `CONFIG_DIR=${configFolder}`;
    const command = `${join(paths.appFolder, name)} ${join(paths.appFolder, script)}`;
    const plan = {
      name,
      command,
      directory: paths.appFolder,
      environment,
      outLog,
      errLog,
      user: users.backend,
    };
    const file = name === names.program ? paths.programConf : join(confFolder, `ds-${name}.conf`);
    writeFileSync(file, renderProgram(plan));
  };
  const programs = [names.program];
  write(
    names.program,
    isOnlyoffice ? 'docservice.js' : 'service.js',
    paths.configFolder,
    paths.outLog,
    paths.errLog,
  );
  if (isOnlyoffice) {
    for (const [name, script, folder] of [
      [names.converter, 'converter.js', paths.configFolder],
      [names.example, 'example.js', join(paths.exampleJson, '..')],
    ] as const) {
      const logs = join(logRoot, '..', name);
      mkdirSync(logs, { recursive: true });
      write(name, script, folder, join(logs, 'out.log'), join(logs, 'err.log'));
      programs.push(name);
    }
  }
  writeFileSync(
    join(confFolder, isOnlyoffice ? 'ds.conf' : `group-${names.group}.conf`),
    renderGroup(names, programs),
  );
  giveTo(paths.dataFolder, users.backend);
}
