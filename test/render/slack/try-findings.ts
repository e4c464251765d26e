import fc from 'fast-check';
import { expect } from 'vitest';
import { checkMessage, checkOptions, checkView } from '../../../playground/slack-limits/check-payload.js';
import { renderAnswer } from '../../../src/render/slack/answer.js';
import { renderCheckModal, renderTargetOptions } from '../../../src/render/slack/check-modal.js';
import { renderHome } from '../../../src/render/slack/home.js';
import { renderRun } from '../../../src/render/slack/run-message.js';
import { renderThread } from '../../../src/render/slack/thread.js';
import { slackWords } from '../../../src/render/slack/words.js';
import { type Finding, hostileFinding, hugeFinding, REAL_PERSON, scenarioOf } from './hostile.js';

const COMMAND = { command: '/502' };

/**
 * Everything that is wrong with what the renderers make of a finding: its message always; of the thread, an answer and
 * the views, what its turn is, or all.
 */
function problemsOf(finding: Finding, turn: number, lang: 'en' | 'zh', what: 'its turn' | 'all'): string[] {
  const { view, answers, overview, names } = scenarioOf(finding);
  const words = slackWords[lang];
  const isAll = what === 'all';
  const answer = answers[turn % answers.length];
  const messages = [
    renderRun(view, words, COMMAND),
    ...(isAll || turn % 2 === 0 ? renderThread(view, words).map(({ message }) => message) : []),
    ...(answer !== undefined && (isAll || turn % 2 === 1) ? [renderAnswer(answer, words, COMMAND)] : []),
  ];
  const form = { targets: names, playbooks: names, conversation: { channel: 'C0REAL001' } };
  const hasViews = isAll || turn % 16 === 0;
  const views = hasViews
    ? [renderHome(overview, words, { ...COMMAND, now: view.now }), renderCheckModal(form, words)]
    : [];
  return [
    ...messages.flatMap(checkMessage),
    ...views.flatMap(checkView),
    ...(hasViews ? checkOptions(renderTargetOptions(names[0] ?? '', names)) : []),
    ...mentionsOf([...messages, ...views.map(({ blocks }) => ({ blocks }))]),
  ];
}

/** Of persons other than the one who really asked. Only markup is read so: plain text and values are not. */
function mentionsOf(
  payloads: readonly { readonly text?: string; readonly blocks: readonly unknown[] }[],
): string[] {
  const all = payloads.flatMap(({ text, blocks }) => [text ?? '', ...markupIn(blocks)]).join('\n');
  return [...all.matchAll(/<@([^>]*)>/gu)].flatMap(([token, id]) =>
    id === REAL_PERSON ? [] : [`a mention of somebody else: ${token}`],
  );
}

function markupIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('type' in value && value.type === 'mrkdwn' && 'text' in value) return [String(value.text)];
  return Object.values(value).flatMap(markupIn);
}

/** So many random findings: no message or view breaks a limit of Slack’s, mentions anybody or links anywhere. */
export function tryFindings(count: number): void {
  let turn = 0;
  fc.assert(
    fc.property(hostileFinding, fc.constantFrom('en', 'zh'), (finding, lang) => {
      turn += 1;
      expect(problemsOf(finding, turn, lang, 'its turn')).toEqual([]);
    }),
    { numRuns: count },
  );
}

/** Thousands of causes, hops and hosts. */
export function tryHugeFindings(count: number): void {
  let turn = 0;
  fc.assert(
    fc.property(hugeFinding, fc.constantFrom('en', 'zh'), (finding, lang) => {
      turn += 1;
      expect(problemsOf(finding, turn, lang, 'all')).toEqual([]);
    }),
    { numRuns: count },
  );
}
