import type { Button } from '@slack/types';
import type { RunView } from '../../domain/answer.js';
import type { ChatMessage } from '../../domain/chat-message.js';
import type { Diagnosis, Verdict } from '../../domain/diagnosis.js';
import type { RunResult } from '../../domain/run.js';
import { commandShown } from '../command-shown.js';
import { texts } from '../texts.js';
import {
  actions,
  always,
  context,
  fitted,
  header,
  ifRoom,
  type Later,
  made,
  type Slot,
  section,
  spoken,
} from './blocks.js';
import { clip } from './clip.js';
import { severalLines } from './escape.js';
import { renderHopLines } from './hop-lines.js';
import { incidentLine } from './incident-line.js';
import { bold, code, isNothing, join, lines, type Markup, markup, moment, NOTHING } from './markup.js';
import { renderNextStep } from './next-step.js';
import { askedFor, takenOver } from './people.js';
import { VERDICT_MARK } from './run-line.js';
import type { RunOptions } from './run-message.js';
import type { Words } from './words.js';

/** The verdict, to be read on a phone at three in the morning: the cause first, then why, where, and what to do. */
export function renderVerdict(
  view: RunView,
  words: Words,
  options: RunOptions,
  buttons: readonly Button[],
): ChatMessage {
  const { run, diagnosis } = view;
  const verdict = diagnosis?.verdict ?? run.result?.verdict ?? 'inconclusive';
  const title = headline(view, verdict, words);
  const facts = diagnosis === undefined ? factsOfResult(run.result, words) : factsOf(diagnosis, words);
  const told = join([bold(run.target), ...facts.map(({ shown }) => shown)], markup` · `);
  const why = diagnosis === undefined ? [] : whyLines(diagnosis, words);
  const slots: readonly Slot[] = [
    always(
      header(`${VERDICT_MARK[verdict]} ${title}`),
      section(lines([told, ...why]), undefined, 1800),
      ...(diagnosis === undefined ? [context(gone(view, words))] : []),
    ),
    ifRoom(...(diagnosis === undefined ? [] : bodyOf(view, diagnosis, words, options))),
    always(
      ...(options.recovery ?? []),
      ...actions(buttons),
      context(...takenOver(run, words), incidentLine(view.incident, words), footOf(view, words)),
    ),
  ];
  return {
    text: spoken(markup`${[title, run.target, ...facts.map(({ said }) => said)].join(' · ')}`),
    blocks: fitted(slots, (count) => markup`… +${count} · ${words.verdict.details}`),
  };
}

function bodyOf(view: RunView, diagnosis: Diagnosis, words: Words, options: RunOptions): readonly Later[] {
  const hops = renderHopLines(diagnosis.path, words);
  const others = otherCauses(diagnosis, words);
  return [
    ...(hops.length === 0
      ? []
      : [() => section(lines([bold(words.verdict.path), ...hops]), undefined, 2200)]),
    ...(isNothing(others) ? [] : [() => section(others, undefined, 900)]),
    ...made(renderNextStep(diagnosis, words, options.command)),
    () => context(view.hasEvidence ? markup`🧵 ${words.verdict.details}` : gone(view, words)),
  ];
}

function headline(view: RunView, verdict: Verdict, words: Words): string {
  const [root] = view.diagnosis?.causes ?? [];
  if (verdict === 'root-cause' && root !== undefined) return root.title;
  return words.title[verdict](view.run.target);
}

interface Fact {
  readonly said: string;
  readonly shown: Markup;
}

/** `HTTP 502 · proven · on docs-1 · redis-down` */
function factsOf(diagnosis: Diagnosis, words: Words): readonly Fact[] {
  const [root] = diagnosis.causes;
  return factsAbout(diagnosis.httpStatus, diagnosis.verdict === 'root-cause' ? root : undefined, words);
}

function factsOfResult(result: RunResult | undefined, words: Words): readonly Fact[] {
  return result === undefined ? [] : factsAbout(result.httpStatus, result.cause, words);
}

