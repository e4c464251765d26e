import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { spoken } from '../../playground/demo/spoken.js';

const text = (of: string) => ({ type: 'mrkdwn', text: of });
const nameOf = (person: string) => (person === 'U0A' ? 'ada' : person);

function read(...blocks: readonly object[]): string {
  return spoken(blocks, nameOf, picocolors.createColors(false)).join('\n');
}

describe('a message of Slack in the terminal', () => {
  it('says what its reader sees, without markup', () => {
    expect(
      read(
        { type: 'header', text: { type: 'plain_text', text: '🔴 Redis is down' } },
        {
          type: 'section',
          text: text('*docs* · `a &amp; b` · <https://x.example|open>\n```\nredis-cli ping\n```'),
        },
        { type: 'context', elements: [text('asked by <@U0A> · <!date^1763672769^{date}|2026-11-20>')] },
      ),
    ).toBe('🔴 Redis is down\n\ndocs · a & b · open\n  redis-cli ping\n\nasked by @ada · 2026-11-20');
  });

  it('shows a button by what stands on it', () => {
    const button = {
      type: 'button',
      text: { type: 'plain_text', text: 'Recheck' },
      action_id: 'recheck',
      value: 'run-1',
    };
    expect(read({ type: 'actions', elements: [button, button] })).toBe('[Recheck] [Recheck]');
    expect(read({ type: 'section', text: text('x'), accessory: button })).toBe('x\n[Recheck]');
  });

  it('does not take for markup what stands in code', () => {
    expect(read({ type: 'section', text: text('`a *b* &lt;@U0A&gt;`') })).toBe('a *b* <@U0A>');
  });
});
