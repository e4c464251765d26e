import stringWidth from 'string-width';
import type { Diagnosis, NamedCause, NotChecked, RecoveryText, RuledOut } from '../domain/diagnosis.js';
import { renderCitation } from './chain.js';
import { clipped, heading, type Ink, padded, wrapped } from './ink.js';
import { renderRemedy } from './remedy.js';
import { shellWords } from './shell-words.js';
import type { Texts } from './texts.js';
import { visibleText } from './visible-text.js';

/** What to do, as exact commands: they are neither shortened nor wrapped, so that they can be copied. */
export function renderNextStep(causes: readonly NamedCause[], ink: Ink, words: Texts): string[] {
  const steps = causes.flatMap((cause) =>
    cause.recoveries.length === 0
      ? wrapped(words.noRecovery(visibleText(cause.id)), ink, '  ')
      : cause.recoveries.flatMap((recovery) => renderRecovery(recovery, cause.host, ink, words)),
  );
  return steps.length === 0 ? [] : [heading(words.nextStep, ink), ...steps];
}

function renderRecovery(recovery: RecoveryText, host: string, ink: Ink, words: Texts): string[] {
  const { paint } = ink;
  const where = paint.dim(`(${words.onHost(visibleText(recovery.host ?? host))})`);
  const colour = { safe: paint.green, disruptive: paint.yellow, manual: paint.cyan }[recovery.risk];
  const risk = colour(`[${words.risk[recovery.risk]}]`);
  return [
    ...wrapped(`${visibleText(recovery.title)} ${where} ${risk}`, ink, '  '),
    ...recovery.argv.map((argv) => `    $ ${paint.bold(shellWords(argv))}`),
  ];
}

const SHOWN_RULED_OUT = 12;

/** One row each; the rest by name alone. */
export function renderRuledOut(all: readonly RuledOut[], ink: Ink, words: Texts, verbose: boolean): string[] {
  if (all.length === 0) {
    return [];
  }
  const { paint, marks } = ink;
  const shown = verbose ? all : all.slice(0, SHOWN_RULED_OUT);
  const rest = all.slice(shown.length);
  const columns = Math.max(...shown.map((one) => stringWidth(visibleText(one.id))));
  const rows = shown.flatMap((one) => {
    const id = `  ${padded(visibleText(one.id), columns)}  `;
    const because = visibleText(one.because);
    const room = ink.width - columns - 4;
    if (room < 24) {
      return [id.trimEnd(), ...wrapped(paint.dim(because), ink, '    ')];
    }
    return verbose
      ? wrapped(because, ink, id)
      : [`${id}${paint.dim(clipped(because, room, marks.ellipsis))}`];
  });
  const names = rest.map((one) => visibleText(one.id)).join(', ');
  return [
    heading(words.ruledOut(all.length), ink),
    ...rows,
    ...(rest.length === 0 ? [] : wrapped(paint.dim(names), ink, '  ')),
  ];
}

/** What could not be seen, grouped by what would make it visible. */
export function renderNotChecked(
  all: readonly NotChecked[],
  ink: Ink,
  words: Texts,
  verbose: boolean,
): string[] {
  if (all.length === 0) {
    return [];
  }
  const { paint, marks } = ink;
  const groups = new Map<string, NotChecked[]>();
  for (const one of all) {
    const key = JSON.stringify([one.host, one.reason, one.remedy ?? '', verbose ? one.probe : '']);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) {
      return [];
    }
    const probes = group.map((one) => one.probe).filter((probe) => probe !== '');
    const says = [...new Set(group.flatMap((one) => one.says ?? []))];
    const what = `${visibleText(first.host)}: ${words.reason[first.reason]}`;
    const list = probes.length === 0 ? '' : ` ${paint.dim(`(${visibleText(probes.join(', '))})`)}`;
    return [
      ...wrapped(`${what}${list}`, ink, `  ${paint.yellow(marks.state.unknown)} `),
      ...(says.length === 1 || verbose
        ? says.flatMap((one) => wrapped(visibleText(one), ink, '      '))
        : []),
      ...(first.remedy === undefined ? [] : renderRemedy(first.remedy, '      ', ink)),
    ];
  });
  return [heading(words.notChecked(all.length), ink), ...rows];
}

export function renderRecent(
  recent: Diagnosis['recent'],
  startedAt: string,
  ink: Ink,
  words: Texts,
): string[] {
  if (recent.length === 0) {
    return [];
  }
  const rows = recent.flatMap(({ says, evidence }) => [
    ...wrapped(visibleText(says), ink, `  ${ink.marks.dash} `),
    ...evidence.flatMap((citation) => renderCitation(citation, startedAt, '    ', ink, words)),
  ]);
  return [heading(words.recent, ink), ...rows];
}
