import { describe, expect, it } from 'vitest';
import { checkMessage, checkOptions, checkView } from '../../playground/slack-limits/check-payload.js';
import { markupProblems } from '../../playground/slack-limits/markup-problems.js';

const mrkdwn = (text: string, more: object = {}) => ({ type: 'mrkdwn', text, verbatim: true, ...more });
const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
const section = (text: object, more: object = {}) => ({ type: 'section', text, ...more });
const button = (more: object = {}) => ({
  type: 'button',
  text: plain('Check'),
  action_id: 'check',
  value: 'x',
  ...more,
});
const message = (...blocks: object[]) => ({ text: 'hello', blocks });
const option = (value: string) => ({ text: plain('x'), value });
const input = (element: object, more: object = {}) => ({
  type: 'input',
  label: plain('Target'),
  element,
  ...more,
});
const select = (more: object = {}) => ({
  type: 'static_select',
  action_id: 'target',
  options: [option('a'), option('b')],
  ...more,
});
const modal = (more: object = {}) => ({
  type: 'modal',
  title: plain('Check'),
  submit: plain('Check'),
  blocks: [input(select())],
  ...more,
});

describe('a message that Slack takes', () => {
  it('has nothing wrong with it', () => {
    const all = message(
      { type: 'header', text: plain('x'.repeat(150)) },
      section(mrkdwn('*a* `b` <!date^1392734382^{date}|today> <@U024BE7LH> <https://slack.com/|Slack> &lt;')),
      { type: 'context', elements: [mrkdwn('x')] },
      { type: 'actions', elements: [button(), button({ action_id: 'check.1' })] },
      { type: 'divider' },
    );
    expect(checkMessage(all)).toEqual([]);
    expect(checkMessage({ ...all, channel: 'C1', thread_ts: '1.1' })).toEqual([]);
  });
});

describe('a message that Slack refuses, or shows otherwise than it was meant', () => {
  it.each<[string, object]>([
    ['no text beside its blocks', { blocks: [section(mrkdwn('x'))] }],
    ['an empty text', { ...message(section(mrkdwn('x'))), text: '' }],
    ['a text of more than 4,000', { ...message(section(mrkdwn('x'))), text: 'x'.repeat(4001) }],
    ['no block', message()],
    ['51 blocks', message(...Array.from({ length: 51 }, () => ({ type: 'divider' })))],
    [
      'more than all blocks may hold',
      message(...Array.from({ length: 5 }, () => section(mrkdwn('x'.repeat(2900))))),
    ],
    ['as much in Chinese', message(...Array.from({ length: 5 }, () => section(mrkdwn('中'.repeat(950)))))],
    ['a section of 3,001', message(section(mrkdwn('x'.repeat(3001))))],
    ['a section without text', message({ type: 'section' })],
    ['an empty section', message(section(mrkdwn('')))],
    ['11 fields', message({ type: 'section', fields: Array.from({ length: 11 }, () => mrkdwn('x')) })],
    ['a field of 2,001', message({ type: 'section', fields: [mrkdwn('x'.repeat(2001))] })],
    ['a header of 151', message({ type: 'header', text: plain('x'.repeat(151)) })],
    ['a header with markup', message({ type: 'header', text: mrkdwn('x') })],
    [
      '11 elements in a context',
      message({ type: 'context', elements: Array.from({ length: 11 }, () => mrkdwn('x')) }),
    ],
    ['a button in a context', message({ type: 'context', elements: [button()] })],
    ['an empty row of buttons', message({ type: 'actions', elements: [] })],
    [
      '26 buttons in a row',
      message({
        type: 'actions',
        elements: Array.from({ length: 26 }, (_, i) => button({ action_id: `a${i}` })),
      }),
    ],
    ['the same action twice in a block', message({ type: 'actions', elements: [button(), button()] })],
    ['the same block twice', message({ type: 'divider', block_id: 'a' }, { type: 'divider', block_id: 'a' })],
    [
      'a button text of 76',
      message({ type: 'actions', elements: [button({ text: plain('x'.repeat(76)) })] }),
    ],
    [
      'a button value of 2,001',
      message({ type: 'actions', elements: [button({ value: 'x'.repeat(2001) })] }),
    ],
    ['an action_id of 256', message({ type: 'actions', elements: [button({ action_id: 'x'.repeat(256) })] })],
    [
      'a question of 301',
      message(
        section(mrkdwn('x'), {
          accessory: button({
            confirm: {
              title: plain('x'),
              text: plain('x'.repeat(301)),
              confirm: plain('y'),
              deny: plain('n'),
            },
          }),
        }),
      ),
    ],
    ['a block that nobody knows', message({ type: 'banner', text: plain('x') })],
    ['a field that nobody knows', message(section(mrkdwn('x'), { colour: 'red' }))],
    ['markup that becomes links by itself', message(section({ type: 'mrkdwn', text: 'x' }))],
    [
      'plain text with emoji codes',
      message({ type: 'header', text: { type: 'plain_text', text: 'x', emoji: true } }),
    ],
    ['a mention in its text', { ...message(section(mrkdwn('x'))), text: '<!channel>' }],
  ])('%s', (_what, payload) => {
    expect(checkMessage(payload)).not.toEqual([]);
  });
});

