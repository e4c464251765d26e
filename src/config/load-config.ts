import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Checked, type Config, type ConfiguredTarget, problem } from './config.js';
import { suggestName } from './nearest-name.js';
import { parseConfig } from './parse-config.js';
import { resolvePath } from './resolve-path.js';

/** Where to look: what the person said, and the surroundings that decide when nothing was said. */
export interface ConfigSearch {
  /** Of `--config`. */
  readonly option?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Working folder. */
  readonly cwd: string;
  readonly home: string;
}

/** All places, the first that exists wins. A file that was named must exist. */
export function configCandidates(search: ConfigSearch): { file: string; named?: string }[] {
  if (search.option !== undefined) {
    return [{ file: resolve(search.cwd, search.option), named: '--config' }];
  }
  const fromEnv = search.env['GOODGATE_CONFIG'];
  if (fromEnv !== undefined && fromEnv !== '') {
    return [{ file: resolvePath(fromEnv, search.cwd, search.home), named: 'GOODGATE_CONFIG' }];
  }
  return [
    { file: join(search.cwd, 'goodgate.yaml') },
    { file: join(search.home, '.config', 'goodgate', 'goodgate.yaml') },
    { file: '/etc/goodgate/goodgate.yaml' },
  ];
}

/** Finds and reads goodgate.yaml. Never throws for what a person or a disk did. */
export function loadConfig(search: ConfigSearch): Checked<Config> {
  const candidates = configCandidates(search);
  for (const { file, named } of candidates) {
    const read = readText(file);
    if (read.state === 'text') {
      return parseConfig(read.text, file, search.home);
    }
    if (read.state === 'unreadable') {
      return problem(`${file} cannot be read: ${read.says}`);
    }
    if (named !== undefined) {
      return problem(`${named} names ${file}, which does not exist`);
    }
  }
  const places = candidates.map(({ file }) => file).join(', ');
  return problem(
    `there is no goodgate.yaml; looked at ${places}`,
    'copy goodgate.example.yaml, or give --url URL --host USER@HOST, or --local',
  );
}

/** The target of that name, or what its name may have been. */
export function findTarget(config: Config, name: string): Checked<ConfiguredTarget> {
  const found = config.targets.get(name);
  if (found !== undefined) {
    return { ok: true, value: found };
  }
  const none = config.targets.size === 0;
  return problem(
    `there is no target "${name}" in ${config.file}`,
    none
      ? 'the file names no target at all; add one under "targets"'
      : suggestName(name, config.targets.keys()),
  );
}

type ReadText =
  | { readonly state: 'text'; readonly text: string }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly says: string };

function readText(file: string): ReadText {
  try {
    return { state: 'text', text: readFileSync(file, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return { state: 'absent' };
    }
    const says = new Map([
      ['EACCES', 'permission denied'],
      ['EISDIR', 'it is a folder'],
    ]).get(code);
    return { state: 'unreadable', says: says ?? (error instanceof Error ? error.message : String(error)) };
  }
}
