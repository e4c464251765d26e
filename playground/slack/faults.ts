/** What can be wrong with Slack, on demand. */
export type SlackFault =
  /** HTTP 429 with Retry-After in seconds. https://docs.slack.dev/apis/web-api/rate-limits */
  | { readonly kind: 'too-many'; readonly retryAfter: number }
  | { readonly kind: 'server-error' }
  /** Nothing is answered; the connection is closed after so long. */
  | { readonly kind: 'hang'; readonly forMs: number }
  /** Half an answer, then the connection is closed. Nothing was done. */
  | { readonly kind: 'cut' }
  /** The work is done and the answer is lost. */
  | { readonly kind: 'answer-lost' }
  /** Slack's own refusal: `channel_not_found`, `not_in_channel`, `token_revoked`, `invalid_auth`, … */
  | { readonly kind: 'refuse'; readonly error: string };

export interface SlackFaults {
  /** The next `times` calls (all, if absent) of that method (every method, if absent). */
  next(fault: SlackFault, where?: { readonly method?: string; readonly times?: number }): void;
  /** Back to normal. */
  clear(): void;
}

export interface FaultBox extends SlackFaults {
  take(method: string): SlackFault | undefined;
}

export function createFaults(): FaultBox {
  let waiting: { readonly fault: SlackFault; readonly method?: string; left: number }[] = [];
  return {
    next(fault, { method, times } = {}) {
      const left = times ?? Number.POSITIVE_INFINITY;
      waiting.push({ fault, left, ...(method === undefined ? {} : { method }) });
    },
    clear() {
      waiting = [];
    },
    take(method) {
      const found = waiting.find((one) => one.method === undefined || one.method === method);
      if (found === undefined) return undefined;
      found.left -= 1;
      waiting = waiting.filter(({ left }) => left > 0);
      return found.fault;
    },
  };
}
