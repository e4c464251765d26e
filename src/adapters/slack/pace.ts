import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Urgency } from '../../ports-chat.js';

/**
 * How often Slack may be asked: about one message a second in a channel, and at most 50 edits a minute in all (tier 3).
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
export interface Pace {
  /** Milliseconds to wait before asking; 0 where it may be asked now, which counts as asked. */
  waitMs(kind: 'post' | 'edit', urgency: Urgency, channel: string): Promise<number>;
  /** Slack has said 429: nothing for this channel meanwhile. */
  pause(channel: string, ms: number): Promise<void>;
}

const RANK: Readonly<Record<Urgency, number>> = { soon: 0, 'in-turn': 1, whenever: 2 };
/** Who was told to wait asks again within its wait; later it is no longer there. */
const ASKS_AGAIN_MS = 1500;

export function createPace(now: () => number = () => performance.now()): Pace {
  // A little more than a second: the two clocks do not tick at once.
  const perChannel = new RateLimiterMemory({ points: 1, duration: 1.1 });
  // "Short bursts" pass: for the answer that somebody waits for.
  const bursts = new RateLimiterMemory({ points: 2, duration: 10 });
  const edits = new RateLimiterMemory({ points: 45, duration: 60 });
  const pausedUntil = new Map<string, number>();
  /** By channel, until when somebody of that rank is expected to ask again. */
  const waiting = new Map<string, number[]>();

  function isBehind(urgency: Urgency, channel: string): boolean {
    const expected = waiting.get(channel) ?? [];
    return expected.slice(0, RANK[urgency]).some((until) => until > now());
  }
  function expectAgain(urgency: Urgency, channel: string): void {
    const expected = waiting.get(channel) ?? [0, 0, 0];
    expected[RANK[urgency]] = now() + ASKS_AGAIN_MS;
    waiting.set(channel, expected);
  }
  function isServed(urgency: Urgency, channel: string): void {
    const expected = waiting.get(channel);
    // Others of the same rank may still wait: they say so when they ask.
    if (expected !== undefined) expected[RANK[urgency]] = 0;
  }

  return {
    waitMs: async (kind, urgency, channel) => {
      // What is urgent must not wait for a bar that has grown a little.
      if (isBehind(urgency, channel)) return 1000;
      const waitChannelMs = await consume(perChannel, channel);
      if (waitChannelMs > 0) {
        const mayBurst = kind === 'post' && urgency === 'soon' && (pausedUntil.get(channel) ?? 0) <= now();
        if (mayBurst && (await consume(bursts, channel)) === 0) return 0;
        expectAgain(urgency, channel);
        return waitChannelMs;
      }
      isServed(urgency, channel);
      return kind === 'post' ? 0 : consume(edits, 'all');
    },
    pause: async (channel, ms) => {
      pausedUntil.set(channel, now() + ms);
      await perChannel.block(channel, ms / 1000);
    },
  };
}

/** 0 where the limiter lets it pass; else the milliseconds until it may. */
async function consume(limiter: RateLimiterMemory, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return 0;
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return Math.max(refused.msBeforeNext, 20);
    throw refused;
  }
}
