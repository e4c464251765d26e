import type { RunView } from '../../domain/answer.js';
import type { ChatMessage } from '../../domain/chat-message.js';
import type { ChainLink, Diagnosis, NamedCause } from '../../domain/diagnosis.js';
import { shownEvidence } from '../chain.js';
import { notCheckedGroups } from '../lists.js';
import { texts } from '../texts.js';
import { context, fitted, ifRoom, type Later, MESSAGE_ROOM, made, section, spoken } from './blocks.js';
import { renderEvidence } from './evidence-lines.js';
import { bold, code, join, lines, type Markup, markup } from './markup.js';
import { sizeOf } from './measure.js';
import { renderNotSeen } from './not-seen.js';
import { paged } from './pages.js';
import type { Words } from './words.js';

export interface ThreadPart {
  readonly part: 'chain' | 'rest';
  readonly message: ChatMessage;
}

/** What shows the verdict, for whoever wants to see it: at most two messages, and none that is empty. */
export function renderThread(view: RunView, words: Words): readonly ThreadPart[] {
  const { diagnosis } = view;
  if (diagnosis === undefined) return [];
  return [
    ...threadPart('chain', words.thread.chain, chainBlocks(diagnosis, words), view, words),
    ...threadPart('rest', words.thread.rest, restBlocks(diagnosis, words), view, words),
  ];
}

const NOT_INVITED = new Set(['not_in_channel', 'channel_not_found']);

/** In place of the file, with what to do about it: messages need no invitation everywhere, files do. */
export function renderFileRefused(code: string, words: Words): ChatMessage {
  const says = markup`⚠ ${words.thread.fileRefused(code)}`;
  const all = NOT_INVITED.has(code) ? markup`${says}${words.gap}${words.thread.inviteForFile}` : says;
  return { text: spoken(all), blocks: [section(all)] };
}

function threadPart(
  part: ThreadPart['part'],
  title: string,
  all: readonly Later[],
  view: RunView,
  words: Words,
): readonly ThreadPart[] {
  if (all.length === 0) return [];
  const { run, hasEvidence } = view;
  const more = hasEvidence ? words.thread.moreInFile : words.thread.moreGone;
  const note = context(markup`${words.thread.cutNote}`);
  const blocks = fitted([ifRoom(...all)], (count) => markup`${more(count)}`, {
    blocks: MESSAGE_ROOM.blocks - 1,
    bytes: MESSAGE_ROOM.bytes - sizeOf(note) - 1,
  });
  const isCut = hasEvidence && JSON.stringify(blocks).includes('…(+');
  return [
    {
      part,
      message: {
        text: spoken(markup`${title} · ${run.target} · ${run.id}`),
        blocks: isCut ? [...blocks, note] : blocks,
      },
    },
  ];
}

/** Each cause with its chain, the root cause first; hints last. */
function chainBlocks({ causes }: Diagnosis, words: Words): readonly Later[] {
  const named = causes.filter(({ certainty }) => certainty !== 'possible');
  const hints = causes.filter(({ certainty }) => certainty === 'possible');
  return [
    ...named.flatMap((cause) => causeBlocks(cause, words)),
    ...(hints.length === 0 ? [] : [() => section(bold(words.thread.hints))]),
    ...hints.flatMap((cause) => causeBlocks(cause, words)),
  ];
}

function causeBlocks(cause: NamedCause, words: Words): readonly Later[] {
  let evidence: ReturnType<typeof shownEvidence> | undefined;
  return [
    () => section(titleOf(cause, words), undefined, 900),
    ...cause.chain.map((link, index) => () => {
      evidence ??= shownEvidence(cause);
      const seen = renderEvidence(evidence[index] ?? [], words);
      return section(lines([linkHead(link, index, cause), ...seen]), undefined, 2400);
    }),
  ];
}

function titleOf(cause: NamedCause, words: Words): Markup {
  const text = texts[words.lang];
  const facts = [
    bold(cause.title),
    markup`${text.certainty[cause.certainty]}`,
    markup`${text.onHost(cause.host)}`,
    code(cause.id),
  ];
  return join(facts, markup` · `);
}

/** `2 supervisor says that docservice is BACKOFF · backend-crash-loop` */
function linkHead(link: ChainLink, index: number, cause: NamedCause): Markup {
  const name =
    link.cause === undefined || link.cause === cause.id ? markup`` : markup` · ${code(link.cause)}`;
  return markup`*${index + 1}* ${link.says}${name}`;
}

/** Where nothing is named, what could not be seen matters more than what was ruled out. */
function restBlocks(diagnosis: Diagnosis, words: Words): readonly Later[] {
  const recent = recentBlocks(diagnosis, words);
  const ruledOut = ruledOutBlocks(diagnosis, words);
  const notSeen = notSeenBlocks(diagnosis, words);
  const isNamed = diagnosis.verdict === 'root-cause' || diagnosis.verdict === 'healthy';
  return isNamed ? [...recent, ...ruledOut, ...notSeen] : [...notSeen, ...ruledOut, ...recent];
}

function recentBlocks({ recent }: Diagnosis, words: Words): readonly Later[] {
  if (recent.length === 0) return [];
  return [
    () => section(bold(words.thread.recent)),
    ...recent.map(({ says, evidence }) => () => {
      const seen = renderEvidence(evidence.slice(0, 2), words);
      return section(lines([markup`• ${says}`, ...seen]), undefined, 2000);
    }),
  ];
}

const SHOWN_RULED_OUT = 60;

function ruledOutBlocks({ ruledOut }: Diagnosis, words: Words): readonly Later[] {
  if (ruledOut.length === 0) return [];
  const shown = ruledOut.slice(0, SHOWN_RULED_OUT).map(({ id }) => code(id));
  const rest = ruledOut.length - shown.length;
  const list = rest > 0 ? [...shown, markup`${words.home.more(rest)}`] : shown;
  return [() => section(lines([bold(words.thread.ruledOut(ruledOut.length)), join(list, markup` `)]))];
}

const SHOWN_NOT_SEEN = 40;
const NOT_SEEN_BYTES = 900;

function notSeenBlocks({ notChecked }: Diagnosis, words: Words): readonly Later[] {
  const all = notCheckedGroups(notChecked, false);
  if (all.length === 0) return [];
  const shown = renderNotSeen(all.slice(0, SHOWN_NOT_SEEN), words);
  const rest = all.length - shown.length;
  const listed = rest > 0 ? [...shown, markup`${words.home.more(rest)}`] : shown;
  return [() => section(bold(words.thread.notChecked(all.length))), ...made(paged(listed, NOT_SEEN_BYTES))];
}
