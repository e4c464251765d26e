/** What the app asked of the local Slack, and what became of it. */
export interface CallRecord {
  readonly method: string;
  readonly channel: string;
  /** Of the message that was written or changed; empty where there is none. */
  readonly ts: string;
  /** Milliseconds since 1970, when the call came. */
  readonly at: number;
  /** `ok`, Slack's error code, or the fault that hit the call, e.g. `fault:hang`. */
  readonly outcome: string;
}
