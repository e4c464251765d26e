import type { HomeView, KnownBlock } from '@slack/types';
import type { Overview } from '../../domain/answer.js';
import { ACTIONS } from '../../domain/chat-actions.js';
import {
  actions,
  always,
  button,
  context,
  fitted,
  header,
  ifRoom,
  made,
  type Slot,
  section,
  VIEW_ROOM,
} from './blocks.js';
import { bold, markup, moment } from './markup.js';
import { renderOverview, renderTargets } from './overview.js';
import type { Words } from './words.js';

export interface HomeOptions {
  /** The slash command of the app, `/502`. */
  readonly command: string;
  readonly now: Date;
  /** What waits for somebody's approval: one block each, with its buttons. */
  readonly approvals?: readonly KnownBlock[];
}

const SHOWN_TARGETS = 40;

/** goodgate's own page in Slack: what is broken, what goes on, what waits for somebody, and what can be checked. */
export function renderHome(overview: Overview, words: Words, options: HomeOptions): HomeView {
  const { answer, home, buttons } = words;
  const approvals = options.approvals ?? [];
  const { targets } = overview;
  const slots: readonly Slot[] = [
    always(
      header(home.title),
      context(
        markup`${home.intro(options.command)}`,
        markup`${home.updated} ${moment(options.now.toISOString())}`,
      ),
      ...actions(button(buttons.open, ACTIONS.openCheckModal, '', { style: 'primary' })),
    ),
    ifRoom(
      ...made(renderOverview(overview, words)),
      () => section(bold(home.approvals)),
      ...made(approvals.length === 0 ? [section(markup`${home.noApprovals}`)] : approvals),
      () =>
        section(targets.length === 0 ? markup`${answer.noTargets}` : bold(answer.targets(targets.length))),
      ...made(renderTargets(targets, words, SHOWN_TARGETS)),
    ),
  ];
  return {
    type: 'home',
    blocks: fitted(slots, (count) => markup`… ${home.more(count)}`, VIEW_ROOM),
  };
}
