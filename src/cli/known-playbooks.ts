import { existsSync } from 'node:fs';
import { type Checked, type ConfigProblem, problem } from '../config/config.js';
import { configCandidates, loadConfig } from '../config/load-config.js';
import { suggestName } from '../config/nearest-name.js';
import { readPlaybooks } from '../playbook/load-playbooks.js';
import type { Playbook } from '../playbook/playbook-schema.js';
import type { Io } from './io.js';
import { playbookFolder } from './package-root.js';

/** The playbooks that ship with the program and those of further folders; a broken one is an error of configuration. */
export function readAllPlaybooks(folders: readonly string[]): Checked<ReadonlyMap<string, Playbook>> {
  const missing = folders.find((folder) => !existsSync(folder));
  if (missing !== undefined) {
    return problem(`playbooks: the folder ${missing} does not exist`);
  }
  const { playbooks, problems } = readPlaybooks([playbookFolder(), ...folders]);
  const [first, ...rest] = problems;
  return first === undefined ? { ok: true, value: playbooks } : { ok: false, problems: [first, ...rest] };
}

export function unknownPlaybook(
  name: string,
  playbooks: ReadonlyMap<string, Playbook>,
): ConfigProblem | undefined {
  if (playbooks.has(name)) {
    return undefined;
  }
  const suggestion = suggestName(name, playbooks.keys());
  const message = `there is no playbook "${name}"`;
  return suggestion === undefined ? { message } : { message, suggestion };
}

/** The further folders of goodgate.yaml; none where there is no such file and nobody named one. */
export function foldersInUse(option: string | undefined, io: Io): Checked<readonly string[]> {
  const search = { ...io, ...(option === undefined ? {} : { option }) };
  const candidates = configCandidates(search);
  if (candidates.every(({ file, named }) => named === undefined && !existsSync(file))) {
    return { ok: true, value: [] };
  }
  const config = loadConfig(search);
  if (!config.ok) {
    return config;
  }
  const missing = config.value.playbookFolders.find((folder) => !existsSync(folder));
  return missing === undefined
    ? { ok: true, value: config.value.playbookFolders }
    : problem(`${config.value.file}: the folder ${missing} does not exist`);
}
