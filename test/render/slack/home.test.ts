import { describe, expect, it } from 'vitest';
import { checkView } from '../../../playground/slack-limits/check-payload.js';
import { readable } from '../../../playground/slack-limits/readable.js';
import { renderHome } from '../../../src/render/slack/home.js';
import { slackWords } from '../../../src/render/slack/words.js';
import { overview } from './answers.js';
import { INCIDENT, NOW, RUN } from './views.js';

const options = { command: '/502', now: NOW };

describe.each(['en', 'zh'] as const)('the Home tab in %s', (lang) => {
  const full = overview(lang);
  it.each([
    ['busy', full],
    ['first-day', { incidents: [], running: [], waiting: [], targets: [] }],
    ['silent-workers', { ...full, incidents: [], workersSilentMs: 900_000 }],
  ] as const)('is taken by Slack and reads well: %s', async (name, all) => {
    const view = renderHome(all, slackWords[lang], options);
    expect(checkView(view)).toEqual([]);
    await expect(readable({ blocks: view.blocks })).toMatchFileSnapshot(`golden/home.${name}.${lang}.txt`);
  });
});

describe('the Home tab', () => {
  it('stays within its blocks, and counts what it leaves out', () => {
    const [target] = overview('en').targets;
    const view = renderHome(
      {
        incidents: Array.from({ length: 60 }, (_, index) => ({ ...INCIDENT, id: `inc-${index}` })),
        running: Array.from({ length: 60 }, (_, index) => ({ ...RUN, id: `run-${index}` })),
        waiting: Array.from({ length: 60 }, (_, index) => ({ ...RUN, id: `run-${index}` })),
        targets: Array.from({ length: 300 }, (_, index) => ({ ...target, name: `target-${index}` })) as never,
        workersSilentMs: 0,
      },
      slackWords.en,
      options,
    );
    expect(checkView(view)).toEqual([]);
    const text = readable({ blocks: view.blocks });
    expect(text).toContain('Open incidents (60)');
    expect(text).toContain('and 50 more');
    expect(text).toContain('Targets (300)');
    expect(text).toContain('and 260 more');
  });
});
