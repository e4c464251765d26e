import type { Certainty, Diagnosis, HopState, NamedCause, Verdict } from '../domain/diagnosis.js';
import { renderChain } from './chain.js';
import { renderHopMap } from './hop-map.js';
import { heading, type Ink, inkFor, wrapped } from './ink.js';
import {
  renderInconclusive,
  renderNextStep,
  renderNotChecked,
  renderRecent,
  renderRuledOut,
  worthTelling,
} from './lists.js';
import type { Terminal } from './terminal.js';
import { type Texts, texts } from './texts.js';
import { visibleText } from './visible-text.js';

export interface TextOptions {
  readonly lang: 'en' | 'zh';
  readonly terminal: Pick<Terminal, 'colours' | 'unicode' | 'width'>;
  /** False where the target's name stands in no goodgate.yaml, so that no command can use it. */
  readonly configured?: boolean;
  /** Nothing is shortened. */
  readonly verbose?: boolean;
}

/** A diagnosis as a person reads it in a terminal: what is wrong first, what to do, and then all that shows it. */
export function renderText(diagnosis: Diagnosis, options: TextOptions): string {
  const ink = inkFor(options.terminal);
  const words = texts[options.lang];
  const verbose = options.verbose ?? false;
  const configured = options.configured ?? true;
  const { root, faults } = sortedCauses(diagnosis);
  const blocks = [
    renderHead(diagnosis, ink, words),
    ...renderCauses(diagnosis, ink, words, verbose),
    renderHopMap(diagnosis.path, ink, words),
    renderNextStep([...root, ...faults], ink, words),
    ...renderRest(diagnosis, ink, words, verbose),
    ...(diagnosis.verdict === 'inconclusive' ? [renderInconclusive(diagnosis, configured, ink, words)] : []),
    renderFoot(diagnosis, ink, words, configured),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const STATE: Readonly<Record<Verdict, HopState>> = {
  healthy: 'ok',
  'root-cause': 'broken',
  inconclusive: 'unknown',
  unreachable: 'broken',
};

function renderHead(diagnosis: Diagnosis, ink: Ink, words: Texts): string[] {
  const { paint, marks } = ink;
  const colour = { ok: paint.green, broken: paint.red, unknown: paint.yellow }[STATE[diagnosis.verdict]];
  const about = [diagnosis.target, words.httpStatus(diagnosis.httpStatus)].map(visibleText);
  const verdict = `${marks.state[STATE[diagnosis.verdict]]} ${words.verdict[diagnosis.verdict]}`;
  const head = wrapped(
    `${paint.bold(colour(verdict))}  ${paint.bold(about.join(` ${marks.dot} `))}`,
    ink,
    '',
  );
  const [root] = diagnosis.causes;
  const title = diagnosis.verdict === 'root-cause' && root !== undefined ? renderTitle(root, ink, words) : [];
  return [
    ...head,
    colour(marks.rule.repeat(Math.min(ink.width, 72))),
    ...title,
    ...wrapped(visibleText(diagnosis.symptom), ink, '  '),
    ...(diagnosis.symptom.includes(diagnosis.url)
      ? []
      : wrapped(paint.dim(visibleText(diagnosis.url)), ink, '  ')),
  ];
}

function renderTitle(cause: NamedCause, ink: Ink, words: Texts): string[] {
  const { paint, marks } = ink;
  const facts = [
    visibleText(cause.id),
    certaintyColour(cause.certainty, ink)(words.certainty[cause.certainty]),
    words.onHost(visibleText(cause.host)),
  ];
  return [
    ...wrapped(paint.bold(visibleText(cause.title)), ink, '  '),
    ...wrapped(facts.join(` ${marks.dot} `), ink, '  '),
  ];
}

function certaintyColour(certainty: Certainty, { paint }: Ink): (text: string) => string {
  return { proven: paint.red, likely: paint.yellow, possible: paint.dim }[certainty];
}

/** The root cause has its title in the head; here is its chain, then the other faults, each with its own chain. */
function renderCauses(diagnosis: Diagnosis, ink: Ink, words: Texts, verbose: boolean): string[][] {
  const { startedAt } = diagnosis;
  const { root, faults, hints } = sortedCauses(diagnosis);
  const titled = (cause: NamedCause) => [
    ...renderTitle(cause, ink, words),
    ...renderChain(cause, startedAt, ink, words, verbose),
  ];
  return [
    ...root.map((cause) => [
      heading(words.chain, ink),
      ...renderChain(cause, startedAt, ink, words, verbose),
    ]),
    ...(faults.length === 0
      ? []
      : [[heading(words.alsoBroken(faults.length), ink), ...faults.flatMap(titled)]]),
    ...(hints.length === 0 ? [] : [[heading(words.hints, ink), ...hints.flatMap(titled)]]),
  ];
}

function sortedCauses({ verdict, causes }: Diagnosis) {
  const root = verdict === 'root-cause' ? causes.slice(0, 1) : [];
  const others = causes.slice(root.length);
  return {
    root,
    faults: others.filter((cause) => cause.certainty !== 'possible'),
    hints: others.filter((cause) => cause.certainty === 'possible'),
  };
}

/** Where nothing is named, what could not be seen matters more than what was ruled out. */
function renderRest(diagnosis: Diagnosis, ink: Ink, words: Texts, verbose: boolean): string[][] {
  const ruledOut =
    diagnosis.verdict === 'healthy' && !verbose
      ? []
      : renderRuledOut(diagnosis.ruledOut, ink, words, verbose);
  const notChecked = renderNotChecked(worthTelling(diagnosis, verbose), ink, words, verbose);
  const recent = renderRecent(diagnosis.recent, diagnosis.startedAt, ink, words);
  const named = diagnosis.verdict === 'root-cause' || diagnosis.verdict === 'healthy';
  return named ? [recent, ruledOut, notChecked] : [notChecked, ruledOut, recent];
}

function renderFoot(diagnosis: Diagnosis, ink: Ink, words: Texts, configured: boolean): string[] {
  const { paint, marks } = ink;
  const probes = diagnosis.hosts.reduce((sum, host) => sum + host.probes, 0);
  const seconds = (diagnosis.durationMs / 1000).toFixed(1);
  const [root] = diagnosis.causes;
  const facts = [
    words.counts(diagnosis.hosts.length, probes, seconds),
    ...(diagnosis.playbook === '' ? [] : [words.playbook(visibleText(diagnosis.playbook))]),
    diagnosis.startedAt.replace('T', ' ').replace(/\.\d+Z$/u, 'Z'),
  ];
  const hint =
    diagnosis.verdict === 'root-cause' && root !== undefined && root.recoveries.length > 0
      ? words.explainHint(root.id)
      : diagnosis.verdict === 'unreachable'
        ? words.doctorHint(configured ? diagnosis.target : undefined)
        : undefined;
  return [
    ...wrapped(paint.dim(visibleText(facts.join(` ${marks.dot} `))), ink, ''),
    ...(hint === undefined ? [] : wrapped(paint.dim(visibleText(hint)), ink, '')),
  ];
}
