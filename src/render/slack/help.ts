import type { KnownBlock } from '@slack/types';
import { ACTIONS } from '../../domain/chat-actions.js';
import { actions, button, context, header, section } from './blocks.js';
import { bold, code, lines, markup } from './markup.js';
import type { Words } from './words.js';

/** The commands by what people want; how each is written stands in src/words/commands.ts too. */
const GROUPS = [
  {
    group: 'check',
    commands: [
      ['check', 'TARGET [PLAYBOOK]'],
      ['run', 'PLAYBOOK TARGET'],
      ['recheck', '[TARGET]'],
      ['cancel', 'RUN'],
    ],
  },
  {
    group: 'look',
    commands: [
      ['status', ''],
      ['targets', ''],
      ['runs', ''],
      ['history', 'TARGET'],
    ],
  },
  {
    group: 'incident',
    commands: [
      ['ack', '[INCIDENT]'],
      ['note', '[INCIDENT] TEXT'],
      ['timeline', '[INCIDENT]'],
      ['resolve', '[INCIDENT]'],
    ],
  },
  {
    group: 'learn',
    commands: [
      ['explain', 'CAUSE'],
      ['help', ''],
    ],
  },
] as const;

/** Every command once, with what it does. `command` is the app's slash command. */
export function renderHelp(words: Words, command: string): readonly KnownBlock[] {
  return [
    header(words.help.title),
    ...GROUPS.map(({ group, commands }) =>
      section(
        lines([
          bold(words.help.groups[group]),
          ...commands.map(
            ([name, usage]) =>
              markup`${code(`${command} ${name} ${usage}`.trim())} – ${words.help.commands[name]}`,
          ),
        ]),
      ),
    ),
    context(markup`${words.help.also}`),
    ...actions(button(words.buttons.open, ACTIONS.openCheckModal, '', { style: 'primary' })),
  ];
}
