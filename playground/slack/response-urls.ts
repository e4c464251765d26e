import type { Emulator } from './emulator.js';
import { type Json, objectIn, textIn } from './json.js';
import { violationsOf } from './refusals.js';
import type { Seen } from './seen.js';
import { app, letters } from './workspace.js';

/** Where a click or a command came from; a response replaces or takes back that message. */
export interface Origin {
  readonly user: string;
  readonly channel: string;
  readonly message?: {
    readonly ts: string;
    readonly shownTo: 'everybody' | 'one';
    readonly threadTs?: string;
  };
}

/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
export interface ResponseUrls {
  draw(origin: Origin): string;
  /** What Slack's hook answers: a status and a text. */
  use(token: string, fields: Json): Promise<{ readonly status: number; readonly says: string }>;
  respond(origin: Origin, fields: Json): Promise<void>;
}

const USES = 5;
const MINUTES = 30;

export function createResponseUrls(parts: {
  readonly base: string;
  readonly emulator: Emulator;
  readonly seen: Seen;
  readonly violations: string[];
  readonly changed: () => void;
}): ResponseUrls {
  const { base, emulator, seen, violations, changed } = parts;
  const open = new Map<string, { readonly origin: Origin; readonly until: number; left: number }>();

  async function respond(origin: Origin, fields: Json): Promise<void> {
    const { user, channel, message } = origin;
    if (fields['delete_original'] === true) {
      if (message?.shownTo === 'one') seen.takeBack(user, channel, message.ts);
      else if (message !== undefined)
        await emulator.call(app.botUserId, 'chat.delete', { channel, ts: message.ts });
      changed();
      return;
    }
    violations.push(...violationsOf('response_url', fields));
    const thread = textIn(fields, 'thread_ts') || message?.threadTs;
    const content = {
      text: textIn(fields, 'text'),
      ...(fields['blocks'] === undefined ? {} : { blocks: fields['blocks'] }),
      ...(objectIn(fields, 'metadata') === undefined ? {} : { metadata: fields['metadata'] }),
      ...(thread === undefined ? {} : { thread_ts: thread }),
    };
    const replaces = fields['replace_original'] === true && message !== undefined;
    if (replaces && message.shownTo === 'everybody') {
      await emulator.call(app.botUserId, 'chat.update', { ...content, channel, ts: message.ts });
    } else if (fields['response_type'] === 'in_channel') {
      // A response reaches channels that the app is not in: Slack's hook posts it, not the app's token.
      await emulator.call(app.botUserId, 'chat.postMessage', { ...content, channel, bot_id: app.botId });
    } else {
      seen.whisper(user, channel, content, replaces ? message.ts : await drawTs(origin));
    }
    changed();
  }

  /** From the same count as those of messages: it stands where it came, also within a second. */
  async function drawTs({ user, channel }: Origin): Promise<string | undefined> {
    const drawn = await emulator.call(app.botUserId, 'chat.postEphemeral', { user, channel, text: '…' });
    return textIn(drawn, 'message_ts') || undefined;
  }

  return {
    draw(origin) {
      const token = letters(24);
      open.set(token, { origin, until: Date.now() + MINUTES * 60_000, left: USES });
      return `${base}response/${token}`;
    },
    async use(token, fields) {
      const known = open.get(token);
      if (known === undefined) return { status: 404, says: 'no_service' };
      if (Date.now() > known.until) return { status: 404, says: 'expired_url' };
      if (known.left <= 0) return { status: 404, says: 'used_url' };
      known.left -= 1;
      await respond(known.origin, fields);
      return { status: 200, says: 'ok' };
    },
    respond,
  };
}
