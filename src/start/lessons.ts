import type { CauseLesson } from '../domain/answer.js';
import { loadCause, loadCauseHeads } from '../playbook/load-causes.js';

/** The catalogue, as it is told to people. */
export function createLessons(folder: string) {
  const ids = loadCauseHeads(folder).map(({ id }) => id);
  return {
    ids,
    lesson: (id: string, language: 'en' | 'zh'): CauseLesson | undefined => {
      const cause = ids.includes(id) ? loadCause(folder, id) : undefined;
      if (cause === undefined) return undefined;
      const { what, confirm, mend, prevent } = cause.explain;
      return {
        id: cause.id,
        title: cause.title[language],
        what: what[language],
        confirm: confirm.map(({ run, see }) => ({ run, see: see[language] })),
        mend: mend.map((one) => ({
          do: one.do[language],
          ...(one.run === undefined ? {} : { run: one.run }),
        })),
        prevent: prevent.map((one) => one[language]),
      };
    },
  };
}
