import type { Json } from './json.js';

/** What Slack brings to an app, in either mode. */
export interface Envelope {
  readonly kind: 'slash_commands' | 'interactive' | 'events_api';
  readonly body: Json;
  /** Slack brings an event again when it was not acknowledged. */
  readonly retry?: { readonly num: number; readonly reason: string };
}

export interface Delivered {
  /** refused: answered, and not with 2xx. lost: nobody there, or no answer within three seconds. */
  readonly outcome: 'acknowledged' | 'refused' | 'lost';
  /** HTTP's; 200 for an acknowledged envelope of Socket Mode, 0 where nothing came. */
  readonly status: number;
  /** What came with the acknowledgement: parsed JSON, or text. */
  readonly body: unknown;
  readonly tookMs: number;
  readonly envelope: Envelope;
}

export interface Delivery {
  deliver(envelope: Envelope): Promise<Delivered>;
}

/** https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response */
export const ACKNOWLEDGE_WITHIN_MS = 3000;
