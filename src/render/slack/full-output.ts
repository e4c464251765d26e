import type { RunView } from '../../domain/answer.js';
import type { ChatFile } from '../../domain/chat-message.js';
import type { CheckRecord } from '../../domain/check-record.js';
import type { Evidence } from '../../domain/evidence.js';
import { commandShown } from '../command-shown.js';
import { shortCommand } from '../shell-words.js';
import { renderText } from '../text.js';
import { texts } from '../texts.js';
import { visibleLines, visibleText } from '../visible-text.js';
import { clip } from './clip.js';
import type { Words } from './words.js';

const FILE_BYTES = 1_000_000;
const RULE = '━'.repeat(72);

/** All that a check saw, as a file: the verdict as a terminal shows it, and below every look with its output. */
export function renderFullOutput(view: RunView, record: CheckRecord, words: Words): ChatFile {
  const { run, diagnosis } = view;
  const head = begin(
    diagnosis === undefined
      ? `${words.file.noDiagnosis}\n`
      : renderText(diagnosis, {
          lang: words.lang,
          terminal: { colours: false, unicode: true, width: 100 },
          verbose: true,
        }),
    FILE_BYTES / 2,
  );
  const title = `\n${RULE}\n${words.file.looks(record.evidence.length)}\n${RULE}\n`;
  const looks = record.evidence.map((evidence) => lookText(evidence, words));
  const note = words.file.cut(FILE_BYTES * 1000, looks.length);
  const room = FILE_BYTES - bytesOf(head.text) - bytesOf(title) - bytesOf(note) - 2;
  const { kept, characters, cut } = fairly(looks, room);
  const left = characters + head.left;
  const tail = left > 0 ? `\n${words.file.cut(left, cut)}\n` : '';
  return {
    name: `goodgate-${safeName(run.id)}.txt`,
    title: clip(words.thread.fileTitle(run.id, run.target), 200),
    content: `${head.text}${title}${kept.join('')}${tail}`,
  };
}

/** A name for a file, whatever the id was. */
function safeName(id: string): string {
  return id.replace(/[^A-Za-z0-9-]/gu, '-').slice(0, 60) || 'run';
}

/**
 * ```
 * docs-1 · redis.ping · 2026-11-20T21:06:07.537Z · 12 ms · exit status 0
 * $ redis-cli -h 127.0.0.1 -p 6379 ping
 *   PONG
 * ```
 */
function lookText(evidence: Evidence, words: Words): string {
  const { host, id, at, durationMs, output, missing, argv, kind } = evidence;
  const { reason } = texts[words.lang];
  const status = output === undefined ? [] : [words.file.exit(output.exitCode)];
  const plain = commandShown({ probe: kind, argv });
  const exact = shortCommand(argv);
  const stdout = visibleLines(output?.stdout ?? '');
  const stderr = visibleLines(output?.stderr ?? '');
  const shown = [...stdout, ...stderr];
  return `\n${[
    [host, id, at, words.file.took(durationMs), ...status].map(visibleText).join(' · '),
    `$ ${visibleText(plain)}`,
    ...(plain === exact ? [] : [`# ${visibleText(exact)}`]),
    ...(missing === undefined
      ? []
      : [visibleText(`? ${reason[missing.reason]}${words.colon}${missing.says}`)]),
    ...(output !== undefined && shown.length === 0 ? [`  ${words.file.nothing}`] : []),
    ...shown.map((line) => `  ${line}`.trimEnd()),
    ...(output?.truncated === true ? [`  ${words.file.truncated}`] : []),
  ].join('\n')}\n`;
}

/** The small ones stay whole; of the large ones, each keeps the same number of bytes. */
function fairly(
  all: readonly string[],
  room: number,
): { readonly kept: readonly string[]; readonly characters: number; readonly cut: number } {
  const most = shareOf(all.map(bytesOf), room);
  let characters = 0;
  let cut = 0;
  const kept = all.map((text) => {
    if (bytesOf(text) <= most) return text;
    const { text: shown, left } = begin(text, most - CUT_MARK_BYTES);
    characters += left;
    cut += 1;
    return shown === '' ? '' : `${shown}\n  … (+${left})\n`;
  });
  return { kept, characters, cut };
}

const CUT_MARK_BYTES = 24;

/** The largest share with which all together fit; without a limit where they fit anyway. */
function shareOf(sizes: readonly number[], room: number): number {
  let left = room;
  const sorted = sizes.toSorted((a, b) => a - b);
  for (const [index, size] of sorted.entries()) {
    const share = left / (sorted.length - index);
    if (size > share) return Math.max(0, Math.floor(share));
    left -= size;
  }
  return Number.POSITIVE_INFINITY;
}

/** The beginning of a text, in whole lines where it has some; `left` are the characters behind it. */
function begin(text: string, bytes: number): { readonly text: string; readonly left: number } {
  if (bytesOf(text) <= bytes) return { text, left: 0 };
  // A character that is cut in the middle becomes U+FFFD, and is taken off.
  const cut = Buffer.from(text, 'utf8')
    .subarray(0, Math.max(0, bytes))
    .toString('utf8')
    .replace(/\ufffd+$/u, '');
  const lineEnd = cut.lastIndexOf('\n');
  const shown = lineEnd > cut.length / 2 ? cut.slice(0, lineEnd) : cut;
  return { text: shown, left: text.length - shown.length };
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
