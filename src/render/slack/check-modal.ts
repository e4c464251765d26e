import type { InputBlock, ModalView, PlainTextOption } from '@slack/types';
import { ANY_PLAYBOOK, CALLBACKS, CHECK_FIELDS, writeFormPlace } from '../../domain/chat-actions.js';
import type { Conversation } from '../../domain/run.js';
import { context, LIMITS, plain, section } from './blocks.js';
import { markup } from './markup.js';
import type { Words } from './words.js';

export interface CheckForm {
  /** Names, as in goodgate.yaml. */
  readonly targets: readonly string[];
  readonly playbooks: readonly string[];
  readonly initialTarget?: string;
  /** Where it was opened from, and where the run's message will stand. */
  readonly conversation: Conversation;
}

/** The form that the slash command opens without a word behind it. */
export function renderCheckModal(form: CheckForm, words: Words): ModalView {
  const { modal } = words;
  const targets = form.targets.filter(isOption);
  const head = {
    type: 'modal',
    callback_id: CALLBACKS.checkModal,
    private_metadata: writeFormPlace(form.conversation),
    title: plain(modal.title, LIMITS.modalTitle),
    close: plain(modal.close, LIMITS.modalTitle),
  } as const;
  if (targets.length === 0) return { ...head, blocks: [section(markup`${modal.noTargets}`)] };
  return {
    ...head,
    submit: plain(modal.submit, LIMITS.modalTitle),
    blocks: [
      targetField(targets, form.initialTarget, words),
      playbookField(form.playbooks.filter(isOption), words),
      context(markup`${modal.intro}`),
    ],
  };
}

/** What the menu offers while somebody types, where there are too many targets for a list. */
export function renderTargetOptions(
  query: string,
  targets: readonly string[],
): { readonly options: PlainTextOption[] } {
  const wanted = query.trim().toLowerCase();
  const found = targets.filter((name) => isOption(name) && name.toLowerCase().includes(wanted));
  const [first, others] = [
    found.filter((name) => name.toLowerCase().startsWith(wanted)),
    found.filter((name) => !name.toLowerCase().startsWith(wanted)),
  ];
  return {
    options: distinct([...first, ...others])
      .slice(0, LIMITS.options)
      .map(optionOf),
  };
}

function targetField(targets: readonly string[], initial: string | undefined, words: Words): InputBlock {
  const names = distinct(targets);
  const { block, action } = CHECK_FIELDS.target;
  const chosen =
    initial !== undefined && names.includes(initial) ? { initial_option: optionOf(initial) } : {};
  const menu = {
    action_id: action,
    placeholder: plain(words.modal.targetPlaceholder, LIMITS.placeholder),
    ...chosen,
  };
  return {
    type: 'input',
    block_id: block,
    label: plain(words.modal.target, LIMITS.header),
    hint: plain(words.modal.targetHint, LIMITS.header),
    element:
      names.length <= LIMITS.options
        ? { type: 'static_select', ...menu, options: names.map(optionOf) }
        : { type: 'external_select', ...menu, min_query_length: 0 },
  };
}

function playbookField(playbooks: readonly string[], words: Words): InputBlock {
  const { modal } = words;
  const names = distinct(playbooks).filter((name) => name !== ANY_PLAYBOOK);
  const shown = names.slice(0, LIMITS.options - 1);
  const rest = names.length - shown.length;
  const any: PlainTextOption = { text: plain(modal.anyPlaybook, LIMITS.option), value: ANY_PLAYBOOK };
  return {
    type: 'input',
    block_id: CHECK_FIELDS.playbook.block,
    label: plain(modal.playbook, LIMITS.header),
    hint: plain(rest > 0 ? modal.morePlaybooks(rest) : modal.playbookHint, LIMITS.header),
    element: {
      type: 'static_select',
      action_id: CHECK_FIELDS.playbook.action,
      options: [any, ...shown.map(optionOf)],
      initial_option: any,
    },
  };
}

/** A value is never cut: it would name something else. */
function isOption(name: string): boolean {
  return name.trim() !== '' && name.length <= LIMITS.optionValue;
}

function optionOf(name: string): PlainTextOption {
  return { text: plain(name, LIMITS.option), value: name };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
