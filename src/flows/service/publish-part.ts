/** One message or file of a run: posted once, edited when it has changed. */
import { createHash } from 'node:crypto';
import type { ChatFile, ChatMessage } from '../../domain/chat-message.js';
import type { Clock } from '../../ports.js';
import type { Messenger, Sent, Urgency } from '../../ports-chat.js';
import type { MessageBoard, PostedMessage } from '../../ports-state.js';
import { channelOf } from './publish-place.js';

export interface PartDeps {
  readonly board: MessageBoard;
  readonly messenger: Messenger;
  readonly clock: Clock;
  /** False from the moment in which another process may publish: nothing new is asked of Slack any more. */
  readonly isOurs: () => boolean;
}

export interface Part {
  readonly runId: string;
  /** Names the message within its run. */
  readonly part: string;
  readonly urgency: { readonly post: Urgency; readonly edit: Urgency };
  readonly place: { readonly channel: string; readonly threadTs?: string };
}

export type Published =
  | { readonly state: 'shown'; readonly message: PostedMessage & { readonly ts: string } }
  /** Posted, and Slack does not take what it should say now: it stays as it was. */
  | {
      readonly state: 'stale';
      readonly message: PostedMessage & { readonly ts: string };
      readonly code: string;
      readonly isNew: boolean;
    }
  | { readonly state: 'again'; readonly afterMs: number }
  /** `isNew`: it was refused just now, and not in an earlier try. */
  | { readonly state: 'refused'; readonly code: string; readonly isNew: boolean };

const AGAIN_MS = 2000;
const NOT_OURS: Published = { state: 'again', afterMs: AGAIN_MS };
/**
 * Somebody who no longer has the lease, or is dead, may still be asking Slack: what it does not show yet it may show
 * in a moment. Longer than its calls may last, of which a file needs three (CALL_MS in src/start/ingress.ts).
 */
const UNDER_WAY_MS = { message: 10_000, file: 28_000 } as const;
/** Slack shows a file in its thread some time after it has taken it: https://docs.slack.dev/messaging/working-with-files */
const FILE_SHOWN_MS = 10_000;
/** Where goodgate may not look whether its message is there, a call that is still under way gets so long to end. */
const UNSEEN_MS = 10_000;

export async function publishMessage(part: Part, message: ChatMessage, deps: PartDeps): Promise<Published> {
  const before = await deps.board.load(part.runId, part.part);
  if (before?.state === 'refused') return { state: 'refused', code: before.refusal ?? '', isNew: false };
  const shown = digestOf(message);
  if (before?.state === 'posted' && before.ts !== undefined) {
    return edit(part, { ...before, ts: before.ts }, message, shown, deps);
  }
  const waitMs = before === undefined ? 0 : underWayMs(before, 'message', deps);
  if (waitMs > 0) return { state: 'again', afterMs: waitMs };
  const found = isInDoubt(before) ? await find(part, before, deps) : undefined;
  if (found?.state === 'again') return found;
  if (found?.state === 'found') return edit(part, found.message, message, shown, deps);
  if (!deps.isOurs()) return NOT_OURS;
  const opened = await channelOf(part.place.channel, before?.channel, deps.messenger);
  if (opened.state !== 'done') return { state: 'again', afterMs: afterMs(opened) };
  const { channel } = opened.value;
  const place = { ...part.place, channel, at: deps.clock.now().toISOString() };
  // Written down before Slack is asked: who finds this looks first whether Slack has it.
  await deps.board.save(part.runId, part.part, { ...place, state: 'sending' });
  const sent = await deps.messenger.post(placeOf(part, channel), message, markOf(part), part.urgency.post);
  if (sent.state !== 'done') return notDone(sent, part, place, deps);
  const posted = {
    ...place,
    channel: sent.value.channel,
    ts: sent.value.ts,
    state: 'posted' as const,
    shown,
  };
  await deps.board.save(part.runId, part.part, posted);
  return { state: 'shown', message: posted };
}

async function edit(
  part: Part,
  before: PostedMessage & { readonly ts: string },
  message: ChatMessage,
  shown: string,
  deps: PartDeps,
): Promise<Published> {
  if (before.shown === shown) {
    const { refusal } = before;
    return refusal === undefined
      ? { state: 'shown', message: before }
      : { state: 'stale', message: before, code: refusal, isNew: false };
  }
  if (!deps.isOurs()) return NOT_OURS;
  const sent = await deps.messenger.edit(
    { channel: before.channel, ts: before.ts },
    message,
    part.urgency.edit,
  );
  if (sent.state === 'refused') {
    // Deleted, too old to be edited, or in a channel that is archived. Not asked again until it has more to say.
    const kept = { ...before, shown, refusal: sent.code };
    await deps.board.save(part.runId, part.part, kept);
    return { state: 'stale', message: kept, code: sent.code, isNew: before.refusal !== sent.code };
  }
  // An edit may be sent twice without harm.
  if (sent.state !== 'done') return { state: 'again', afterMs: afterMs(sent) };
  const { refusal: _over, ...rest } = before;
  const after = { ...rest, shown, at: deps.clock.now().toISOString() };
  await deps.board.save(part.runId, part.part, after);
  return { state: 'shown', message: after };
}

