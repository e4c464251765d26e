import { describe, expect, it } from 'vitest';
import { checkMessage } from '../../../playground/slack-limits/check-payload.js';
import { readable } from '../../../playground/slack-limits/readable.js';
import type { ChainLink, NamedCause } from '../../../src/domain/diagnosis.js';
import { renderFileRefused, renderThread } from '../../../src/render/slack/thread.js';
import { slackWords } from '../../../src/render/slack/words.js';
import { diagnoses } from '../diagnoses.js';
import { runViews } from './views.js';

const JUDGED = ['root-cause', 'two-faults', 'healthy', 'inconclusive', 'unreachable'];

describe.each(['en', 'zh'] as const)('the thread of a run in %s', (lang) => {
  describe.each(Object.entries(runViews(lang)).filter(([name]) => JUDGED.includes(name)))(
    '%s',
    (name, view) => {
      const parts = renderThread(view, slackWords[lang]);

      it('is taken by Slack', () => {
        expect(parts.flatMap(({ message }) => checkMessage(message))).toEqual([]);
      });

      it('reads well', async () => {
        const text = parts.map(({ part, message }) => `=== ${part}\n${readable(message)}`).join('\n');
        await expect(text).toMatchFileSnapshot(`golden/thread.${name}.${lang}.txt`);
      });
    },
  );
});

describe('the thread of a run', () => {
  const view = runViews('en')['root-cause'];
  const judged = diagnoses('en')['proven-cause'];
  const [root] = judged.causes;
  const link = root?.chain[0] as ChainLink;

  it('has nothing to show before there is a verdict', () => {
    expect(renderThread({ ...view, diagnosis: undefined } as never, slackWords.en)).toEqual([]);
  });

  it('says how many links it could not show, and where they stand', () => {
    const chain = Array.from({ length: 90 }, (_, index) => ({
      ...link,
      says: `link ${index} ${'why '.repeat(80)}`,
    }));
    const diagnosis = { ...judged, causes: [{ ...(root as NamedCause), chain }] } as typeof judged;
    const [part] = renderThread({ ...view, diagnosis } as never, slackWords.en);
    const shown = (part?.message.blocks ?? []).filter((block) =>
      JSON.stringify(block).includes('link '),
    ).length;
    expect(shown).toBeGreaterThan(5);
    expect(readable(part?.message ?? { blocks: [] })).toContain(
      `… and ${90 - shown} more: in the attached file`,
    );
  });

  it('does not send anybody to a file that is not there', () => {
    const chain = Array.from({ length: 90 }, () => link);
    const diagnosis = { ...judged, causes: [{ ...(root as NamedCause), chain }] } as typeof judged;
    const parts = renderThread({ ...view, hasEvidence: false, diagnosis } as never, slackWords.en);
    expect(JSON.stringify(parts)).not.toContain('attached');
  });
});

describe.each(['en', 'zh'] as const)('a file that Slack does not take, in %s', (lang) => {
  it('is said to be missing, with the invitation that it needs', () => {
    const message = renderFileRefused('not_in_channel', slackWords[lang]);
    expect(checkMessage(message)).toEqual([]);
    expect(readable(message)).toContain('not_in_channel');
    expect(readable(message)).toContain('/invite');
  });

  it('needs no invitation where that is not the reason', () => {
    const text = readable(renderFileRefused('storage_limit_reached', slackWords[lang]));
    expect(text).toContain('storage_limit_reached');
    expect(text).not.toContain('/invite');
  });
});
