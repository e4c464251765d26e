import type { KnownBlock } from '@slack/types';
import type { CauseLesson } from '../../domain/answer.js';
import { texts } from '../texts.js';
import { section } from './blocks.js';
import { bold, code, codeBlock, lines, type Markup, markup } from './markup.js';
import type { Words } from './words.js';

const SHOWN = 8;

/** A cause as a lesson: what it is, how to see it, how to mend it, how to prevent it. */
export function renderLesson(lesson: CauseLesson, words: Words): readonly KnownBlock[] {
  const text = texts[words.lang].explain;
  const part = (title: string, all: readonly Markup[]) =>
    all.length === 0
      ? []
      : [
          section(
            lines([
              bold(title),
              ...all.slice(0, SHOWN),
              ...(all.length > SHOWN ? [markup`… ${words.home.more(all.length - SHOWN)}`] : []),
            ]),
            undefined,
            2600,
          ),
        ];
  return [
    section(
      lines([markup`${bold(lesson.title)} · ${code(lesson.id)}`, markup`${lesson.what}`]),
      undefined,
      2000,
    ),
    ...part(
      text.confirm,
      lesson.confirm.map(({ run, see }) => lines([codeBlock(run), markup`${see}`])),
    ),
    ...part(
      text.mend,
      lesson.mend.map((step, index) => {
        const says = markup`${index + 1}. ${step.do}`;
        return step.run === undefined ? says : lines([says, codeBlock(step.run)]);
      }),
    ),
    ...part(
      text.prevent,
      lesson.prevent.map((one) => markup`• ${one}`),
    ),
  ];
}
