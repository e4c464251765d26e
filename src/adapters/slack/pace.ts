import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/**
 * How often Slack may be asked: about one message a second in a channel, and at most 50 edits a minute in all (tier 3).
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
export interface Pace {
  /** Milliseconds to wait before asking; 0 where it may be asked now, which counts as asked. */
  waitMs(kind: 'post' | 'edit', channel: string): Promise<number>;
  /** Slack has said 429: nothing for this channel meanwhile. */
  pause(channel: string, ms: number): Promise<void>;
}

export function createPace(): Pace {
  // A little more than a second: the two clocks do not tick at once.
  const perChannel = new RateLimiterMemory({ points: 1, duration: 1.1 });
  const edits = new RateLimiterMemory({ points: 45, duration: 60 });
  return {
    waitMs: async (kind, channel) => {
      const waitChannelMs = await wait(perChannel, channel);
      if (waitChannelMs > 0 || kind === 'post') return waitChannelMs;
      return wait(edits, 'all');
    },
    pause: async (channel, ms) => {
      await perChannel.block(channel, ms / 1000);
    },
  };
}

async function wait(limiter: RateLimiterMemory, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return 0;
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return Math.max(refused.msBeforeNext, 20);
    throw refused;
  }
}
