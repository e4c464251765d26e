import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readYaml, type YamlSource } from '../config/yaml-source.js';
import { checkPlaybook } from './check-playbook.js';
import { describePlaybookIssues } from './describe-playbook-issues.js';
import { type Playbook, type PlaybookFile, playbookSchema } from './playbook-schema.js';

/** Something wrong in a playbook's file. `line` counts from 1. */
export interface PlaceProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

interface ReadFile {
  readonly file: PlaybookFile;
  readonly source: YamlSource;
}

export interface LoadedPlaybooks {
  readonly playbooks: ReadonlyMap<string, Playbook>;
  readonly problems: readonly PlaceProblem[];
}

/**
 * All playbooks of the folders, folded with what they extend. Expressions are type-checked only with
 * `causes` given: it costs time, and what ships has passed it in CI.
 */
export function readPlaybooks(folders: readonly string[], causes?: readonly string[]): LoadedPlaybooks {
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml') || name.endsWith('.yml'))
      .sort()
      .map((name) => join(folder, name)),
  );
  return readPlaybookFiles(files, causes);
}

export function readPlaybookFiles(files: readonly string[], causes?: readonly string[]): LoadedPlaybooks {
  const problems: PlaceProblem[] = [];
  const read = new Map<string, ReadFile>();
  for (const path of files) {
    const one = readPlaybookFile(path);
    problems.push(...one.problems);
    if (!one.read) continue;
    const { name } = one.read.file;
    if (read.has(name))
      problems.push({ file: path, line: 1, message: `a playbook named "${name}" exists already` });
    read.set(name, one.read);
  }
  const playbooks = new Map<string, Playbook>();
  for (const [name, one] of read) {
    const line = lineage(one, read);
    if (!line.ok)
      problems.push({
        file: one.source.file,
        line: one.source.positionOf(['extends']).line,
        message: line.message,
      });
    else playbooks.set(name, fold(line.files));
    if (causes) problems.push(...semanticProblems(one, line.ok ? line.files : [one.file], causes));
  }
  return { playbooks, problems };
}

function readPlaybookFile(path: string): { read?: ReadFile; problems: PlaceProblem[] } {
  const yaml = readYaml(readFileSync(path, 'utf8'), path);
  if (!yaml.ok)
    return {
      problems: yaml.problems.map((problem) => ({ ...problem, file: path, line: problem.line ?? 1 })),
    };
  const parsed = playbookSchema.safeParse(yaml.source.value);
  if (parsed.success) return { read: { file: parsed.data, source: yaml.source }, problems: [] };
  return { problems: describePlaybookIssues(parsed.error.issues, yaml.source) };
}

function semanticProblems(
  one: ReadFile,
  files: readonly PlaybookFile[],
  causes: readonly string[],
): PlaceProblem[] {
  const recoveries = files.slice(1).flatMap((file) => (file.recoveries ?? []).map((recovery) => recovery.id));
  return checkPlaybook(one.file, { causes, recoveries }).map(({ path, message, suggestion }) => ({
    file: one.source.file,
    line: one.source.positionOf(path).line,
    message: `${path.join('.')}: ${message}`,
    ...(suggestion ? { suggestion } : {}),
  }));
}

type Lineage = { ok: true; files: readonly PlaybookFile[] } | { ok: false; message: string };

/** The playbook and all that it extends, nearest first. */
function lineage(start: ReadFile, all: ReadonlyMap<string, ReadFile>): Lineage {
  const files: PlaybookFile[] = [start.file];
  for (let parent = start.file.extends; parent !== undefined; ) {
    const next = all.get(parent)?.file;
    if (!next) return { ok: false, message: `extends "${parent}", but there is no playbook of that name` };
    if (files.includes(next)) return { ok: false, message: `extends itself by way of "${parent}"` };
    files.push(next);
    parent = next.extends;
  }
  return { ok: true, files };
}

function fold(files: readonly PlaybookFile[]): Playbook {
  const [own] = files;
  if (!own) throw new Error('a lineage begins with the playbook itself');
  return {
    name: own.name,
    title: own.title,
    ...(own.match === undefined ? {} : { match: own.match }),
    variables: Object.assign({}, ...files.toReversed().map((file) => file.variables ?? {})),
    looks: files.flatMap((file) => file.looks ?? []),
    rules: files.flatMap((file) => file.rules ?? []),
    recoveries: files.flatMap((file) => file.recoveries ?? []),
  };
}
