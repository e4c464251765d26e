import type { KnownBlock } from '@slack/types';
import type { Diagnosis, NamedCause, RecoveryText } from '../../domain/diagnosis.js';
import { notCheckedGroups, worthTelling } from '../lists.js';
import { shellWords } from '../shell-words.js';
import { texts } from '../texts.js';
import { context, section } from './blocks.js';
import { bold, code, codeBlock, lines, type Markup, markup, sizeOfMarkup } from './markup.js';
import { renderNotSeen } from './not-seen.js';
import type { Words } from './words.js';

const SHOWN_STEPS = 3;
const SHOWN_NOT_SEEN = 4;
const STEP_BYTES = 1200;
const STEPS_BYTES = 2400;
const COMMAND_BYTES = 900;

/** What to do next: exact commands for a person, or how to learn more where nothing could be named. */
export function renderNextStep(diagnosis: Diagnosis, words: Words, command: string): readonly KnownBlock[] {
  switch (diagnosis.verdict) {
    case 'healthy':
      return [];
    case 'root-cause':
      return recoverySteps(diagnosis, words, command);
    case 'inconclusive':
      return notSeen(diagnosis, words, [
        ...(diagnosis.notChecked.length === 0 ? [] : [markup`${words.verdict.makeVisible}`]),
        markup`${words.verdict.tryAgain} ${code(`${command} check ${diagnosis.target}`)}`,
      ]);
    case 'unreachable':
      return notSeen(diagnosis, words, [
        markup`${words.verdict.doctor} ${code(`goodgate doctor ${shellWords([diagnosis.target], 'no-backticks')}`)}`,
      ]);
  }
}

/** The root cause's first, then those of the other faults. */
function recoverySteps(diagnosis: Diagnosis, words: Words, command: string): readonly KnownBlock[] {
  const faults = diagnosis.causes.filter((cause, index) => index === 0 || cause.certainty !== 'possible');
  const steps = faults.flatMap((cause) =>
    cause.recoveries.length === 0
      ? [() => byHand(cause, command)]
      : cause.recoveries.map((recovery) => () => recoveryStep(recovery, cause, words)),
  );
  const shown = steps.slice(0, SHOWN_STEPS).map((render) => render());
  const rest = steps.length - shown.length;
  const isByHand = faults.some(({ recoveries }) => recoveries.length === 0);
  const runs = faults.some((cause) => cause.recoveries.some(({ argv }) => argv.length > 0));
  return [
    section(
      lines([
        bold(words.verdict.nextStep),
        ...shown,
        ...(rest > 0 ? [markup`${words.verdict.moreSteps(rest)}`] : []),
      ]),
      undefined,
      STEPS_BYTES,
    ),
    ...(isByHand ? [context(markup`${words.verdict.byHand}`)] : []),
    ...(runs ? [context(markup`${words.verdict.notByItself}`)] : []),
  ];
}

function recoveryStep(recovery: RecoveryText, cause: NamedCause, words: Words): Markup {
  const text = texts[words.lang];
  const where = text.onHost(recovery.host ?? cause.host);
  const head = markup`${recovery.title} · ${where} · ${text.risk[recovery.risk]}`;
  if (recovery.argv.length === 0) return head;
  const commands = recovery.argv.map((argv) => shellWords(argv, 'no-backticks')).join('\n');
  const whole = markup`${head}\n${codeBlock(commands)}`;
  // A command that is cut is another command.
  return sizeOfMarkup(codeBlock(commands)) > COMMAND_BYTES || sizeOfMarkup(whole) > STEP_BYTES
    ? markup`${head}\n${words.verdict.longCommand}`
    : whole;
}

/** No command is known: the catalogue tells how, step by step. */
function byHand(cause: NamedCause, command: string): Markup {
  return markup`${cause.title} · ${code(`${command} explain ${cause.id}`)}`;
}

/** What could not be seen, each with its remedy, and what to do then. */
function notSeen(diagnosis: Diagnosis, words: Words, then: readonly Markup[]): readonly KnownBlock[] {
  const all = notCheckedGroups(worthTelling(diagnosis, false), false);
  const shown = renderNotSeen(all.slice(0, SHOWN_NOT_SEEN), words);
  const rest = all.length - shown.length;
  return [
    ...(all.length === 0
      ? []
      : [
          section(
            lines([
              bold(words.verdict.notSeen(all.length)),
              ...shown,
              ...(rest > 0 ? [markup`${words.verdict.moreNotSeen(rest)}`] : []),
            ]),
            undefined,
            STEPS_BYTES,
          ),
        ]),
    section(lines([bold(words.verdict.nextStep), ...then]), undefined, STEP_BYTES),
  ];
}