/** Never changed once it is there: its name says which run it belongs to. */
export async function publishFile(
  part: Part & { readonly place: { readonly threadTs: string } },
  file: ChatFile,
  deps: PartDeps,
): Promise<Published> {
  const before = await deps.board.load(part.runId, part.part);
  if (before?.state === 'refused') return { state: 'refused', code: before.refusal ?? '', isNew: false };
  const there = {
    channel: part.place.channel,
    threadTs: part.place.threadTs,
    at: deps.clock.now().toISOString(),
  };
  const posted = { ...there, ts: part.place.threadTs, state: 'posted' as const };
  if (before?.state === 'posted') return { state: 'shown', message: posted };
  const waitMs = before === undefined ? 0 : underWayMs(before, 'file', deps);
  if (waitMs > 0) return { state: 'again', afterMs: waitMs };
  if (isInDoubt(before)) {
    const found = await deps.messenger.find(part.place, { file: file.name }, new Date(before.at));
    if (found.state === 'later' || found.state === 'unknown')
      return { state: 'again', afterMs: afterMs(found) };
    if (found.state === 'done' && found.value.ts !== undefined) {
      await deps.board.save(part.runId, part.part, posted);
      return { state: 'shown', message: posted };
    }
    if (msSince(before, deps) < FILE_SHOWN_MS) return { state: 'again', afterMs: AGAIN_MS };
  }
  if (!deps.isOurs()) return NOT_OURS;
  await deps.board.save(part.runId, part.part, { ...there, state: 'sending' });
  const sent = await deps.messenger.upload(part.place, file);
  if (sent.state !== 'done') return notDone(sent, part, there, deps);
  await deps.board.save(part.runId, part.part, posted);
  return { state: 'shown', message: posted };
}

/** Slack was asked before, and its answer is not known: does it have the message? */
async function find(
  part: Part,
  before: PostedMessage,
  deps: PartDeps,
): Promise<
  | { readonly state: 'found'; readonly message: PostedMessage & { readonly ts: string } }
  | { readonly state: 'again'; readonly afterMs: number }
  | undefined
> {
  const place = placeOf(part, before.channel);
  const found = await deps.messenger.find(place, { mark: markOf(part) }, new Date(before.at));
  if (found.state === 'later' || found.state === 'unknown')
    return { state: 'again', afterMs: afterMs(found) };
  // Where goodgate may not look (a public channel that it was not invited to: not_in_channel,
  // https://docs.slack.dev/reference/methods/conversations.history#errors), a message twice is better than none: the
  // first one, if it is there, keeps saying what it said. Later there may be newer words for the second one at least.
  if (found.state === 'refused') {
    const since = msSince(before, deps);
    return since >= 0 && since < UNSEEN_MS ? { state: 'again', afterMs: UNSEEN_MS - since } : undefined;
  }
  if (found.value.ts === undefined) return undefined;
  const message = { ...before, ts: found.value.ts, state: 'posted' as const };
  await deps.board.save(part.runId, part.part, message);
  return { state: 'found', message };
}

function placeOf({ place }: Part, channel: string): Part['place'] {
  return { ...place, channel };
}

async function notDone(
  sent: Exclude<Sent<unknown>, { state: 'done' }>,
  part: Part,
  place: Omit<PostedMessage, 'state'>,
  deps: PartDeps,
): Promise<Published> {
  if (sent.state === 'refused') {
    await deps.board.save(part.runId, part.part, { ...place, state: 'refused', refusal: sent.code });
    return { state: 'refused', code: sent.code, isNew: true };
  }
  // What another process has written meanwhile is newer than what is known here.
  if (!deps.isOurs()) return NOT_OURS;
  const state = sent.state === 'later' ? 'new' : 'doubtful';
  await deps.board.save(part.runId, part.part, { ...place, state });
  return { state: 'again', afterMs: afterMs(sent) };
}

function isInDoubt(before: PostedMessage | undefined): before is PostedMessage {
  return before?.state === 'sending' || before?.state === 'doubtful';
}

/** A clock that was set back must not make it last for ever. */
function underWayMs(before: PostedMessage, what: keyof typeof UNDER_WAY_MS, deps: PartDeps): number {
  if (before.state !== 'sending') return 0;
  const since = msSince(before, deps);
  return since < 0 ? 0 : Math.max(0, UNDER_WAY_MS[what] - since);
}

function msSince({ at }: PostedMessage, deps: PartDeps): number {
  return deps.clock.now().getTime() - Date.parse(at);
}

function afterMs(sent: Exclude<Sent<unknown>, { state: 'done' | 'refused' }>): number {
  return sent.state === 'later' ? sent.afterMs : AGAIN_MS;
}

function markOf(part: Part): string {
  return `${part.runId}/${part.part}`;
}

function digestOf(message: ChatMessage): string {
  return createHash('sha256').update(JSON.stringify(message)).digest('base64url');
}
