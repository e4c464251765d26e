import { setTimeout as pause } from 'node:timers/promises';
import { RespondError, type RespondFn } from '@slack/bolt';
import type { HomeView, ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { ChatMessage } from '../../domain/chat-message.js';
import { type ChatOrigin, type ChatReply, NO_TRIGGER, type Sent } from '../../ports-chat.js';
import { sentOf } from './sent.js';
import { toBlocks } from './to-blocks.js';

export interface ReplyParts {
  readonly client: WebClient;
  readonly from: ChatOrigin;
  /** Slack's own way back, where the request has one: works in channels that goodgate is not in. */
  readonly respond?: RespondFn;
  readonly triggerId?: string;
}

export function replyWith({ client, from, respond, triggerId }: ReplyParts): ChatReply {
  return {
    whisper: (message) => whisper(message, { client, from, ...(respond ? { respond } : {}) }),
    openDialog: async (view) => {
      if (triggerId === undefined || !isModal(view)) return refused(NO_TRIGGER);
      return asked(() => client.views.open({ trigger_id: triggerId, view }));
    },
    publishHome: async (view) => {
      if (!isHome(view)) return refused('no_home');
      return asked(() => client.views.publish({ user_id: from.person, view }));
    },
  };
}

async function whisper(message: ChatMessage, { client, from, respond }: ReplyParts): Promise<Sent<null>> {
  const content = { text: message.text, blocks: toBlocks(message.blocks) };
  const thread = from.threadTs === undefined ? {} : { thread_ts: from.threadTs };
  if (respond !== undefined) {
    const sent = await asked(() =>
      respond({ ...content, ...thread, response_type: 'ephemeral', replace_original: false }),
    );
    // Where it may have arrived it is not said twice.
    if (sent.state === 'done' || sent.state === 'unknown') return sent;
  }
  if (from.channel !== undefined) {
    const { channel, person } = from;
    const sent = await askedTwice(() =>
      client.chat.postEphemeral({ channel, user: person, ...content, ...thread }),
    );
    if (sent.state !== 'refused') return sent;
  }
  // Nowhere to whisper: to the person alone.
  return askedTwice(() => client.chat.postMessage({ channel: from.person, ...content, unfurl_links: false }));
}

/** A person waits: what Slack will surely take a little later is asked once more, and no longer after that. */
const WORTH_WAITING_MS = 10_000;

async function askedTwice(call: () => Promise<unknown>): Promise<Sent<null>> {
  const sent = await asked(call);
  if (sent.state !== 'later' || sent.afterMs > WORTH_WAITING_MS) return sent;
  await pause(sent.afterMs);
  return asked(call);
}

async function asked(call: () => Promise<unknown>): Promise<Sent<null>> {
  try {
    await call();
    return { state: 'done', value: null };
  } catch (error) {
    if (error instanceof RespondError) return sentOfResponse(error.statusCode);
    return sentOf(error);
  }
}

/** A response_url is good for half an hour and five answers: https://docs.slack.dev/interactivity/handling-user-interaction */
function sentOfResponse(statusCode: number): Sent<null> {
  const says = `the response_url answers HTTP ${statusCode}`;
  return statusCode >= 500 ? { state: 'unknown', says } : { state: 'refused', code: 'response_url', says };
}

function refused(code: string): Sent<null> {
  return { state: 'refused', code, says: `not possible here: ${code}` };
}

function isModal(view: object): view is ModalView {
  return 'type' in view && view.type === 'modal';
}

function isHome(view: object): view is HomeView {
  return 'type' in view && view.type === 'home';
}
