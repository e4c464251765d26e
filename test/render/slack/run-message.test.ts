import { describe, expect, it } from 'vitest';
import { checkMessage } from '../../../playground/slack-limits/check-payload.js';
import { renderRun } from '../../../src/render/slack/run-message.js';
import { slackWords } from '../../../src/render/slack/words.js';
import { readable } from './readable.js';
import { runViews } from './views.js';

describe.each(['en', 'zh'] as const)('the message of a run in %s', (lang) => {
  describe.each(Object.entries(runViews(lang)))('%s', (name, view) => {
    const message = renderRun(view, slackWords[lang], { command: '/502' });

    it('is taken by Slack', () => {
      expect(checkMessage(message)).toEqual([]);
    });

    it('reads well', async () => {
      await expect(readable(message)).toMatchFileSnapshot(`golden/run.${name}.${lang}.txt`);
    });
  });
});
