import type { Context } from '@slack/bolt';

/** The name of the property that a receiver puts with each request. */
export const REQUEST_KEY = 'goodgateRequest';

/** What tells one request of Slack's from every other: its signature or envelope; else what its payload offers. */
export function requestKey(context: Context, otherwise: string): string {
  const key: unknown = context[REQUEST_KEY];
  return typeof key === 'string' && key !== '' ? key : otherwise;
}
