/** The commands that people may type after `/502`, or after the bot's name. Texts for `help` stand in src/render/slack/. */

export const COMMANDS = [
  'check',
  'run',
  'status',
  'targets',
  'runs',
  'history',
  'recheck',
  'cancel',
  'timeline',
  'ack',
  'resolve',
  'note',
  'explain',
  'help',
] as const;

export type CommandName = (typeof COMMANDS)[number];

/** How each is written, after the command's own name. */
export const USAGE: Readonly<Record<CommandName, string>> = {
  check: 'TARGET [PLAYBOOK]',
  run: 'PLAYBOOK TARGET',
  status: '',
  targets: '',
  runs: '',
  history: 'TARGET',
  recheck: '[TARGET]',
  cancel: 'RUN',
  timeline: '[INCIDENT]',
  ack: '[INCIDENT]',
  resolve: '[INCIDENT]',
  note: '[INCIDENT] TEXT',
  explain: 'CAUSE',
  help: '',
};

export type Command =
  | { readonly name: 'check'; readonly target: string; readonly playbook?: string }
  | { readonly name: 'recheck'; readonly target?: string }
  | { readonly name: 'history'; readonly target: string }
  | { readonly name: 'cancel'; readonly run: string }
  | { readonly name: 'timeline' | 'ack' | 'resolve'; readonly incident?: string }
  | { readonly name: 'note'; readonly incident?: string; readonly text: string }
  | { readonly name: 'explain'; readonly cause: string }
  | { readonly name: 'status' | 'targets' | 'runs' | 'help' };
