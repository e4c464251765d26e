/** What a person did in Slack -> what goodgate does and says. Slack has had its acknowledgement; nothing here rejects. */
import { randomBytes } from 'node:crypto';
import type { Answer } from '../../domain/answer.js';
import {
  ACTIONS,
  ANY_PLAYBOOK,
  actionOf,
  CALLBACKS,
  CHECK_FIELDS,
  readFormPlace,
} from '../../domain/chat-actions.js';
import type { Conversation } from '../../domain/run.js';
import { type ChatReply, type ChatRequest, NO_TRIGGER } from '../../ports-chat.js';
import { UnavailableError } from '../../ports-state.js';
import type { Voice } from '../../ports-voice.js';
import type { Command } from '../../words/commands.js';
import { type KnownNames, parseCommand } from '../../words/parse-command.js';
import { type AnswerDeps, answerCommand } from './answer-command.js';
import { overview } from './overview.js';

export interface HearDeps extends AnswerDeps {
  readonly voice: Voice;
  readonly known: () => KnownNames;
  /** The language in which this person reads, where nothing better is known that of the channel. */
  readonly languageOf: (person: string, channel: string | undefined) => Promise<'en' | 'zh'>;
  /** For the log. `reference` is told to the person too, unless the store was away. */
  readonly onFailure: (reference: string, error: unknown) => void;
  /** An answer that did not reach the person. */
  readonly onUnheard: (what: string, says: string) => void;
}

export async function hearRequest(request: ChatRequest, reply: ChatReply, deps: HearDeps): Promise<void> {
  try {
    await hear(request, reply, deps);
  } catch (error) {
    const isUnavailable = error instanceof UnavailableError;
    const reference = randomBytes(4).toString('hex');
    deps.onFailure(reference, error);
    const answer: Answer = isUnavailable ? { kind: 'unavailable' } : { kind: 'failed', reference };
    await tell(answer, request, reply, deps).catch((again: unknown) => deps.onFailure(reference, again));
  }
}

async function hear(request: ChatRequest, reply: ChatReply, deps: HearDeps): Promise<void> {
  switch (request.kind) {
    case 'words':
      return hearWords(request.text, request, reply, deps);
    case 'action':
      return hearAction(request, reply, deps);
    case 'shortcut':
      return openForm(request, reply, deps, targetIn(request.text, deps));
    case 'submitted':
      return hearForm(request, reply, deps);
    case 'home-opened':
      return showHome(request, reply, deps);
  }
}

async function hearWords(
  text: string,
  request: ChatRequest,
  reply: ChatReply,
  deps: HearDeps,
): Promise<void> {
  const parsed = parseCommand(text, deps.known());
  if (parsed.kind === 'nothing') return openForm(request, reply, deps);
  if (parsed.kind !== 'command') return tell(parsed, request, reply, deps);
  return carryOut(parsed.command, conversationOf(request), request, reply, deps);
}

async function hearAction(
  request: Extract<ChatRequest, { kind: 'action' }>,
  reply: ChatReply,
  deps: HearDeps,
): Promise<void> {
  const { value } = request;
  const run = (command: Command) => carryOut(command, conversationOf(request), request, reply, deps);
  switch (actionOf(request.action)) {
    case ACTIONS.recheck: {
      const before = await deps.runs.get(value);
      if (before === undefined) {
        return tell(
          { kind: 'not-understood', word: value, expected: 'run', near: [], known: [] },
          request,
          reply,
          deps,
        );
      }
      const playbook = before.playbook === undefined ? {} : { playbook: before.playbook };
      return run({ name: 'check', target: before.target, ...playbook });
    }
    case ACTIONS.cancel:
      return run({ name: 'cancel', run: value });
    case ACTIONS.acknowledge:
      return run({ name: 'ack', incident: value });
    case ACTIONS.resolve:
      return run({ name: 'resolve', incident: value });
    case ACTIONS.explain:
      return run({ name: 'explain', cause: value });
    case ACTIONS.runCommand:
      return hearWords(value, request, reply, deps);
    case ACTIONS.openCheckModal:
      return openForm(request, reply, deps);
    // The choices of the form are read when it is sent.
    case ACTIONS.targets:
    case ACTIONS.playbooks:
    case undefined:
      return;
  }
}

