import { closest } from 'fastest-levenshtein';
import type { Cause, CauseHead } from './cause-schema.js';
import type { CatalogueProblem, Placed } from './parse-causes.js';

/**
 * What is wrong between entries: an id that stands twice, an id that does not exist, and a cycle in `leadsTo`.
 * A cycle would leave a chain without a deepest cause, and thus without a root cause.
 */
export function causeGraphProblems(causes: readonly Placed<CauseHead | Cause>[]): CatalogueProblem[] {
  const byId = new Map<string, Placed<CauseHead | Cause>>();
  const problems: CatalogueProblem[] = [];
  for (const cause of causes) {
    const first = byId.get(cause.entry.id);
    if (first === undefined) {
      byId.set(cause.entry.id, cause);
    } else {
      const message = `${cause.entry.id}: stands already in ${first.file}:${first.line}`;
      problems.push({ file: cause.file, line: cause.line, message });
    }
  }
  for (const cause of causes) {
    problems.push(...unknownIds(cause, byId));
  }
  return [...problems, ...cycles(byId)];
}

function unknownIds(
  cause: Placed<CauseHead | Cause>,
  byId: ReadonlyMap<string, Placed<CauseHead | Cause>>,
): CatalogueProblem[] {
  const { entry, file, line } = cause;
  const unlike = 'explain' in entry ? entry.explain.unlike.map((other) => other.id) : [];
  const named = [
    ...entry.leadsTo.map((id) => ({ key: 'leadsTo', id })),
    ...unlike.map((id) => ({ key: 'explain.unlike', id })),
  ];
  const problems: CatalogueProblem[] = [];
  for (const { key, id } of named) {
    if (id === entry.id) {
      problems.push({ file, line, message: `${entry.id}.${key}: names itself` });
    } else if (!byId.has(id)) {
      const nearest = closest(id, [...byId.keys()]);
      const message = `${entry.id}.${key}: no cause "${id}"; the nearest is "${nearest}"`;
      problems.push({ file, line, message });
    }
  }
  return problems;
}

/** Depth first with three colours; each cycle is reported once, at the entry that closes it. */
function cycles(byId: ReadonlyMap<string, Placed<CauseHead | Cause>>): CatalogueProblem[] {
  const done = new Set<string>();
  const problems: CatalogueProblem[] = [];
  const visit = (id: string, path: readonly string[]): void => {
    const cause = byId.get(id);
    if (cause === undefined || done.has(id)) {
      return;
    }
    const start = path.indexOf(id);
    const last = path.at(-1);
    if (start >= 0 && last !== undefined) {
      const closing = byId.get(last) ?? cause;
      const says = [...path.slice(start), id].join(' -> ');
      problems.push({ file: closing.file, line: closing.line, message: `${last}.leadsTo: a cycle, ${says}` });
      return;
    }
    for (const next of cause.entry.leadsTo) {
      if (next !== id) {
        visit(next, [...path, id]);
      }
    }
    done.add(id);
  };
  for (const id of byId.keys()) {
    visit(id, []);
  }
  return problems;
}
