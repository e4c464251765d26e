import { existsSync } from 'node:fs';
import { type Checked, problem } from '../config/config.js';
import { configCandidates, loadConfig } from '../config/load-config.js';
import { inkFor, padded, wrapped } from '../render/ink.js';
import { terminalOf } from '../render/terminal.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import { readAllPlaybooks } from './known-playbooks.js';
import { languageOf } from './language.js';
import type { PlaybookOptions } from './options.js';
import { refuse } from './refuse.js';

/** `goodgate playbooks`: which there are, and what they are for. */
export function runPlaybooks(options: PlaybookOptions, io: Io): ExitCode {
  const folders = foldersInUse(options.config, io);
  const read = folders.ok ? readAllPlaybooks(folders.value) : folders;
  if (!read.ok) {
    return refuse(io, read.problems);
  }
  const playbooks = [...read.value.values()];
  if (options.format === 'json') {
    const list = playbooks.map(({ name, title, variables, rules }) => ({
      name,
      title,
      causes: [...new Set(rules.map((rule) => rule.cause))].sort(),
      variables: Object.keys(variables),
    }));
    io.stdout.write(`${JSON.stringify({ schema: 1, playbooks: list }, undefined, 2)}\n`);
    return EXIT.ok;
  }
  const lang = languageOf([options.lang], io.env);
  const ink = inkFor(terminalOf(io.stdout, io.env));
  const columns = Math.max(0, ...playbooks.map(({ name }) => name.length));
  const rows = playbooks.flatMap(({ name, title }) =>
    wrapped(title[lang], ink, `${padded(name, columns)}  `),
  );
  io.stdout.write(rows.map((row) => `${row}\n`).join(''));
  return EXIT.ok;
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