async function hearForm(
  request: Extract<ChatRequest, { kind: 'submitted' }>,
  reply: ChatReply,
  deps: HearDeps,
): Promise<void> {
  if (request.callback !== CALLBACKS.checkModal) return;
  const target = request.values.get(CHECK_FIELDS.target.action);
  const playbook = request.values.get(CHECK_FIELDS.playbook.action) ?? ANY_PLAYBOOK;
  if (target === undefined) return;
  const conversation = readFormPlace(request.kept) ?? conversationOf(request);
  // What comes back from a form is checked like what is typed: it may be older than the configuration.
  const words = playbook === ANY_PLAYBOOK ? `check ${target}` : `check ${target} ${playbook}`;
  const parsed = parseCommand(words, deps.known());
  const place = { ...request, from: { ...request.from, ...conversation } };
  if (parsed.kind === 'nothing') return;
  if (parsed.kind !== 'command') return tell(parsed, place, reply, deps);
  return carryOut(parsed.command, conversation, place, reply, deps);
}

async function carryOut(
  command: Command,
  conversation: Conversation,
  request: ChatRequest,
  reply: ChatReply,
  deps: HearDeps,
): Promise<void> {
  const { from } = request;
  const asked = {
    by: { kind: 'person' as const, id: from.person },
    conversation,
    // Slack is asked for it only where the answer is made of texts.
    language: command.name === 'explain' ? await deps.languageOf(from.person, from.channel) : ('en' as const),
  };
  const answer = await answerCommand(command, asked, deps);
  // The run's own message says all, in the channel, or in the conversation with the person who looks at their Home.
  if (answer.kind !== 'run-created') await tell(answer, request, reply, deps);
  if (conversation.channel === from.person) await showHome(request, reply, deps);
}

async function tell(answer: Answer, request: ChatRequest, reply: ChatReply, deps: HearDeps): Promise<void> {
  const language = await deps.languageOf(request.from.person, request.from.channel);
  const sent = await reply.whisper(deps.voice.answer(answer, language));
  if (sent.state !== 'done') deps.onUnheard(`answer ${answer.kind}`, sent.says);
}

async function openForm(
  request: ChatRequest,
  reply: ChatReply,
  deps: HearDeps,
  initialTarget?: string,
): Promise<void> {
  // Slack opens it within three seconds of the click, or never: nothing is asked of anybody before.
  const language = await deps.languageOf(request.from.person, request.from.channel);
  const { targets, playbooks } = deps.known();
  const conversation = conversationOf(request);
  const form = deps.voice.form(
    { targets, playbooks, conversation, ...(initialTarget === undefined ? {} : { initialTarget }) },
    language,
  );
  const sent = await reply.openDialog(form);
  // A mention has no dialog, and a late click none any more: the commands do the same.
  if (sent.state === 'done') return;
  if (sent.state !== 'refused' || sent.code !== NO_TRIGGER) deps.onUnheard('form', sent.says);
  await tell({ kind: 'help' }, request, reply, deps);
}

async function showHome(request: ChatRequest, reply: ChatReply, deps: HearDeps): Promise<void> {
  const language = await deps.languageOf(request.from.person, request.from.channel);
  const sent = await reply.publishHome(deps.voice.home(await overview(deps), language));
  if (sent.state !== 'done') deps.onUnheard('home', sent.says);
}

/** Where the answer belongs: the thread or the channel that it was asked in; else a message to the person. */
function conversationOf({ from }: ChatRequest): Conversation {
  return {
    channel: from.channel ?? from.person,
    ...(from.threadTs === undefined ? {} : { threadTs: from.threadTs }),
  };
}

/** The target that a message speaks of, where it names one by its name or by its address. */
function targetIn(text: string, deps: HearDeps): string | undefined {
  const said = text.toLowerCase();
  const named = deps.targets().filter(({ name, url }) => {
    return said.includes(name.toLowerCase()) || said.includes(new URL(url).host.toLowerCase());
  });
  // The longest name: "docs-server-2" is not about "docs-server".
  return named.map(({ name }) => name).sort((a, b) => b.length - a.length)[0];
}
