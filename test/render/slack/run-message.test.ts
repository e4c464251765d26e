import { describe, expect, it } from 'vitest';
import { checkMessage } from '../../../playground/slack-limits/check-payload.js';
import { readable } from '../../../playground/slack-limits/readable.js';
import type { RunView } from '../../../src/domain/answer.js';
import type { Diagnosis } from '../../../src/domain/diagnosis.js';
import { renderRun } from '../../../src/render/slack/run-message.js';
import { slackWords } from '../../../src/render/slack/words.js';
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

describe('the message of a run', () => {
  const view = runViews('en')['root-cause'] as RunView;
  const render = (more: Partial<RunView>, options = {}) =>
    renderRun({ ...view, ...more }, slackWords.en, { command: '/502', ...options });

  it('is sent as blocks and as words for a notification', async () => {
    const json = `${JSON.stringify(render({}), undefined, 2)}\n`;
    await expect(json).toMatchFileSnapshot('golden/run.root-cause.en.json');
  });

  it('begins with the cause in plain words', () => {
    expect(render({}).blocks[0]).toMatchObject({ type: 'header', text: { text: '🔴 Redis is not running' } });
  });

  it('tells at the end too that a worker was lost', () => {
    const text = readable(render({ run: { ...view.run, attempts: 2 } }));
    expect(text).toContain('the check was begun anew (attempt 2).');
  });

  it.each(['time-limit', 'worker-lost', 'stopped', 'failed', 'configuration'] as const)(
    'tells in the language of its reader that a run was interrupted: %s',
    (reason) => {
      const interrupted = { reason, says: 'written for the log' };
      const run = { ...view.run, state: 'interrupted', interrupted } as const;
      const text = readable(renderRun({ ...view, run }, slackWords.zh, { command: '/502' }));
      expect(text).toContain(slackWords.zh.run.interruptedWhy[reason]);
      expect(text).not.toContain('written for the log');
    },
  );

  it('has a place for what offers to mend it, between the next step and the buttons', () => {
    const recovery = [{ type: 'divider' } as const];
    const types = render({}, { recovery }).blocks.map((block) => (block as { type: string }).type);
    expect(types.slice(types.indexOf('divider'))).toEqual(['divider', 'actions', 'context']);
  });

  it('shows a command whole or not at all, and exactly', () => {
    const { diagnosis } = view;
    const [cause] = diagnosis?.causes ?? [];
    const withCommand = (argv: readonly string[]) => {
      const recoveries = [{ id: 'x', risk: 'manual' as const, title: 'Run it', argv: [argv] }];
      return JSON.stringify(
        render({ diagnosis: { ...diagnosis, causes: [{ ...cause, recoveries }] } as Diagnosis }),
      );
    };
    expect(withCommand(['echo', 'a`b', '<x>'])).toContain("echo $'a\\\\x60b' '&lt;x&gt;'");
    expect(withCommand(['echo', 'y'.repeat(1500)])).not.toContain('yyy');
    expect(withCommand(['echo', 'y'.repeat(1500)])).toContain('too long to be shown here');
  });

  it('keeps its buttons however much there is to say', () => {
    const { diagnosis } = view;
    const path = Array.from({ length: 16 }, () => ({
      hop: 'h',
      address: 'a',
      state: 'broken',
      says: '说'.repeat(900),
    }));
    const message = render({ diagnosis: { ...diagnosis, path, symptom: 's'.repeat(9000) } as Diagnosis });
    expect(checkMessage(message)).toEqual([]);
    expect(JSON.stringify(message)).toContain('"action_id":"acknowledge"');
  });
});
