import type { Button, KnownBlock } from '@slack/types';
import type { Overview, TargetLine } from '../../domain/answer.js';
import { ACTIONS, numberedAction } from '../../domain/chat-actions.js';
import type { Incident } from '../../domain/incident.js';
import type { Run } from '../../domain/run.js';
import { button, context, section } from './blocks.js';
import { incidentLine } from './incident-line.js';
import { bold, code, lines, type Markup, markup, moment } from './markup.js';
import { markOf, outcome, runLine } from './run-line.js';
import type { Words } from './words.js';

const SHOWN_INCIDENTS = 10;
const SHOWN_RUNS = 10;
const SHOWN_TARGETS = 20;
const SILENT_MS = 120_000;

/** What goes on: the worst first. */
export function renderOverview(overview: Overview, words: Words): readonly KnownBlock[] {
  const { incidents, running, waiting } = overview;
  const texts = words.answer;
  return [
    ...renderSilence(overview, words),
    ...(incidents.length === 0
      ? [section(markup`✓ ${texts.nothingOpen}`)]
      : renderIncidents(incidents, words)),
    ...(running.length + waiting.length === 0 ? [section(markup`${texts.nothingRuns}`)] : []),
    ...(running.length === 0
      ? []
      : [section(bold(texts.running(running.length))), ...renderRuns(running, words)]),
    ...(waiting.length === 0
      ? []
      : [section(bold(texts.waiting(waiting.length))), ...renderRuns(waiting, words)]),
  ];
}

/** Nobody takes the checks that wait: people would wait in vain. */
export function renderSilence(
  { workersSilentMs, waiting, running }: Overview,
  words: Words,
): readonly KnownBlock[] {
  if (workersSilentMs === undefined) {
    return waiting.length + running.length === 0 ? [] : [section(markup`⚠ ${words.answer.noWorker}`)];
  }
  return workersSilentMs < SILENT_MS
    ? []
    : [section(markup`⚠ ${words.answer.silent(Math.floor(workersSilentMs / 60_000))}`)];
}

export function renderIncidents(incidents: readonly Incident[], words: Words): readonly KnownBlock[] {
  const shown = incidents.slice(0, SHOWN_INCIDENTS);
  return [
    section(bold(words.answer.incidents(incidents.length))),
    ...shown.map((incident, index) =>
      section(incidentText(incident, words), acknowledgeButton(incident, index, words), 600),
    ),
    ...rest(incidents.length - shown.length, words),
  ];
}

/** For whoever sees it first; nothing where somebody is on it already. */
function acknowledgeButton(incident: Incident, index: number, words: Words): Button | undefined {
  if (incident.acknowledged !== undefined || incident.state === 'resolved') return undefined;
  const action = numberedAction(ACTIONS.acknowledge, index);
  return button(words.buttons.acknowledge, action, incident.id)[0];
}

function incidentText(incident: Incident, words: Words): Markup {
  const cause = incident.cause === undefined ? markup`` : markup` · ${code(incident.cause)}`;
  return lines([markup`${bold(incident.target)}${cause}`, incidentLine(incident, words)]);
}

export function renderRuns(
  runs: readonly Run[],
  words: Words,
  most: number = SHOWN_RUNS,
): readonly KnownBlock[] {
  const shown = runs.slice(0, most);
  return [
    ...shown.map((run) => section(runLine(run, words), undefined, 400)),
    ...rest(runs.length - shown.length, words),
  ];
}

/** What can be checked, how it was last, and a button that checks it. */
export function renderTargets(
  targets: readonly TargetLine[],
  words: Words,
  most: number = SHOWN_TARGETS,
): readonly KnownBlock[] {
  const shown = targets.slice(0, most);
  return [
    ...shown.map((target, index) => {
      const [check] = button(
        words.buttons.check,
        numberedAction(ACTIONS.runCommand, index),
        `check ${target.name}`,
      );
      return section(targetText(target, words), check, 400);
    }),
    ...rest(targets.length - shown.length, words),
  ];
}

function targetText({ name, url, last }: TargetLine, words: Words): Markup {
  const state =
    last === undefined
      ? markup`${words.answer.never}`
      : markup`${outcome(last, words)} · ${moment(last.endedAt ?? last.createdAt)}`;
  const mark = last === undefined ? '⚪' : markOf(last);
  return lines([markup`${mark} ${bold(name)} · ${state}`, code(url)]);
}

function rest(count: number, words: Words): readonly KnownBlock[] {
  return count > 0 ? [context(markup`… ${words.home.more(count)}`)] : [];
}
