import { show } from './check-command.js';
import type { Composition } from './composition.js';
import type { ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import { foldersInUse, readAllPlaybooks } from './known-playbooks.js';
import { languageOf } from './language.js';
import type { ReplayOptions } from './options.js';
import { readRecord } from './read-record.js';
import { readText } from './read-text.js';
import { refuse } from './refuse.js';

/** `goodgate replay`: the same record gives the same diagnosis, or that of a playbook that has learned since. */
export async function runReplay(
  file: string,
  options: ReplayOptions,
  io: Io,
  composition: Composition,
): Promise<ExitCode> {
  const text = readText(file, io.cwd);
  const record = text.ok ? readRecord(text.value, file) : text;
  if (!record.ok) {
    return refuse(io, record.problems);
  }
  const folders = foldersInUse(options.config, io);
  const playbooks = folders.ok ? readAllPlaybooks(folders.value) : folders;
  if (!playbooks.ok) {
    return refuse(io, playbooks.problems);
  }
  const lang = languageOf([options.lang], io.env);
  const diagnosis = await composition.judge(record.value, { lang, playbooks: playbooks.value });
  return show(diagnosis, { ...options, lang }, io);
}
