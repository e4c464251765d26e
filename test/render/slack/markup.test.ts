import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markupProblems } from '../../../playground/slack-limits/markup-problems.js';
import { clip } from '../../../src/render/slack/clip.js';
import {
  bold,
  code,
  codeBlock,
  cutMarkup,
  join,
  link,
  type Markup,
  markup,
  moment,
  person,
  written,
} from '../../../src/render/slack/markup.js';
import { sizeOf } from '../../../src/render/slack/measure.js';

const more = (count: number) => markup` …(+${count})`;
const cut = (one: Markup, bytes: number) => written(cutMarkup(one, bytes, more));

describe('foreign text within markup', () => {
  it.each([
    ['<!channel> & <@U024BE7LH>', '&lt;!channel&gt; &amp; &lt;﹫U024BE7LH&gt;'],
    ['&lt;!here&gt;', '&amp;lt;!here&amp;gt;'],
    ['*bold* ~gone~ `code`', '∗bold∗ ∼gone∼ ˋcodeˋ'],
    ['_x_ proxy_pass __init__', 'ˍxˍ proxy_pass ˍˍinitˍˍ'],
    ['@here @channel ops@web-1', '﹫here ﹫channel ops@web-1'],
    ['#general, 71#71: *9', '﹟general, 71#71: ∗9'],
    [':skull: at 21:06:07, docs:8000', '∶skull: at 21:06:07, docs:8000'],
    ['> quoted', '› quoted'],
    ['a\nb\r\nc\u202e\u200b\u001b[2J\ud800', 'a\\nb\\nc\\u{202e}\\u{200b}\\x1b[2J\\u{d800}'],
  ])('%j is only text', (foreign, shown) => {
    expect(written(markup`${foreign}`)).toBe(shown);
  });

  it('cannot end a code span or block', () => {
    expect(written(code('a` <!here> ```b'))).toBe('`aˋ &lt;!here&gt; ˋˋˋb`');
    expect(written(codeBlock('a\n```\n*b*'))).toBe('```\na\nˋˋˋ\n*b*\n```');
  });

  it('stands as it is where it means nothing', () => {
    const text = 'nginx cannot connect to 10.0.4.11 (refused), 12/24 – 中文，“x”';
    expect(written(markup`${text}`)).toBe(text);
  });

  it('becomes no emoji together with a colon of ours', () => {
    expect(written(markup`${'a:skull'}: or :${'skull:'}`)).toBe('a∶skull: or :skull∶');
    expect(written(markup`${'a:skull'}${': '}${'b'}`)).toBe('a∶skull: b');
  });

  it('leaves no empty code or bold, which Slack would show as their marks', () => {
    expect(written(markup`${code('')}${bold(' ')}`)).toBe('`–`*–*');
  });
});

describe('a moment', () => {
  it('is shown in the reader’s own time, and as UTC elsewhere', () => {
    expect(written(moment('2026-11-20T21:06:07.537Z'))).toBe(
      '<!date^1795208767^{date_short_pretty} {time_secs}|2026-11-20 21:06:07Z>',
    );
  });

  it.each(['', 'soon', '1969-01-01T00:00:00Z', '+012345-01-01T00:00:00Z', '<!date^1^x|y>'])(
    'is text where it is none: %j',
    (text) => expect(markupProblems(written(moment(text)))).toEqual([]),
  );
});

describe('a person', () => {
  it('is named by a mention, and by nothing else than an id of Slack’s', () => {
    expect(written(person('U024BE7LH'))).toBe('<@U024BE7LH>');
    expect(written(person('U1> <!channel>'))).toBe('U1&gt; &lt;!channel&gt;');
    expect(written(person('S024BE7LH'))).toBe('S024BE7LH');
  });
});

describe('a link', () => {
  it('leads to https alone', () => {
    expect(written(link('https://acme.slack.com/p1?a=1&b=2', 'Show it'))).toBe(
      '<https://acme.slack.com/p1?a=1&amp;b=2|Show it>',
    );
    for (const address of [
      'javascript:alert(1)',
      'http://x/',
      '/x',
      'x|y>',
      `https://x/${'y'.repeat(2000)}`,
    ]) {
      expect(written(link(address, 'Show it'))).toBe('Show it');
    }
  });

  it('ends where it should, whatever the address holds', () => {
    expect(markupProblems(written(link('https://x/a|b>c d<!here>', '<!here>|')))).toEqual([]);
  });
});

describe('cutting', () => {
  it('counts what was cut', () => {
    expect(cut(markup`${'abcdefghij'.repeat(10)}`, 50)).toBe(`${'abcdefghij'.repeat(4)} …(+60)`);
  });

  it('keeps code closed', () => {
    expect(cut(codeBlock('x'.repeat(100)), 40)).toMatch(/^```\nx+\n``` …\(\+\d+\)$/u);
  });

  it('splits no entity, no pair and no family', () => {
    const family = '👩‍👩‍👧‍👦';
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('&', '<', 'é', 'e\u0301', '中', '🇺🇳', '😀', 'a', '*', '"', '\\'), {
          maxLength: 60,
        }),
        fc.integer({ min: 20, max: 200 }),
        (all, bytes) => {
          const text = all.join('');
          const shown = cut(markup`${text}`, bytes);
          expect(sizeOf(shown)).toBeLessThanOrEqual(bytes);
          expect(markupProblems(shown)).toEqual([]);
          const [kept = '', count] = shown.split(' …(+');
          if (count === undefined) return;
          const left = Number.parseInt(count, 10);
          // What is kept is a whole number of the pieces, and nothing is counted twice.
          const ends = all.map((_, index) => all.slice(0, index + 1).join('').length);
          expect([0, ...ends]).toContain(text.length - left);
          expect(kept.length).toBeGreaterThanOrEqual(text.length - left);
        },
      ),
      { numRuns: 500 },
    );
    expect(clip(`ab${family.replaceAll('\u200d', '')}cdefghijklmnop`, 12)).not.toMatch(
      /[\ud800-\udfff](?![\ud800-\udfff])$/u,
    );
  });

  it('tells of text beyond what was looked at too', () => {
    const shown = cut(markup`${'x'.repeat(1_000_000)}`, 100);
    const [kept = '', count = ''] = shown.split(' …(+');
    expect(kept.length + Number.parseInt(count, 10)).toBe(1_000_000);
    expect(clip('y'.repeat(1000), 30)).toBe(`${'y'.repeat(21)} …(+979)`);
  });

  it('leaves short text alone', () => {
    const one = join([markup`${'a'}`, bold('b')], markup` · `);
    expect(cut(one, 100)).toBe('a · *b*');
    expect(clip(' a\tb ', 10)).toBe('a  b');
  });
});
