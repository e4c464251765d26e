import { describe, expect, it } from 'vitest';
import { createPace } from '../../../src/adapters/slack/pace.js';

const C = 'C1';

describe('how often a channel is written to', () => {
  it('is about once a second', async () => {
    const pace = createPace();
    expect(await pace.waitMs('post', 'in-turn', C)).toBe(0);
    const waitMs = await pace.waitMs('post', 'in-turn', C);
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(1100);
    expect(await pace.waitMs('post', 'in-turn', 'C2')).toBe(0);
  });

  it('leaves room for the first sign of life, twice in a row, and no more', async () => {
    const pace = createPace();
    await pace.waitMs('edit', 'whenever', C);
    expect(await pace.waitMs('post', 'soon', C)).toBe(0);
    expect(await pace.waitMs('post', 'soon', C)).toBe(0);
    expect(await pace.waitMs('post', 'soon', C)).toBeGreaterThan(0);
  });

  it('never edits twice within a second, however urgent', async () => {
    const pace = createPace();
    expect(await pace.waitMs('edit', 'soon', C)).toBe(0);
    expect(await pace.waitMs('edit', 'soon', C)).toBeGreaterThan(0);
  });

  it('lets the verdict go before a bar that has grown a little', async () => {
    let now = 0;
    const pace = createPace(() => now);
    await pace.waitMs('post', 'in-turn', C);
    expect(await pace.waitMs('edit', 'soon', C)).toBeGreaterThan(0);
    // The second is over, and the bar asks first.
    now = 1200;
    await new Promise((resolve) => setTimeout(resolve, 1150));
    expect(await pace.waitMs('edit', 'whenever', C)).toBeGreaterThan(0);
    expect(await pace.waitMs('edit', 'soon', C)).toBe(0);
  });

  it('does not wait for ever for who does not come back', async () => {
    let now = 0;
    const pace = createPace(() => now);
    await pace.waitMs('post', 'in-turn', C);
    await pace.waitMs('edit', 'soon', C);
    now = 5000;
    await new Promise((resolve) => setTimeout(resolve, 1150));
    expect(await pace.waitMs('edit', 'whenever', C)).toBe(0);
  });

  it('is nothing at all while Slack wants a pause', async () => {
    const pace = createPace();
    await pace.pause(C, 60_000);
    expect(await pace.waitMs('post', 'soon', C)).toBeGreaterThan(10_000);
  });

  it('is at most 45 edits a minute over all channels', async () => {
    const pace = createPace();
    let passed = 0;
    for (let number = 0; number < 60; number += 1) {
      if ((await pace.waitMs('edit', 'in-turn', `C${number}`)) === 0) passed += 1;
    }
    expect(passed).toBe(45);
  });
});
