import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { CheckRecord } from '../domain/check-record.js';
import type { Diagnosis } from '../domain/diagnosis.js';
import { renderJson } from '../render/json.js';
import { createProgress } from '../render/progress.js';
import { terminalOf } from '../render/terminal.js';
import { renderText } from '../render/text.js';
import { texts } from '../render/texts.js';
import { chooseTarget } from './choose-target.js';
import type { Composition } from './composition.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.js';
import type { Io } from './io.js';
import { readAllPlaybooks, unknownPlaybook } from './known-playbooks.js';
import { languageOf } from './language.js';
import type { CheckOptions } from './options.js';
import { refuse } from './refuse.js';

/** `goodgate check`: choose, look, write down, judge, show. */
export async function runCheck(
  name: string | undefined,
  options: CheckOptions,
  io: Io,
  composition: Composition,
): Promise<ExitCode> {
  const chosen = chooseTarget(name, options, io);
  if (!chosen.ok) {
    return refuse(io, chosen.problems);
  }
  const { target, connectTimeoutMs, language, playbookFolders } = chosen.value;
  const read = readAllPlaybooks(playbookFolders);
  if (!read.ok) {
    return refuse(io, read.problems);
  }
  const playbooks = read.value;
  const unknown = target.playbook === undefined ? undefined : unknownPlaybook(target.playbook, playbooks);
  if (unknown !== undefined) {
    return refuse(io, [unknown]);
  }
  const recordFile = options.record === undefined ? undefined : resolve(io.cwd, options.record);
  const obstacle = recordFile === undefined ? undefined : obstacleToWriting(recordFile);
  if (obstacle !== undefined) {
    return refuse(io, [{ message: `--record: ${recordFile} ${obstacle}` }]);
  }
  const lang = languageOf([options.lang, language], io.env);
  const progress = progressFor(options, lang, io);
  try {
    const onProgress = progress.tell;
    const record = await composition.check({
      target,
      connectTimeoutMs,
      playbooks,
      onProgress,
      signal: io.signal,
    });
    if (io.signal.aborted) {
      return EXIT.interrupted;
    }
    if (recordFile !== undefined) {
      saveRecord(recordFile, record, io);
    }
    progress.tell({ kind: 'judging' });
    const diagnosis = await composition.judge(record, { lang, playbooks });
    progress.stop();
    return show(diagnosis, { ...options, lang, configured: name !== undefined }, io);
  } finally {
    progress.stop();
  }
}

interface ShowOptions {
  readonly format: 'text' | 'json';
  readonly lang: 'en' | 'zh';
  readonly verbose?: boolean;
  readonly configured?: boolean;
}

/** Prints a diagnosis as it was asked for, and gives the exit status that it means. */
export function show(diagnosis: Diagnosis, options: ShowOptions, io: Io): ExitCode {
  const text =
    options.format === 'json'
      ? renderJson(diagnosis)
      : renderText(diagnosis, { ...options, terminal: terminalOf(io.stdout, io.env) });
  io.stdout.write(text);
  return exitCodeOf(diagnosis.verdict);
}

/** A program that reads JSON has no use for progress, unless a person watches too. */
function progressFor(options: CheckOptions, lang: 'en' | 'zh', io: Io) {
  const terminal = terminalOf(io.stderr, io.env);
  const verbose = options.verbose ?? false;
  const quiet = options.format === 'json' && !terminal.live && !verbose;
  const how = quiet ? 'quiet' : terminal.live && !verbose ? 'live' : 'lines';
  return createProgress(how, io.stderr, terminal, texts[lang], verbose);
}

/** Asked before the check: nobody should wait for a record that has no place. */
function obstacleToWriting(file: string): string | undefined {
  try {
    const there = statSync(file, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) {
      return 'is a folder, expected the name of a file';
    }
    accessSync(there === undefined ? dirname(file) : file, constants.W_OK);
    return undefined;
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return missing ? `cannot be written: there is no folder ${dirname(file)}` : 'cannot be written';
  }
}

/** Logs of a host are nobody else's business: only the owner may read a record. */
function saveRecord(file: string, record: CheckRecord, io: Io): void {
  try {
    writeFileSync(file, `${JSON.stringify(record, undefined, 1)}\n`, { mode: 0o600 });
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    refuse(io, [{ message: `the record was not written: ${says}` }]);
  }
}
