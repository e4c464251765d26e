import { heading, inkFor, stateMark, wrapped } from './ink.js';
import { renderRemedy } from './remedy.js';
import type { Terminal } from './terminal.js';
import { texts } from './texts.js';
import { visibleText } from './visible-text.js';

export interface DoctorSection {
  readonly title: string;
  readonly about: string;
  /** The steps of the way to a host that was lost: those before it worked. */
  readonly steps?: readonly { readonly step: string; readonly state: 'ok' | 'broken' | 'unknown' }[];
  readonly lines: readonly {
    readonly state: 'ok' | 'problem' | 'note';
    readonly says: string;
    readonly remedy?: string;
  }[];
}

/** What the doctor found, host by host, and a closing line. */
export function renderDoctor(
  sections: readonly DoctorSection[],
  options: { readonly lang: 'en' | 'zh'; readonly terminal: Pick<Terminal, 'colours' | 'unicode' | 'width'> },
): string {
  const ink = inkFor(options.terminal);
  const { paint, marks } = ink;
  const words = texts[options.lang].doctor;
  const blocks = sections.map((section) => [
    ...wrapped(
      `${heading(visibleText(section.title), ink)} ${paint.dim(visibleText(section.about))}`,
      ink,
      '',
    ),
    ...(section.steps === undefined
      ? []
      : wrapped(
          section.steps.map(({ step, state }) => `${stateMark(state, ink)} ${step}`).join('  '),
          ink,
          '  ',
        )),
    ...section.lines.flatMap(({ state, says, remedy }) => {
      const mark = state === 'note' ? paint.dim(marks.dot) : stateMark(state === 'ok' ? 'ok' : 'broken', ink);
      const text = visibleText(says);
      return [
        ...wrapped(state === 'note' ? paint.dim(text) : text, ink, `  ${mark} `),
        ...(remedy === undefined ? [] : renderRemedy(remedy, '    ', ink)),
      ];
    }),
  ]);
  const problems = sections.flatMap(({ lines }) => lines).filter(({ state }) => state === 'problem').length;
  const closing = problems === 0 ? paint.green(words.allGood) : paint.red(words.problems(problems));
  return `${[...blocks, [closing]].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
