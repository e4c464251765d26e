import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ConfigProblem } from '../config/config.js';
import { parseConfig } from '../config/parse-config.js';
import { readYaml } from '../config/yaml-source.js';
import { readCauses } from '../playbook/load-causes.js';
import { readPlaybookFiles } from '../playbook/load-playbooks.js';
import { parseCauses } from '../playbook/parse-causes.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import { foldersInUse } from './known-playbooks.js';
import type { CommonOptions } from './options.js';
import { causesFolder, playbookFolder } from './package-root.js';
import { refuse, sentence } from './refuse.js';

/** `goodgate validate`: every mistake of playbooks, causes and goodgate.yaml, with its place. */
export function runValidate(
  files: readonly string[],
  options: CommonOptions & { readonly config?: string },
  io: Io,
): ExitCode {
  const shipped = yamlFilesOf(playbookFolder());
  const causes = readCauses(causesFolder());
  const ids = causes.entries.map((placed) => placed.entry.id);
  if (files.length === 0) {
    const folders = foldersInUse(options.config, io);
    if (!folders.ok) {
      return refuse(io, folders.problems);
    }
    const playbooks = [...shipped, ...folders.value.flatMap(yamlFilesOf)];
    const problems = [...causes.problems, ...readPlaybookFiles(playbooks, ids).problems];
    return report(problems, playbooks.length + yamlFilesOf(causesFolder()).length, io);
  }
  const paths = files.map((file) => resolve(io.cwd, file));
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) {
    return refuse(
      io,
      missing.map((path) => ({ message: `${path} does not exist` })),
    );
  }
  return report(
    paths.flatMap((path) => problemsOf(path, shipped, ids, io)),
    files.length,
    io,
  );
}

/** What a file is meant to be shows in its keys; a playbook may extend one that ships with the program. */
function problemsOf(
  path: string,
  shipped: readonly string[],
  ids: readonly string[],
  io: Io,
): readonly ConfigProblem[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [{ message: `${path} cannot be read` }];
  }
  const yaml = readYaml(text, path);
  if (!yaml.ok) {
    return yaml.problems;
  }
  const { value } = yaml.source;
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  if (keys.includes('hosts') || keys.includes('targets') || /^goodgate.*\.ya?ml$/u.test(basename(path))) {
    const config = parseConfig(text, path, io.home);
    return config.ok ? [] : config.problems;
  }
  if (keys.includes('causes')) {
    return parseCauses(text, path).problems;
  }
  const others = shipped.filter((file) => file !== path);
  return readPlaybookFiles([...others, path], ids).problems.filter((problem) => problem.file === path);
}

function report(problems: readonly ConfigProblem[], count: number, io: Io): ExitCode {
  for (const problem of problems) {
    io.stderr.write(`${sentence(problem)}\n`);
  }
  if (problems.length > 0) {
    return EXIT.usage;
  }
  io.stdout.write(`${count} ${count === 1 ? 'file is' : 'files are'} sound.\n`);
  return EXIT.ok;
}

function yamlFilesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/u.test(name))
    .sort()
    .map((name) => join(folder, name));
}
