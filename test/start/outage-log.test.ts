import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOutageLog } from '../../src/start/outage-log.js';

function stage() {
  const said: string[] = [];
  let there = false;
  const log = createOutageLog({
    isThere: async () => there,
    trouble: (says, awayMs) => said.push(`${says} ${Math.round(awayMs / 1000)}`),
    over: (awayMs) => said.push(`over ${Math.round(awayMs / 1000)}`),
  });
  return {
    said,
    log,
    /** An error every half a second. */
    fail: async (seconds: number) => {
      for (let i = 0; i < seconds * 2; i += 1) {
        log.onError(new Error('away'));
        await vi.advanceTimersByTimeAsync(500);
      }
    },
    isBack: () => {
      there = true;
    },
  };
}

describe('an outage in the log', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('of five minutes is few lines: more and more seldom, and how long it was', async () => {
    const at = stage();
    await at.fail(300);
    at.isBack();
    await vi.advanceTimersByTimeAsync(5000);
    expect(at.said).toEqual(['away 0', 'away 10', 'away 30', 'away 70', 'away 150', 'over 302']);
  });

  it('is not over while it answers and refuses', async () => {
    const at = stage();
    at.isBack();
    await at.fail(20);
    expect(at.said).toEqual(['away 0', 'away 10']);
  });

  it('that begins anew is told anew', async () => {
    const at = stage();
    at.isBack();
    await at.fail(1);
    await vi.advanceTimersByTimeAsync(5000);
    await at.fail(1);
    expect(at.said.filter((line) => line === 'away 0')).toHaveLength(2);
  });

  it('says nothing more once it is stopped', async () => {
    const at = stage();
    await at.fail(1);
    at.log.stop();
    at.isBack();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(at.said).toEqual(['away 0']);
  });
});
