import stringWidth from 'string-width';
import type { Diagnosis, NamedCause, NotChecked, RecoveryText, RuledOut } from '../domain/diagnosis.js';
import { renderCitations } from './chain.js';
import { heading, type Ink, padded, wrapped } from './ink.js';
import { renderRemedy } from './remedy.js';
import { shellWords } from './shell-words.js';
import type { Texts } from './texts.js';
import { visibleText } from './visible-text.js';

/** What to do, as exact commands: they are neither shortened nor wrapped, so that they can be copied. */
export function renderNextStep(causes: readonly NamedCause[], ink: Ink, words: Texts): string[] {
  const steps = causes.flatMap((cause) =>
    cause.recoveries.length === 0
      ? [
          ...wrapped(words.noRecovery, ink, '  '),
          `    $ ${ink.paint.bold(words.explain.command(visibleText(cause.id)))}`,
        ]
      : cause.recoveries.flatMap((recovery) => renderRecovery(recovery, cause.host, ink, words)),
  );
  return steps.length === 0 ? [] : [heading(words.nextStep, ink), ...steps];
}

/** What a person can do where nothing could be named. */
export function renderInconclusive(
  { notChecked, target }: Diagnosis,
  configured: boolean,
  ink: Ink,
  words: Texts,
): string[] {
  const check = words.recordCommand(configured ? shellWords([target]) : undefined);
  return [
    heading(words.nextStep, ink),
    ...(notChecked.length === 0 ? [] : wrapped(words.makeVisible, ink, '  ')),
    ...wrapped(words.recordWhileItFails, ink, '  '),
    `    $ ${ink.paint.bold(check)}`,
    `    $ ${ink.paint.bold(words.replayCommand)}`,
  ];
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

const SHOWN_RULED_OUT = 8;

/** The nearest by name, in one line; with `verbose`, a row each that says why. */
export function renderRuledOut(all: readonly RuledOut[], ink: Ink, words: Texts, verbose: boolean): string[] {
  if (all.length === 0) return [];
  const title = words.ruledOut(all.length);
  if (!verbose) {
    const names = all.slice(0, SHOWN_RULED_OUT).map((one) => visibleText(one.id));
    const rest = all.length - names.length;
    const line = `${names.join(', ')}${rest > 0 ? ` ${words.andMore(rest)}` : ''}`;
    return [heading(title, ink), ...wrapped(line, ink, '  ')];
  }
  const columns = Math.max(...all.map((one) => stringWidth(visibleText(one.id))));
  const rows = all.flatMap((one) => {
    const id = `  ${padded(visibleText(one.id), columns)}  `;
    const because = visibleText(one.because);
    return ink.width - columns - 4 < 24
      ? [id.trimEnd(), ...wrapped(ink.paint.dim(because), ink, '    ')]
      : wrapped(because, ink, id);
  });
  return [heading(title, ink), ...rows];
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
  const groups = notCheckedGroups(all, verbose);
  const remedies = new Set<string>();
  const rows = groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined) {
      return [];
    }
    const { remedy } = first;
    // The same advice once; what asks for it stands above and below.
    const isNew = remedy !== undefined && !remedies.has(remedy);
    if (isNew) remedies.add(remedy);
    const what = [...new Set(group.map((one) => words.look[one.about ?? one.probe] ?? one.probe))].filter(
      Boolean,
    );
    const says = [...new Set(group.flatMap((one) => one.says ?? []))];
    return [
      ...wrapped(
        `${visibleText(first.host)} ${marks.dot} ${words.unseen(words.reason[first.reason], what.map(visibleText))}`,
        ink,
        `  ${paint.yellow(marks.state.unknown)} `,
      ),
      ...(says.length === 1 || verbose
        ? says.flatMap((one) => wrapped(paint.dim(visibleText(one)), ink, '      '))
        : []),
      ...(isNew ? renderRemedy(remedy, '      ', ink) : []),
    ];
  });
  return [heading(words.notChecked(groups.length), ink), ...rows];
}

/** What has the same reason and the same remedy on the same host. */
export function notCheckedGroups(
  all: readonly NotChecked[],
  verbose: boolean,
): readonly (readonly NotChecked[])[] {
  const groups = new Map<string, NotChecked[]>();
  for (const one of all) {
    const what = verbose ? one.probe : (one.about ?? '');
    const key = JSON.stringify([one.host, one.reason, one.remedy ?? '', what]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

/** A tool that a host lacks is worth a word only where nothing could be named without it. */
export function worthTelling({ notChecked, verdict }: Diagnosis, verbose: boolean): readonly NotChecked[] {
  if (verbose || verdict === 'inconclusive') return notChecked;
  return notChecked.filter((one) => one.reason !== 'command-not-found' || one.probe === 'nginx.dump');
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
    ...renderCitations(evidence, startedAt, '    ', ink, words),
  ]);
  return [heading(words.recent, ink), ...rows];
}