describe('markup that mentions, links or formats what nobody meant', () => {
  it.each([
    '<!channel>',
    '<!here|here>',
    '<!subteam^S024BE7LH>',
    '<@U1|x>',
    '<#general>',
    '<http://x.example|x>',
    '<https://x.example>',
    '<mailto:a@b.example|a>',
    '<!date^1^{date}^https://x.example|x>',
    'a < b',
    'a > b',
    'a & b',
    '&nbsp;',
    '`a',
    '```a',
    '@here all',
    ':skull:',
    '&gt; quoted',
    'a\u202eb',
    'a\u200bb',
    'a\u0000b',
    'a\ud800b',
  ])('%j', (text) => {
    expect(markupProblems(text)).not.toEqual([]);
  });

  it.each([
    'at 21:06:07',
    '`:skull: @here`',
    'docs:8000 and 10.0.4.11',
    '```\na & b\n```'.replace('&', '&amp;'),
  ])('but not %j', (text) => expect(markupProblems(text)).toEqual([]));

  it('a person too, where nobody may be named', () => {
    expect(markupProblems('<@U024BE7LH>', 'nobody')).not.toEqual([]);
  });
});

describe('a view', () => {
  it('that Slack takes has nothing wrong with it', () => {
    expect(checkView(modal())).toEqual([]);
    expect(checkView({ type: 'home', blocks: [section(mrkdwn('x'))] })).toEqual([]);
    expect(checkOptions({ options: [option('a')] })).toEqual([]);
  });

  it.each<[string, object]>([
    ['a title of 25', modal({ title: plain('x'.repeat(25)) })],
    ['no title', modal({ title: undefined })],
    ['an input and no way to send it', modal({ submit: undefined })],
    ['101 blocks', modal({ blocks: Array.from({ length: 101 }, () => ({ type: 'divider' })) })],
    ['metadata of 3,001', modal({ private_metadata: 'x'.repeat(3001) })],
    ['a callback of 256', modal({ callback_id: 'x'.repeat(256) })],
    [
      '101 options',
      modal({ blocks: [input(select({ options: Array.from({ length: 101 }, (_, i) => option(`${i}`)) }))] }),
    ],
    ['no option', modal({ blocks: [input(select({ options: [] }))] })],
    ['an option of 151', modal({ blocks: [input(select({ options: [option('x'.repeat(151))] }))] })],
    ['two options alike', modal({ blocks: [input(select({ options: [option('a'), option('a')] }))] })],
    ['a choice that is none', modal({ blocks: [input(select({ initial_option: option('c') }))] })],
    ['a button as an input', modal({ blocks: [input(button())] })],
    ['a kind that nobody knows', { type: 'page', blocks: [] }],
  ])('is refused with %s', (_what, view) => {
    expect(checkView(view)).not.toEqual([]);
  });

  it('is answered with at most 100 options', () => {
    expect(checkOptions({ options: Array.from({ length: 101 }, (_, i) => option(`${i}`)) })).not.toEqual([]);
  });
});
