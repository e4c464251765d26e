/** Slack's limit for messages, "1 per second per channel" with "short bursts". https://docs.slack.dev/apis/web-api/rate-limits */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

export const SLACK_RATE: RateLimit = { perSecond: 1, burst: 4 };

const LIMITED = new Set(['chat.postMessage', 'chat.update', 'chat.postEphemeral']);

/** Seconds to wait, or 0 where the call may pass. */
export function createRateLimiter(limit: RateLimit | 'none'): (method: string, channel: string) => number {
  const buckets = new Map<string, { left: number; at: number }>();
  return (method, channel) => {
    if (limit === 'none' || !LIMITED.has(method)) return 0;
    const key = `${method} ${channel}`;
    const now = Date.now();
    const bucket = buckets.get(key) ?? { left: limit.burst, at: now };
    const left = Math.min(limit.burst, bucket.left + ((now - bucket.at) / 1000) * limit.perSecond);
    if (left < 1) return Math.max(1, Math.ceil((1 - left) / limit.perSecond));
    buckets.set(key, { left: left - 1, at: now });
    return 0;
  };
}