function factsAbout(httpStatus: number | null, cause: RunResult['cause'], words: Words): readonly Fact[] {
  const text = texts[words.lang];
  const status = text.httpStatus(httpStatus);
  const asked = { said: status, shown: markup`${status}` };
  if (cause === undefined) return [asked];
  const certainty = text.certainty[cause.certainty];
  const where = text.onHost(cause.host);
  return [
    asked,
    { said: certainty, shown: bold(certainty) },
    { said: where, shown: markup`${where}` },
    { said: cause.id, shown: code(cause.id) },
  ];
}

/** One sentence that says why, and the line that proves it; without a cause, what a client sees. */
function whyLines(diagnosis: Diagnosis, words: Words): readonly Markup[] {
  const [root] = diagnosis.causes;
  if (diagnosis.verdict === 'healthy') {
    const times = diagnosis.recent.length;
    return [
      markup`${diagnosis.symptom}`,
      markup`${words.verdict.healthy}`,
      ...(times === 0 ? [] : [markup`${words.verdict.recentFailures(times)}`]),
    ];
  }
  if (diagnosis.verdict !== 'root-cause' || root === undefined) return [markup`${diagnosis.symptom}`];
  const link = root.chain.find(({ says }) => says !== root.title) ?? root.chain[0];
  const proof = root.chain[0]?.evidence[0];
  const excerpt = proof === undefined ? undefined : severalLines(proof.excerpt)[0];
  return [
    markup`${bold(words.verdict.why)} ${link?.says ?? diagnosis.symptom}`,
    ...(proof === undefined || excerpt === undefined
      ? []
      : [
          markup`${bold(words.verdict.proof)} ${proofOf(excerpt, proof.argv.length > 0 ? commandShown(proof) : proof.probe)}`,
        ]),
  ];
}

const SHOWN_PROOF = 200;

/** `ActiveState=inactive` – `systemctl show redis-server` */
function proofOf(excerpt: string, command: string): Markup {
  return markup`${code(clip(excerpt, SHOWN_PROOF))} – ${code(clip(command, SHOWN_PROOF))}`;
}

const SHOWN_FAULTS = 3;

/** Faults beside the root cause; where nothing could be named, what hints at something. */
function otherCauses(diagnosis: Diagnosis, words: Words): Markup {
  const { verdict, causes } = diagnosis;
  const others =
    verdict === 'inconclusive'
      ? causes
      : causes.slice(verdict === 'root-cause' ? 1 : 0).filter(({ certainty }) => certainty !== 'possible');
  if (others.length === 0) return NOTHING;
  const text = texts[words.lang];
  const shown = others
    .slice(0, SHOWN_FAULTS)
    .map((one) => markup`• ${one.title} · ${text.certainty[one.certainty]} · ${text.onHost(one.host)}`);
  const rest = others.length - shown.length;
  return lines([
    bold(verdict === 'inconclusive' ? words.thread.hints : words.verdict.alsoBroken),
    ...shown,
    ...(rest > 0 ? [markup`• ${words.verdict.moreFaults(rest)}`] : []),
  ]);
}

function gone(view: RunView, words: Words): Markup {
  return markup`${view.hasEvidence ? words.verdict.evidenceToCome : words.verdict.evidenceGone}`;
}

/** `run-142 · asked by @ada · 2 hosts, 65 probes, 2.3 s · playbook onlyoffice · 21:06:07` */
function footOf(view: RunView, words: Words): Markup {
  const { run, diagnosis } = view;
  const text = texts[words.lang];
  const counts =
    diagnosis === undefined
      ? NOTHING
      : markup` · ${text.counts(
          diagnosis.hosts.length,
          diagnosis.hosts.reduce((sum, host) => sum + host.probes, 0),
          (diagnosis.durationMs / 1000).toFixed(1),
        )}`;
  const playbook =
    diagnosis === undefined || diagnosis.playbook === ''
      ? NOTHING
      : markup` · ${text.playbook(diagnosis.playbook)}`;
  const at = run.endedAt === undefined ? NOTHING : markup` · ${moment(run.endedAt)}`;
  return markup`${askedFor(run, words)}${counts}${playbook}${at}`;
}
