import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Process ids of everything alive on this machine that is not a zombie. */
export function livingPids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => stateOf(pid) !== undefined);
}

export function isAlive(pid: number): boolean {
  return stateOf(pid) !== undefined;
}

/** The processes that run in, from or for a folder: by command line, working directory, program or environment. */
export function pidsOfFolder(folder: string): readonly number[] {
  return livingPids().filter((pid) => pid !== process.pid && belongsTo(pid, folder));
}

/** The given processes and all their descendants. */
export function withDescendants(roots: readonly number[]): readonly number[] {
  const found = new Set(roots);
  const parents = livingPids().map((pid) => [pid, stateOf(pid)?.parent ?? 0] as const);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

// 4711 (nginx: worker) S 4700 4711 …
function stateOf(pid: number): { readonly parent: number } | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === undefined || state === '' || state === 'Z' || state === 'X') return undefined;
  return { parent: Number(parent) };
}

function belongsTo(pid: number, folder: string): boolean {
  const texts = [read(`/proc/${pid}/cmdline`), link(`/proc/${pid}/cwd`), link(`/proc/${pid}/exe`)];
  return texts.some((text) => text.includes(folder)) || read(`/proc/${pid}/environ`).includes(`${folder}/`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
