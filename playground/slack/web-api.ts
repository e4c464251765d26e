import type { CallRecord } from './call-record.js';
import { AS_APP, type Emulator } from './emulator.js';
import type { FaultBox, SlackFault } from './faults.js';
import { type Json, jsonObject, jsonObjects, objectIn, objectsIn, textIn } from './json.js';
import type { Membership } from './membership.js';
import { fieldOf, refusalOf, violationsOf } from './refusals.js';
import type { Seen } from './seen.js';
import { app } from './workspace.js';

/** What the gateway sends back; `cut` breaks the connection in the middle, `lose` without a word. */
export type Answer =
  | { readonly kind: 'json'; readonly status: number; readonly body: Json; readonly retryAfter?: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'lose'; readonly afterMs: number };

export interface WebApi {
  readonly calls: readonly CallRecord[];
  answer(method: string, token: string, fields: Json): Promise<Answer>;
}

export interface WebApiParts {
  readonly emulator: Emulator;
  readonly seen: Seen;
  readonly faults: FaultBox;
  readonly membership: Membership;
  readonly violations: string[];
  /** Seconds to wait, or 0. */
  readonly tooFast: (method: string, channel: string) => number;
  readonly tokenState: () => 'good' | 'revoked';
  readonly tokens: { readonly bot: string; readonly app: string };
  /** The person whom a trigger id was given to. */
  readonly personOf: (triggerId: string) => string | undefined;
  readonly openConnection: () => Json;
  readonly changed: () => void;
}

export function createWebApi(parts: WebApiParts): WebApi {
  const calls: CallRecord[] = [];
  const { emulator, seen, faults, membership, violations } = parts;

  async function answer(method: string, token: string, fields: Json): Promise<Answer> {
    const at = Date.now();
    const channel = textIn(fields, 'channel') || textIn(fields, 'channel_id');
    function noted(outcome: string, given: Answer, ts = textIn(fields, 'ts')): Answer {
      calls.push({ method, channel, ts, at, outcome });
      return given;
    }
    const fault = faults.take(method);
    if (fault !== undefined && fault.kind !== 'answer-lost') {
      return noted(`fault:${fault.kind}`, answerOf(fault));
    }
    const refusal =
      tokenRefusal(method, token) ?? refusalOf(method, fields) ?? membership.refusal(method, channel);
    if (refusal !== undefined) return noted(refusal, json({ ok: false, error: refusal }));
    const wait = parts.tooFast(method, channel);
    if (wait > 0) return noted('ratelimited', answerOf({ kind: 'too-many', retryAfter: wait }));
    if (method === 'apps.connections.open') return noted('ok', json(parts.openConnection()));
    violations.push(...violationsOf(method, fields));
    const body = shaped(method, fields, await emulator.call(AS_APP, method, completed(method, fields)));
    if (body['ok'] === true) keep(method, fields, body);
    parts.changed();
    const outcome = body['ok'] === true ? 'ok' : textIn(body, 'error');
    const ts = textIn(body, 'ts') || textIn(body, 'message_ts') || textIn(fields, 'ts');
    if (fault?.kind === 'answer-lost') return noted('fault:answer-lost', { kind: 'lose', afterMs: 0 }, ts);
    return noted(outcome, json(body), ts);
  }

  function tokenRefusal(method: string, token: string): string | undefined {
    if (token === '') return 'not_authed';
    // emulate's own way to draw trigger ids, which Slack has not.
    if (method === 'views.generateTriggerId') return 'unknown_method';
    const wanted = method === 'apps.connections.open' ? parts.tokens.app : parts.tokens.bot;
    if (token !== wanted) return 'invalid_auth';
    return parts.tokenState() === 'revoked' ? 'token_revoked' : undefined;
  }

  /** What emulate does, and shows to nobody. */
  function keep(method: string, fields: Json, body: Json): void {
    const view = objectIn(body, 'view');
    const person = parts.personOf(textIn(fields, 'trigger_id')) ?? '';
    switch (method) {
      case 'chat.postEphemeral':
        seen.whisper(
          textIn(fields, 'user'),
          textIn(fields, 'channel'),
          { ...completed(method, fields), user: app.botUserId },
          textIn(body, 'message_ts'),
        );
        return;
      case 'views.publish':
        if (view !== undefined) seen.showHome(textIn(fields, 'user_id'), view);
        return;
      case 'views.open':
      case 'views.push':
        if (view !== undefined) seen.pushModal(person, view);
        return;
      case 'views.update':
        if (view !== undefined) seen.changeModal(view);
        return;
    }
  }

  function shaped(method: string, fields: Json, body: Json): Json {
    switch (method) {
      case 'users.info':
        return withLocale(emulator, fields, body);
      case 'conversations.history':
      case 'conversations.replies':
        return withinTime(fields, body);
      default:
        return body;
    }
  }

  return { calls, answer };
}

