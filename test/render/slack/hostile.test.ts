import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkMessage, checkOptions, checkView } from '../../../playground/slack-limits/check-payload.js';
import { renderAnswer } from '../../../src/render/slack/answer.js';
import { renderCheckModal, renderTargetOptions } from '../../../src/render/slack/check-modal.js';
import { renderHome } from '../../../src/render/slack/home.js';
import { renderRun } from '../../../src/render/slack/run-message.js';
import { renderThread } from '../../../src/render/slack/thread.js';
import { slackWords } from '../../../src/render/slack/words.js';
import { type Finding, hostileFinding, hugeFinding, REAL_PERSON, scenarioOf } from './hostile.js';

const COMMAND = { command: '/502' };

/** Everything that is wrong with what any renderer makes of a finding. */
function problemsOf(finding: Finding, turn: number): string[] {
  const { view, answers, overview, names } = scenarioOf(finding);
  const words = slackWords[turn % 4 < 2 ? 'en' : 'zh'];
  const answer = turn % 2 === 0 ? answers[(turn / 2) % answers.length] : undefined;
  const messages = [
    renderRun(view, words, COMMAND),
    ...renderThread(view, words).map(({ message }) => message),
    ...(answer === undefined ? [] : [renderAnswer(answer, words, COMMAND)]),
  ];
  const views =
    turn % 16 === 0
      ? [
          renderHome(overview, words, { ...COMMAND, now: view.now }),
          renderCheckModal(
            { targets: names, playbooks: names, conversation: { channel: 'C0REAL001' } },
            words,
          ),
        ]
      : [];
  return [
    ...messages.flatMap(checkMessage),
    ...views.flatMap(checkView),
    ...(turn % 16 === 0 ? checkOptions(renderTargetOptions(names[0] ?? '', names)) : []),
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

describe('whatever a host, an alert or a person writes', () => {
  it('no message or view breaks a limit of Slack’s, mentions anybody or links anywhere: 10,000 findings', () => {
    let turn = 0;
    fc.assert(
      fc.property(hostileFinding, (finding) => {
        turn += 1;
        expect(problemsOf(finding, turn)).toEqual([]);
      }),
      { numRuns: 10_000 },
    );
  }, 60_000);

  it('nor do thousands of causes, hops and hosts', () => {
    let turn = 0;
    fc.assert(
      fc.property(hugeFinding, (finding) => {
        turn += 1;
        expect(problemsOf(finding, turn * 16)).toEqual([]);
      }),
      { numRuns: 10 },
    );
  }, 60_000);
});
