/** What buttons, menus and forms in Slack are called: rendering writes these names, the Slack adapter listens for them. */
import type { Conversation } from './run.js';

/** Of buttons and menus. What the button's `value` holds stands beside it. */
export const ACTIONS = {
  /** A run's id, `run-142`: its target and playbook are checked again. */
  recheck: 'recheck',
  /** A run's id. */
  cancel: 'cancel',
  /** An incident's id, `inc-17`. */
  acknowledge: 'acknowledge',
  /** An incident's id. */
  resolve: 'resolve',
  /** A cause's id, `redis-down`. */
  explain: 'explain',
  /** A command without the slash command itself, `check docs-server`. */
  runCommand: 'run-command',
  /** Empty: opens the form. */
  openCheckModal: 'open-check-modal',
  /** The menu of targets, where there are too many to be listed: Slack asks for its options. */
  targets: 'targets',
  /** The menu of playbooks. */
  playbooks: 'playbooks',
} as const;

export type Action = (typeof ACTIONS)[keyof typeof ACTIONS];

/** Of what is submitted, and of the message shortcut. */
export const CALLBACKS = { checkModal: 'check-modal', diagnoseThis: 'diagnose-this' } as const;

/** The fields of the form, by their block ids: `view.state.values[block][action]`. */
export const CHECK_FIELDS = {
  target: { block: 'target', action: ACTIONS.targets },
  playbook: { block: 'playbook', action: ACTIONS.playbooks },
} as const;

/** Where the form was opened from travels with it, in the view's private_metadata. */
export function writeFormPlace({ channel, threadTs }: Conversation): string {
  return JSON.stringify({ channel, ...(threadTs === undefined ? {} : { threadTs }) });
}

/** Undefined where it is none of ours. */
export function readFormPlace(metadata: string): Conversation | undefined {
  let read: unknown;
  try {
    read = JSON.parse(metadata);
  } catch {
    return undefined;
  }
  if (typeof read !== 'object' || read === null || !('channel' in read)) return undefined;
  const { channel } = read;
  if (typeof channel !== 'string' || channel === '') return undefined;
  const threadTs = 'threadTs' in read ? read.threadTs : undefined;
  return { channel, ...(typeof threadTs === 'string' ? { threadTs } : {}) };
}

/** The playbook menu's first option: goodgate looks which one fits. */
export const ANY_PLAYBOOK = '*';

/**
 * Within one block no two elements may have the same action_id, so that the second button of a kind is called
 * `run-command.1`.
 * https://docs.slack.dev/reference/block-kit/block-elements/button-element
 */
export function numberedAction(action: Action, number: number): string {
  return number === 0 ? action : `${action}.${number}`;
}

/** What an action_id stands for; undefined where it is none of ours. */
export function actionOf(actionId: string): Action | undefined {
  const name = actionId.replace(/\.\d{1,4}$/u, '');
  return Object.values(ACTIONS).find((action) => action === name);
}
