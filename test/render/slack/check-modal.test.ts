import { describe, expect, it } from 'vitest';
import { checkOptions, checkView } from '../../../playground/slack-limits/check-payload.js';
import { readable } from '../../../playground/slack-limits/readable.js';
import { ANY_PLAYBOOK, CALLBACKS, readFormPlace } from '../../../src/domain/chat-actions.js';
import { renderCheckModal, renderTargetOptions } from '../../../src/render/slack/check-modal.js';
import { slackWords } from '../../../src/render/slack/words.js';

const conversation = { channel: 'C024BE91L', threadTs: '1700000000.000100' };
const targets = ['docs-server', 'wiki', 'shop'];
const playbooks = ['nginx-upstream', 'onlyoffice'];
const many = Array.from({ length: 250 }, (_, index) => `shop-${index}`);

describe.each(['en', 'zh'] as const)('the form in %s', (lang) => {
  it.each([
    ['few', { targets, playbooks, initialTarget: 'wiki', conversation }],
    ['many', { targets: many, playbooks: many, conversation }],
    ['none', { targets: [], playbooks, conversation }],
  ] as const)('is taken by Slack and reads well with %s targets', async (name, form) => {
    const view = renderCheckModal(form, slackWords[lang]);
    expect(checkView(view)).toEqual([]);
    await expect(readable({ text: view.title.text, blocks: view.blocks })).toMatchFileSnapshot(
      `golden/modal.${name}.${lang}.txt`,
    );
  });
});

describe('the form', () => {
  it('carries where it was opened from', () => {
    const view = renderCheckModal({ targets, playbooks, conversation }, slackWords.en);
    expect(view.callback_id).toBe(CALLBACKS.checkModal);
    expect(readFormPlace(view.private_metadata ?? '')).toEqual(conversation);
  });

  it.each(['', 'x', '[]', 'null', '{"channel":7}', '{"channel":""}'])('takes %j for no place', (text) => {
    expect(readFormPlace(text)).toBeUndefined();
  });

  it('chooses the target that was meant, and the right playbook by itself', () => {
    const view = renderCheckModal({ targets, playbooks, initialTarget: 'wiki', conversation }, slackWords.en);
    expect(view.blocks[0]).toMatchObject({
      element: { type: 'static_select', initial_option: { value: 'wiki' } },
    });
    expect(view.blocks[1]).toMatchObject({ element: { initial_option: { value: ANY_PLAYBOOK } } });
  });

  it('lets Slack ask while somebody types, where there are more targets than a list holds', () => {
    const view = renderCheckModal({ targets: many, playbooks, conversation }, slackWords.en);
    expect(view.blocks[0]).toMatchObject({ element: { type: 'external_select', action_id: 'targets' } });
  });
});

describe('what the menu of targets offers', () => {
  it('begins with the names that begin so, and is at most 100', () => {
    const answer = renderTargetOptions('shop-24', ['my-shop-24', ...many]);
    expect(checkOptions(answer)).toEqual([]);
    expect(answer.options[0]?.value).toBe('shop-24');
    expect(answer.options.at(-1)?.value).toBe('my-shop-24');
    expect(renderTargetOptions('', many).options).toHaveLength(100);
  });

  it('never holds a name that would have to be cut', () => {
    expect(renderTargetOptions('', ['x'.repeat(151), 'x'.repeat(150)]).options).toMatchObject([
      { value: 'x'.repeat(150) },
    ]);
  });
});
