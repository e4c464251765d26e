import { describe, expect, it } from 'vitest';
import { checkMessage } from '../../../playground/slack-limits/check-payload.js';
import { readable } from '../../../playground/slack-limits/readable.js';
import type { Incident } from '../../../src/domain/incident.js';
import type { Run } from '../../../src/domain/run.js';
import { renderAnswer } from '../../../src/render/slack/answer.js';
import { slackWords } from '../../../src/render/slack/words.js';
import { COMMANDS, USAGE } from '../../../src/words/commands.js';
import { answers, overview } from './answers.js';

describe.each(['en', 'zh'] as const)('an answer in %s', (lang) => {
  describe.each(Object.entries(answers(lang)))('%s', (name, answer) => {
    const message = renderAnswer(answer, slackWords[lang], { command: '/502' });

    it('is taken by Slack', () => {
      expect(checkMessage(message)).toEqual([]);
    });

    it('reads well', async () => {
      await expect(readable(message)).toMatchFileSnapshot(`golden/answer.${name}.${lang}.txt`);
    });
  });

  it('tells of every command, written as it is parsed, under the name of the slash command that is configured', () => {
    const message = renderAnswer({ kind: 'help' }, slackWords[lang], { command: '/gate' });
    const text = JSON.stringify(message);
    for (const name of COMMANDS) expect(text).toContain(`\`/gate ${name} ${USAGE[name]}`.trim());
    expect(text).not.toContain('/502');
  });
});

describe('the latest checks', () => {
  it('are all shown that were read, and none is counted that was not', () => {
    const [run] = overview('en').waiting;
    const runs = Array.from({ length: 15 }, (_, index) => ({ ...run, id: `run-${index + 200}` }) as Run);
    const text = readable(renderAnswer({ kind: 'runs', runs }, slackWords.en, { command: '/502' }));
    expect(text.match(/run-2\d\d/gu)).toHaveLength(15);
    expect(text).not.toContain('more');
  });
});

describe('a suggestion', () => {
  it('runs what was meant, and is left out where its command would have to be cut', () => {
    const long = `check ${'x'.repeat(600)}`;
    const { blocks } = renderAnswer(
      {
        kind: 'not-understood',
        word: 'chek',
        expected: 'command',
        near: [
          { label: 'check docs', command: 'check docs' },
          { label: long, command: long },
        ],
        known: [],
      },
      slackWords.en,
      { command: '/502' },
    );
    expect(blocks.at(-1)).toMatchObject({
      type: 'actions',
      elements: [{ action_id: 'run-command', value: 'check docs' }],
    });
  });
});

describe('the question which incident is meant', () => {
  const ask = (command: string, incidents = overview('en').incidents) =>
    readable(
      renderAnswer({ kind: 'which-incident', incidents, command }, slackWords.en, { command: '/502' }),
    );

  it('keeps a note as it was typed', () => {
    expect(ask('note two  spaces, $1 and $&')).toContain('(run-command note inc-17 two  spaces, $1 and $&)');
  });

  it('tells how to type it where a note does not fit into a button', () => {
    expect(ask(`note ${'x'.repeat(900)}`)).toContain('`/502 note inc-17 …`');
  });

  it('counts the incidents that it does not name', () => {
    const [one] = overview('en').incidents;
    const many = Array.from({ length: 14 }, (_, index) => ({ ...(one as Incident), id: `inc-${index}` }));
    expect(ask('ack', many)).toContain('… and 4 more');
  });
});
