import type { Cause, CauseHead } from '../playbook/cause-schema.js';
import { heading, inkFor, padded, wrapped } from './ink.js';
import type { Terminal } from './terminal.js';
import { texts } from './texts.js';

interface ExplainOptions {
  readonly lang: 'en' | 'zh';
  readonly terminal: Pick<Terminal, 'colours' | 'unicode' | 'width'>;
}

/** A cause as a lesson. `all` are the causes by which its neighbours in the graph are named. */
export function renderExplanation(
  cause: Cause,
  all: readonly CauseHead[],
  { lang, terminal }: ExplainOptions,
): string {
  const ink = inkFor(terminal);
  const { paint, marks } = ink;
  const words = texts[lang].explain;
  const titles = new Map(all.map((head) => [head.id, head.title[lang]]));
  const named = (id: string) => wrapped(`${paint.bold(id)}  ${titles.get(id) ?? ''}`, ink, '  ', '      ');
  const { explain } = cause;
  const command = (run: string) => run.split('\n').map((line) => `     ${paint.cyan('$')} ${line}`);
  const causedBy = all.filter((head) => head.leadsTo.includes(cause.id)).map((head) => head.id);
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [['', heading(title, ink), ...lines]];
  const blocks = [
    [
      ...wrapped(paint.bold(cause.title[lang]), ink, ''),
      ...wrapped([cause.id, words.layer[cause.layer], `HTTP ${cause.http}`].join(` ${marks.dot} `), ink, ''),
      '',
      ...wrapped(explain.what[lang], ink, '  '),
    ],
    ...section(
      words.confirm,
      explain.confirm.flatMap((one) => [...command(one.run), ...wrapped(one.see[lang], ink, '       ')]),
    ),
    ...section(
      words.mend,
      explain.mend.flatMap((one, index) => [
        ...wrapped(one.do[lang], ink, `  ${index + 1}. `),
        ...(one.run === undefined ? [] : command(one.run)),
      ]),
    ),
    ...section(
      words.prevent,
      explain.prevent.flatMap((one) => wrapped(one[lang], ink, `  ${marks.dot} `)),
    ),
    ...section(
      words.unlike,
      explain.unlike.flatMap((one) => [...named(one.id), ...wrapped(one.by[lang], ink, '      ')]),
    ),
    ...section(words.leadsTo, cause.leadsTo.flatMap(named)),
    ...section(words.causedBy, causedBy.flatMap(named)),
    ...section(
      words.references,
      (cause.references ?? []).map((url) => `  ${url}`),
    ),
  ];
  return `${blocks.flat().join('\n')}\n`;
}

/** All causes, by where a person would go to mend them. */
export function renderCauseList(
  causes: readonly CauseHead[],
  layers: readonly CauseHead['layer'][],
  { lang, terminal }: ExplainOptions,
): string {
  const ink = inkFor(terminal);
  const columns = Math.max(0, ...causes.map((cause) => cause.id.length));
  const blocks = layers.flatMap((layer) => {
    const inside = causes.filter((cause) => cause.layer === layer);
    const rows = inside.flatMap((cause) =>
      wrapped(cause.title[lang], ink, `  ${padded(cause.id, columns)}  `),
    );
    return rows.length === 0 ? [] : [[heading(texts[lang].explain.layer[layer], ink), ...rows].join('\n')];
  });
  return `${blocks.join('\n\n')}\n`;
}
