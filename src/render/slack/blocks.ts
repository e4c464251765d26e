import type {
  ActionsBlock,
  Button,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  SectionBlock,
} from '@slack/types';
import { clip } from './clip.js';
import { harmlessPlain } from './escape.js';
import { cutMarkup, isNothing, type Markup, markup, written } from './markup.js';
import { sizeOf } from './measure.js';

/** Slack's limits, and ours below them. https://docs.slack.dev/reference/block-kit/blocks */
export const LIMITS = {
  messageBlocks: 50,
  viewBlocks: 100,
  /** Of all blocks of a message together, in bytes of JSON: Slack refuses somewhat more than 13,000. */
  messageBytes: 12_000,
  /** Of all blocks of a view, https://docs.slack.dev/reference/methods/views.publish: 250 kB. */
  viewBytes: 100_000,
  sectionBytes: 2900,
  contextBytes: 900,
  header: 150,
  button: 75,
  /** Slack takes 2,000 characters; ours are ids and short commands, and several stand in a message. */
  valueBytes: 500,
  option: 75,
  optionValue: 150,
  options: 100,
  placeholder: 150,
  modalTitle: 24,
  privateMetadata: 3000,
  actionsElements: 25,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  /** Of the text beside the blocks; https://docs.slack.dev/reference/methods/chat.postMessage advises 4,000. */
  textBytes: 3000,
} as const;

/** Slack's plain_text: no markup, and no emoji codes. Cut with a count of what is not shown. */
export function plain(text: string, characters: number): PlainTextElement {
  return { type: 'plain_text', text: harmlessPlain(clip(text, characters)), emoji: false };
}

/** Slack's mrkdwn. `verbatim`: no URL, address, channel or name in it becomes a link or a mention. */
export function mrkdwn(text: Markup, bytes: number): MrkdwnElement {
  const cut = written(cutMarkup(text, bytes, shortMore));
  return { type: 'mrkdwn', text: cut.trim() === '' ? '–' : cut, verbatim: true };
}

function shortMore(characters: number): Markup {
  return markup` …(+${characters})`;
}

/** Always shown in full, without "see more". */
export function section(text: Markup, accessory?: Button, bytes: number = LIMITS.sectionBytes): SectionBlock {
  return {
    type: 'section',
    expand: true,
    text: mrkdwn(text, bytes),
    ...(accessory === undefined ? {} : { accessory }),
  };
}

/** Small and grey: what one may want to know, and need not. */
export function context(...texts: readonly Markup[]): ContextBlock {
  const shown = texts.filter((text) => !isNothing(text)).slice(0, 10);
  return { type: 'context', elements: shown.map((text) => mrkdwn(text, LIMITS.contextBytes)) };
}

export function header(text: string): HeaderBlock {
  return { type: 'header', text: plain(text, LIMITS.header) };
}

export interface ButtonOptions {
  readonly style?: 'primary' | 'danger';
  readonly confirm?: {
    readonly title: string;
    readonly text: string;
    readonly yes: string;
    readonly no: string;
  };
}

/** Nothing where the value would have to be cut: it would mean something else. */
export function button(
  label: string,
  actionId: string,
  value: string,
  options: ButtonOptions = {},
): readonly Button[] {
  if (sizeOf(value) > LIMITS.valueBytes) return [];
  const { style, confirm } = options;
  return [
    {
      type: 'button',
      text: plain(label, LIMITS.button),
      action_id: actionId,
      ...(value === '' ? {} : { value }),
      ...(style === undefined ? {} : { style }),
      ...(confirm === undefined
        ? {}
        : {
            confirm: {
              title: plain(confirm.title, LIMITS.confirmTitle),
              text: plain(confirm.text, LIMITS.confirmText),
              confirm: plain(confirm.yes, LIMITS.confirmButton),
              deny: plain(confirm.no, LIMITS.confirmButton),
            },
          }),
    },
  ];
}

/** No block where there is no button. */
export function actions(buttons: readonly Button[]): readonly ActionsBlock[] {
  return buttons.length === 0
    ? []
    : [{ type: 'actions', elements: buttons.slice(0, LIMITS.actionsElements) }];
}

/** A block that is made only if there can be room for it. */
export type Later = () => KnownBlock;

/** One place of a layout: what must be shown, or what is left out, last first, where room ends. */
export type Slot =
  | { readonly keep: 'always'; readonly blocks: readonly KnownBlock[] }
  | { readonly keep: 'if-room'; readonly blocks: readonly Later[] };

export function always(...blocks: readonly KnownBlock[]): Slot {
  return { keep: 'always', blocks };
}

export function ifRoom(...blocks: readonly Later[]): Slot {
  return { keep: 'if-room', blocks };
}

/** Those that are made already. */
export function made(blocks: readonly KnownBlock[]): readonly Later[] {
  return blocks.map((block) => () => block);
}

export interface Room {
  readonly blocks: number;
  readonly bytes: number;
}

export const MESSAGE_ROOM: Room = { blocks: LIMITS.messageBlocks, bytes: LIMITS.messageBytes };
export const VIEW_ROOM: Room = { blocks: LIMITS.viewBlocks, bytes: LIMITS.viewBytes };

/**
 * The blocks in their order, without those for which there is no room. `leftOut` tells of these, in their place: how
 * many, and where they stand.
 */
export function fitted(
  slots: readonly Slot[],
  leftOut: (blocks: number) => Markup,
  room: Room = MESSAGE_ROOM,
): KnownBlock[] {
  const note = (count: number) => context(leftOut(count));
  const required = slots.flatMap((slot) => (slot.keep === 'always' ? slot.blocks : []));
  let blocks = room.blocks - required.length - 1;
  let bytes = room.bytes - sizeOf(required) - sizeOf(note(MANY));
  let missing = 0;
  let place = 0;
  const out: KnownBlock[] = [];
  for (const slot of slots) {
    if (slot.keep === 'always') {
      out.push(...slot.blocks);
      continue;
    }
    for (const [index, make] of slot.blocks.entries()) {
      const block = missing === 0 && blocks > 0 ? make() : undefined;
      const size = block === undefined ? 0 : sizeOf(block) + 1;
      if (block === undefined || size > bytes) {
        if (missing === 0) place = out.length;
        missing += slot.blocks.length - index;
        break;
      }
      blocks -= 1;
      bytes -= size;
      out.push(block);
    }
  }
  return missing === 0 ? out : [...out.slice(0, place), note(missing), ...out.slice(place)];
}

/** No count of blocks is longer. */
const MANY = 999_999_999;

/** What a notification and a screen reader say: the same escaping, one line. */
export function spoken(text: Markup): string {
  const { text: out } = mrkdwn(text, LIMITS.textBytes);
  return out;
}
