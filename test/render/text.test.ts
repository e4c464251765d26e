import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { renderText } from '../../src/render/text.js';
import { diagnoses } from './diagnoses.js';

const plain = { colours: false, unicode: true, width: 100 };

describe.each(['en', 'zh'] as const)('a diagnosis in %s', (lang) => {
  describe.each(Object.entries(diagnoses(lang)))('%s', (name, diagnosis) => {
    it('reads well without colours', async () => {
      const text = renderText(diagnosis, { lang, terminal: plain });
      await expect(text).toMatchFileSnapshot(`golden/${name}.${lang}.txt`);
    });

    it('has the same words in colour', async () => {
      const text = renderText(diagnosis, { lang, terminal: { ...plain, colours: true } });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences
      expect(text.replace(/\u001b\[\d+m/gu, '')).toBe(renderText(diagnosis, { lang, terminal: plain }));
      await expect(text.replaceAll('\u001b', '␛')).toMatchFileSnapshot(`golden/${name}.${lang}.colour.txt`);
    });

    it.each([40, 60, 80, 110])('fits into %i columns, but for commands to copy', (width) => {
      const text = renderText(diagnosis, { lang, terminal: { ...plain, width } });
      const wide = text.split('\n').filter((line) => stringWidth(line) > width && !line.startsWith('    $ '));
      expect(wide).toEqual([]);
    });
  });
});

describe('a diagnosis', () => {
  const { 'proven-cause': proven } = diagnoses('en');

  it('needs nothing but ASCII where the locale has no more', async () => {
    const text = renderText(proven, { lang: 'en', terminal: { ...plain, unicode: false } });
    expect(text).toMatch(/^[\x20-\x7e\n]*$/u);
    await expect(text).toMatchFileSnapshot('golden/proven-cause.ascii.txt');
  });

  it('begins with the verdict, and names the cause before anything else', () => {
    const lines = renderText(proven, { lang: 'en', terminal: plain }).split('\n');
    expect(lines[0]).toContain('ROOT CAUSE FOUND');
    expect(lines[2]).toContain('Redis is not running');
    expect(lines[3]).toContain('redis-down · proven · on docs-1');
  });

  it('lets no line of a host move the cursor', () => {
    const text = renderText(proven, { lang: 'en', terminal: plain });
    expect(text).toContain('\\x1b[2J\\x1b[1;1H\\u{202e}');
    expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });

  it('keeps a hostile title, host or remedy harmless too', () => {
    const evil = 'x\u001b]0;owned\u0007\u009b2J\u2066y';
    const cause = {
      ...proven.causes[0],
      certainty: 'proven' as const,
      title: evil,
      id: evil,
      host: evil,
      chain: [
        {
          says: evil,
          cause: evil,
          evidence: [{ probe: evil, host: evil, argv: [evil], at: evil, excerpt: evil }],
        },
      ],
      recoveries: [{ id: evil, risk: 'manual' as const, title: evil, host: evil, argv: [[evil]] }],
    };
    const text = renderText(
      {
        ...proven,
        target: evil,
        url: evil,
        playbook: evil,
        symptom: evil,
        startedAt: evil,
        causes: [cause, cause, { ...cause, certainty: 'possible' }],
        ruledOut: [{ id: evil, because: evil }],
        notChecked: [{ probe: evil, host: evil, reason: 'failed', says: evil, remedy: evil }],
        path: [{ hop: evil, address: evil, state: 'ok', says: evil }],
        recent: [{ says: evil, evidence: [] }],
      },
      { lang: 'en', terminal: plain, verbose: true },
    );
    expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });

  it('shortens only what verbose shows in full', () => {
    const verbose = renderText(proven, { lang: 'en', terminal: plain, verbose: true });
    expect(verbose).toContain('not what is wrong');
    expect(renderText(proven, { lang: 'en', terminal: plain })).toMatch(
      /^ {2}proxy-not-running, upstream-port-mismatch, disk-full$/mu,
    );
  });

  it('tells of a tool that a host lacks only where nothing could be named without it', () => {
    const lacking = [{ probe: 'net.filter', host: 'docs-1', reason: 'command-not-found' as const }];
    const shown = (more: object) =>
      renderText({ ...proven, notChecked: lacking, ...more }, { lang: 'en', terminal: plain });
    expect(shown({})).not.toContain('packet filter');
    expect(shown({ verdict: 'inconclusive', causes: [] })).toContain(
      '? docs-1 · the program is not there: packet filter',
    );
  });

  it('shows no line of a log twice, even when it came again at another time', () => {
    const line = (time: string) => ({
      probe: 'backend.log',
      host: 'docs-1',
      argv: ['tail', '/var/log/docs.log'],
      at: '2026-11-20T21:06:07Z',
      excerpt: `[2026-11-20T${time}] [ERROR] connect ECONNREFUSED 127.0.0.1:6379`,
    });
    const [cause] = proven.causes;
    const chain = [
      { says: 'Redis is down', evidence: [line('21:06:01.118'), line('21:06:02.220')] },
      {
        says: 'The backend ends',
        evidence: [line('21:06:03.004'), { ...line(''), excerpt: 'exit status 1' }],
      },
    ];
    const text = renderText(
      { ...proven, causes: cause === undefined ? [] : [{ ...cause, chain }] },
      { lang: 'en', terminal: plain },
    );
    expect(text.match(/ECONNREFUSED/gu)).toHaveLength(1);
    expect(text).toContain('exit status 1');
  });
});
