import type { KnownBlock } from '@slack/types';
import type { Answer, Suggestion } from '../../domain/answer.js';
import { ACTIONS, numberedAction } from '../../domain/chat-actions.js';
import { actions, button, section } from './blocks.js';
import { incidentLine } from './incident-line.js';
import { bold, code, join, lines, type Markup, markup } from './markup.js';
import type { Words } from './words.js';

const SHOWN_SUGGESTIONS = 10;
const SHOWN_KNOWN = 20;

/** The nearest words, each as a button that runs what was meant; else some of what there is. */
export function renderNotUnderstood(
  answer: Extract<Answer, { kind: 'not-understood' }>,
  head: Markup,
  words: Words,
): readonly KnownBlock[] {
  const texts = words.answer;
  const buttons = suggestions(answer.near);
  if (buttons.length > 0) return [section(markup`${head}${words.gap}${texts.meant}`), ...buttons];
  if (answer.known.length === 0) return [section(head)];
  const shown = answer.known.slice(0, SHOWN_KNOWN).map((one) => code(one));
  const rest = answer.known.length - shown.length;
  const more = rest > 0 ? markup` ${words.home.more(rest)}` : markup``;
  const list = markup`${join(shown, markup` `)}${more}`;
  return [section(lines([head, markup`${texts.known[answer.expected]}${words.colon}${list}`]))];
}

/** Which of the open incidents is meant: a button each, which types the rest. */
export function renderWhichIncident(
  answer: Extract<Answer, { kind: 'which-incident' }>,
  head: Markup,
  words: Words,
  command: string,
): readonly KnownBlock[] {
  const shown = answer.incidents.slice(0, SHOWN_SUGGESTIONS);
  const rest = answer.incidents.length - shown.length;
  const buttons = suggestions(
    shown.map(({ id }) => ({ label: id, command: withIncident(answer.command, id) })),
  );
  const [name = ''] = answer.command.trim().split(/\s/u);
  // A long note does not fit into a button.
  const typed = buttons.length === 0 ? [code(`${command} ${withIncident(name, shown[0]?.id ?? '')} …`)] : [];
  return [
    section(
      lines([
        head,
        ...shown.map((one) => markup`${bold(one.target)} · ${incidentLine(one, words)}`),
        ...(rest > 0 ? [markup`… ${words.home.more(rest)}`] : []),
        ...typed,
      ]),
    ),
    ...buttons,
  ];
}

/** Buttons that run what was meant. */
function suggestions(all: readonly Suggestion[]): readonly KnownBlock[] {
  return actions(
    all
      .slice(0, SHOWN_SUGGESTIONS)
      .flatMap((one, index) => button(one.label, numberedAction(ACTIONS.runCommand, index), one.command)),
  );
}

/** `ack` -> `ack inc-17`; `note it is the cache` -> `note inc-17 it is the cache` */
function withIncident(command: string, id: string): string {
  return command.trim().replace(/^\S*/u, (name) => `${name} ${id}`);
}
