import type { Context } from '@slack/bolt';

/** The name of the property that a receiver puts with each request. */
export const REQUEST_KEY = 'goodgateRequest';

/**
 * What tells one thing that a person did from every other. First what its payload says, for that stays the same when
 * Slack brings it again after a lost acknowledgement, under another signature or in another envelope: a trigger is drawn
 * for each act (https://docs.slack.dev/interactivity/handling-user-interaction). Without one, the signature or envelope.
 */
export function requestKey(inPayload: string | undefined, context: Context): string {
  if (inPayload !== undefined && inPayload !== '') return inPayload;
  const key: unknown = context[REQUEST_KEY];
  return typeof key === 'string' ? key : '';
}
