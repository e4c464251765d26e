import type { KnownBlock } from '@slack/types';
import type { Answer } from '../../domain/answer.js';
import type { ChatMessage } from '../../domain/chat-message.js';
import { context, fitted, ifRoom, made, section, spoken } from './blocks.js';
import { renderNotUnderstood, renderWhichIncident } from './choices.js';
import { renderHelp } from './help.js';
import { incidentLine } from './incident-line.js';
import { renderLesson } from './lesson.js';
import { code, lines, link, type Markup, markup } from './markup.js';
import { renderOverview, renderRuns, renderTargets } from './overview.js';
import { renderTimeline } from './timeline.js';
import type { Words } from './words.js';

export interface AnswerOptions {
  /** The slash command of the app, `/502`. */
  readonly command: string;
}

/** What one person is told, short, and seen by nobody else. */
export function renderAnswer(answer: Answer, words: Words, options: AnswerOptions): ChatMessage {
  const blocks = blocksOf(answer, words, options);
  return {
    text: spoken(headOf(answer, words)),
    blocks: fitted([ifRoom(...made(blocks))], (count) => markup`… ${words.home.more(count)}`),
  };
}

/** The one sentence that a notification shows, and that the message begins with. */
function headOf(answer: Answer, words: Words): Markup {
  const texts = words.answer;
  switch (answer.kind) {
    case 'run-created':
      return markup`${texts.created(answer.run.target)}`;
    case 'run-joined':
      return markup`${texts.joined(answer.run.target)}`;
    case 'overview':
      return markup`${texts.overview}`;
    case 'targets':
      return markup`${answer.targets.length === 0 ? texts.noTargets : texts.targets(answer.targets.length)}`;
    case 'runs':
      return markup`${runsTitle(answer, words)}`;
    case 'cancelling':
      return markup`${texts.cancelling(answer.run.id)}`;
    case 'run-over':
      return markup`${texts.runOver(answer.run.id, words.state[answer.run.state])}`;
    case 'timeline':
      return markup`${texts.timeline(answer.incident.id, answer.incident.target)}`;
    case 'incident-changed': {
      const say = (answer.changed ? texts.changed : texts.already)[answer.what];
      return markup`${say(answer.incident.id, answer.incident.target)}`;
    }
    case 'which-incident':
      return markup`${texts.whichIncident}`;
    case 'no-incident':
      return markup`${texts.noIncident}`;
    case 'lesson':
      return markup`${answer.lesson.title}`;
    case 'help':
      return markup`${words.help.title}`;
    case 'not-understood':
      return markup`${texts.unknown[answer.expected](answer.word)}`;
    case 'usage':
      return markup`${answer.extra === undefined ? texts.usage(answer.command) : texts.extra(answer.extra)}`;
    case 'unavailable':
      return markup`${texts.unavailable}`;
    case 'failed':
      return markup`${texts.failed}`;
  }
}

function blocksOf(answer: Answer, words: Words, { command }: AnswerOptions): readonly KnownBlock[] {
  const head = headOf(answer, words);
  switch (answer.kind) {
    case 'run-joined':
      return [
        section(answer.link === undefined ? head : markup`${head} ${link(answer.link, words.answer.open)}`),
      ];
    case 'overview':
      return renderOverview(answer.overview, words);
    case 'targets':
      return [section(bolder(head, answer.targets.length)), ...renderTargets(answer.targets, words)];
    case 'runs':
      return [
        section(bolder(head, answer.runs.length)),
        ...renderRuns(answer.runs, words, answer.runs.length),
      ];
    case 'timeline':
      return renderTimeline(answer, words);
    case 'incident-changed':
      return [
        section(markup`${answer.changed ? '✓' : '·'} ${head}`),
        context(incidentLine(answer.incident, words)),
      ];
    case 'which-incident':
      return renderWhichIncident(answer, head, words, command);
    case 'lesson':
      return renderLesson(answer.lesson, words);
    case 'help':
      return renderHelp(words, command);
    case 'not-understood':
      return renderNotUnderstood(answer, head, words);
    case 'usage':
      return [section(lines([head, code(`${command} ${answer.command} ${answer.usage}`.trim())]))];
    case 'unavailable':
      return [section(markup`⚠ ${head}`)];
    case 'failed':
      return [section(markup`⚠ ${head}${words.gap}${words.answer.reference(answer.reference)}`)];
    case 'run-created':
    case 'cancelling':
    case 'run-over':
    case 'no-incident':
      return [section(head)];
  }
}

function runsTitle(answer: Extract<Answer, { kind: 'runs' }>, words: Words): string {
  const texts = words.answer;
  const { target } = answer;
  if (answer.runs.length === 0) return target === undefined ? texts.noRuns : texts.noRunsOf(target);
  return target === undefined ? texts.runs : texts.runsOf(target);
}

/** A title where a list follows, a sentence where none does. */
function bolder(head: Markup, entries: number): Markup {
  return entries === 0 ? head : markup`*${head}*`;
}