/** Slack notes with each message of a bot which bot wrote it, and gives each block an id; emulate does neither. */
function completed(method: string, fields: Json): Json {
  if (method.startsWith('views.')) {
    const view = jsonObject(fieldOf(fields, 'view'));
    return view === undefined ? fields : { ...fields, view: { ...view, ...numbered(view['blocks']) } };
  }
  if (!method.startsWith('chat.')) return fields;
  const bot = method === 'chat.postMessage' ? { bot_id: app.botId, app_id: app.appId } : {};
  return { ...fields, ...numbered(fieldOf(fields, 'blocks')), ...bot };
}

function numbered(blocks: unknown): Json {
  if (!Array.isArray(blocks)) return {};
  return { blocks: jsonObjects(blocks).map((block, index) => ({ block_id: `b${index + 1}`, ...block })) };
}

/** https://docs.slack.dev/reference/methods/users.info: `locale` comes when it is asked for. */
function withLocale(emulator: Emulator, fields: Json, body: Json): Json {
  const user = objectIn(body, 'user');
  const locale = emulator.people.find(({ id }) => id === user?.['id'])?.locale;
  if (user === undefined || locale === undefined || !isTrue(fields['include_locale'])) return body;
  return { ...body, user: { ...user, locale } };
}

/** https://docs.slack.dev/reference/methods/conversations.history: `oldest`, `latest`, `include_all_metadata`. */
function withinTime(fields: Json, body: Json): Json {
  const oldest = textOrNumber(fields['oldest']);
  const latest = textOrNumber(fields['latest']);
  const inclusive = isTrue(fields['inclusive']);
  const thread = textIn(fields, 'ts');
  const list = objectsIn(body, 'messages').filter((message) => {
    const ts = Number(textIn(message, 'ts'));
    const late = latest === undefined || ts < latest || (inclusive && ts === latest);
    const early = oldest === undefined || ts > oldest || (inclusive && ts === oldest);
    // A thread's first message always comes with its replies.
    return (late && early) || message['ts'] === thread;
  });
  const messages = isTrue(fields['include_all_metadata'])
    ? list
    : list.map(({ metadata: _, ...rest }) => rest);
  return { ...body, messages };
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1';
}

function textOrNumber(value: unknown): number | undefined {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? Number(value) : undefined;
}

function answerOf(fault: Exclude<SlackFault, { kind: 'answer-lost' }>): Answer {
  switch (fault.kind) {
    case 'too-many':
      return {
        kind: 'json',
        status: 429,
        body: { ok: false, error: 'ratelimited' },
        retryAfter: fault.retryAfter,
      };
    case 'server-error':
      return { kind: 'json', status: 500, body: { ok: false, error: 'internal_error' } };
    case 'hang':
      return { kind: 'lose', afterMs: fault.forMs };
    case 'cut':
      return { kind: 'cut' };
    case 'refuse':
      return json({ ok: false, error: fault.error });
  }
}

function json(body: Json): Answer {
  return { kind: 'json', status: 200, body: jsonObject(body) ?? {} };
}
