/** What flows need of the place where people talk. */

import type { ChatFile, ChatMessage } from './domain/chat-message.js';

/**
 * What became of something that Slack was asked to do.
 * unknown: asked, and no answer: it may have been done. later: not done, ask again after so long.
 * refused: not done, and asking again is of no use; `code` is Slack's own, e.g. `channel_not_found`.
 */
export type Sent<Value> =
  | { readonly state: 'done'; readonly value: Value }
  | { readonly state: 'unknown'; readonly says: string }
  | { readonly state: 'later'; readonly afterMs: number; readonly says: string; readonly code?: string }
  | { readonly state: 'refused'; readonly code: string; readonly says: string };

/**
 * Where a channel is busy: the first sign of life and the verdict before the thread, and how a run goes on last of all.
 */
export type Urgency = 'soon' | 'in-turn' | 'whenever';

export interface Messenger {
  /**
   * `mark` is kept with the message, and `find` knows it again. A person's id in place of a channel's writes to that
   * person; `channel` of the answer is where the message stands then.
   */
  post(
    place: { readonly channel: string; readonly threadTs?: string },
    message: ChatMessage,
    mark: string,
    urgency: Urgency,
  ): Promise<Sent<{ readonly channel: string; readonly ts: string }>>;
  /** The channel in which goodgate and that person write to each other: there it can look what it has written. */
  open(person: string): Promise<Sent<{ readonly channel: string }>>;
  edit(
    place: { readonly channel: string; readonly ts: string },
    message: ChatMessage,
    urgency: Urgency,
  ): Promise<Sent<null>>;
  upload(place: { readonly channel: string; readonly threadTs: string }, file: ChatFile): Promise<Sent<null>>;
  /** Looks whether a message with that mark, or a file of that name, stands in the place since then. */
  find(
    place: { readonly channel: string; readonly threadTs?: string },
    what: { readonly mark: string } | { readonly file: string },
    since: Date,
  ): Promise<Sent<{ readonly ts?: string }>>;
  /** The address of a message, for people to click on. */
  permalink(place: { readonly channel: string; readonly ts: string }): Promise<string | undefined>;
  /** In the profile of that person: `zh-CN`; undefined where Slack does not say. */
  locale(person: string): Promise<string | undefined>;
}

/** Who asked, and where; absent where Slack does not say. */
export interface ChatOrigin {
  /** Slack's user id. */
  readonly person: string;
  readonly channel?: string;
  /** The thread that it was asked in. */
  readonly threadTs?: string;
}

/** What a person did in Slack. Slack has had its acknowledgement already. */
export type ChatRequest =
  /** Typed after the slash command, or after the bot's name. */
  | { readonly kind: 'words'; readonly text: string; readonly from: ChatOrigin }
  /** A button, or a choice; `message` is the one that it stands in. */
  | {
      readonly kind: 'action';
      readonly action: string;
      readonly value: string;
      readonly from: ChatOrigin;
      readonly message?: { readonly ts: string };
    }
  /** "Diagnose this", on somebody's message. */
  | { readonly kind: 'shortcut'; readonly from: ChatOrigin; readonly text: string }
  /** A dialog was filled in: chosen values by their names. `kept` is what was put into it when it was opened. */
  | {
      readonly kind: 'submitted';
      readonly callback: string;
      readonly values: ReadonlyMap<string, string>;
      readonly kept: string;
      readonly from: ChatOrigin;
    }
  | { readonly kind: 'home-opened'; readonly from: ChatOrigin };

/** The code of a dialog that was refused because the request was none that could open one: a mention, a Home tab. */
export const NO_TRIGGER = 'no_trigger';

/** The ways in which a request can be answered. */
export interface ChatReply {
  /** To the person alone; in the place where they asked, or else in a message to them. */
  whisper(message: ChatMessage): Promise<Sent<null>>;
  /** Only for a few seconds after the request. */
  openDialog(view: object): Promise<Sent<null>>;
  publishHome(view: object): Promise<Sent<null>>;
}
