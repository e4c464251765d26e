import type { Button, KnownBlock } from '@slack/types';
import type { RunView } from '../../domain/answer.js';
import { ACTIONS } from '../../domain/chat-actions.js';
import type { ChatMessage } from '../../domain/chat-message.js';
import { isOver, type Run } from '../../domain/run.js';
import { actions, button, context, section, spoken } from './blocks.js';
import { incidentButtons, incidentLine } from './incident-line.js';
import { bold, join, lines, type Markup, markup } from './markup.js';
import { actorOf, askedFor, takenOver } from './people.js';
import { renderProgress } from './progress-lines.js';
import { renderVerdict } from './verdict.js';
import type { Words } from './words.js';

export interface RunOptions {
  /** The slash command of the app, `/502`. */
  readonly command: string;
  /** What offers to mend it: stands between the next step and the buttons of the check. */
  readonly recovery?: readonly KnownBlock[];
}

/** The one message of a run: edited as it goes on, and at the end the verdict. */
export function renderRun(view: RunView, words: Words, options: RunOptions): ChatMessage {
  const { run } = view;
  switch (run.state) {
    case 'queued':
      return renderQueued(view, words);
    case 'running':
      return renderRunning(view, words);
    case 'cancelled':
      return renderCancelled(view, words);
    case 'interrupted':
      return renderInterrupted(view, words);
    case 'finished':
      return renderVerdict(view, words, options, buttonsOf(view, words));
  }
}

function renderQueued(view: RunView, words: Words): ChatMessage {
  const { run } = view;
  const hosts = run.waitingFor ?? [];
  const why =
    hosts.length === 0
      ? words.run.waitsForTurn
      : words.run.waitsForHosts(namedHosts(hosts, words), hosts.length);
  return unfinished(view, words, '⏳', words.run.waits(run.target), [markup`${why}`]);
}

function renderRunning(view: RunView, words: Words): ChatMessage {
  const { run } = view;
  return unfinished(view, words, '🔎', words.run.checks(run.target), renderProgress(run.progress, words));
}

function unfinished(
  view: RunView,
  words: Words,
  mark: string,
  title: string,
  body: readonly Markup[],
): ChatMessage {
  const { run } = view;
  return {
    text: spoken(join([markup`${title}`, ...body.slice(0, 1)], markup` · `)),
    blocks: [
      section(lines([markup`${mark} ${bold(title)}`, ...body])),
      ...notices(run, words),
      context(askedFor(run, words), incidentLine(view.incident, words)),
      ...actions(buttonsOf(view, words)),
    ],
  };
}

/** That a worker was lost, and that somebody wants it to stop. */
function notices(run: Run, words: Words): readonly KnownBlock[] {
  const stopping =
    run.cancelRequestedBy === undefined || isOver(run)
      ? []
      : [markup`⏹ ${words.run.stopping} ${actorOf(run.cancelRequestedBy, words)}`];
  const all = [...takenOver(run, words), ...stopping];
  return all.length === 0 ? [] : [context(...all)];
}

function renderCancelled(view: RunView, words: Words): ChatMessage {
  const { run } = view;
  const title = words.run.cancelled(run.target);
  const by =
    run.cancelRequestedBy === undefined
      ? []
      : [markup`${words.run.cancelledBy} ${actorOf(run.cancelRequestedBy, words)}`];
  return over(view, words, '⏹', title, by);
}

/** In words of the reader's language; what was written down of it beside the reason is for the log. */
function renderInterrupted(view: RunView, words: Words): ChatMessage {
  const { run } = view;
  const title = words.run.interrupted(run.target);
  const reason = run.interrupted?.reason ?? 'failed';
  return over(view, words, '⚠', title, [
    markup`${words.run.interruptedWhy[reason]}`,
    markup`${words.run.interruptedDo[reason]}`,
  ]);
}

function over(
  view: RunView,
  words: Words,
  mark: string,
  title: string,
  body: readonly Markup[],
): ChatMessage {
  return {
    text: spoken(join([markup`${title}`, ...body.slice(0, 1)], markup` · `)),
    blocks: [
      section(lines([markup`${mark} ${bold(title)}`, ...body])),
      ...notices(view.run, words),
      context(askedFor(view.run, words), incidentLine(view.incident, words)),
      ...actions(buttonsOf(view, words)),
    ],
  };
}

/** What can be done now, from left to right the likelier first. */
function buttonsOf(view: RunView, words: Words): readonly Button[] {
  const { run } = view;
  if (!isOver(run)) {
    return run.cancelRequestedBy === undefined
      ? button(words.buttons.cancel, ACTIONS.cancel, run.id, { style: 'danger' })
      : [];
  }
  const cause = run.result?.cause?.id;
  return [
    ...button(words.buttons.recheck, ACTIONS.recheck, run.id),
    ...(cause === undefined ? [] : button(words.buttons.explain, ACTIONS.explain, cause)),
    ...incidentButtons(view.incident, words),
  ];
}

const SHOWN_HOSTS = 5;

function namedHosts(hosts: readonly string[], words: Words): string {
  const shown = hosts.slice(0, SHOWN_HOSTS);
  const rest = hosts.length - shown.length;
  return [...shown, ...(rest > 0 ? [words.run.moreHosts(rest)] : [])].join(words.comma);
}
