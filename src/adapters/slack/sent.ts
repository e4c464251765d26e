import { RespondError } from '@slack/bolt';
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';
import type { Sent } from '../../ports-chat.js';

/**
 * Slack itself is in trouble, or we may not speak to it at the moment: nothing was done, and later it may be.
 * https://docs.slack.dev/reference/methods/chat.postMessage#errors
 */
const PASSES = new Map([
  ['ratelimited', 5000],
  ['rate_limited', 5000],
  ['message_limit_exceeded', 60_000],
  ['internal_error', 3000],
  ['fatal_error', 3000],
  ['service_unavailable', 3000],
  ['request_timeout', 3000],
  ['team_added_to_org', 30_000],
  // The operator gives another token, and what is due is still told.
  ['invalid_auth', 15_000],
  ['not_authed', 15_000],
  ['token_revoked', 15_000],
  ['token_expired', 15_000],
  ['account_inactive', 15_000],
]);

/** Errors after which Slack may nevertheless have done what it was asked. */
const DOUBTFUL = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']);

const AUTH_CODES: ReadonlySet<string> = new Set([
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
]);

/** What became of a call that failed. Never contains what was sent, nor the token. */
export function sentOf(error: unknown): Exclude<Sent<never>, { state: 'done' }> {
  if (error instanceof WebAPIRateLimitedError) {
    return {
      state: 'later',
      afterMs: Math.max(1, error.retryAfter) * 1000,
      says: 'Slack asks for fewer calls',
    };
  }
  if (error instanceof WebAPIPlatformError) {
    const code = error.data.error;
    if (DOUBTFUL.has(code)) return { state: 'unknown', says: code };
    const afterMs = PASSES.get(code);
    return afterMs === undefined
      ? { state: 'refused', code, says: `Slack refuses: ${code}` }
      : { state: 'later', afterMs, says: `Slack answers ${code}`, code };
  }
  if (error instanceof WebAPIHTTPError) {
    const says = `Slack answers HTTP ${error.statusCode}`;
    return error.statusCode >= 500 ? { state: 'unknown', says } : { state: 'later', afterMs: 5000, says };
  }
  if (error instanceof WebAPIRequestError) {
    // Refused or not found: nobody has heard us. Anything else may have been heard.
    const cause = error.original.cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const unheard = code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN';
    const says = `Slack cannot be reached: ${code === '' ? error.original.name : code}`;
    return unheard ? { state: 'later', afterMs: 2000, says } : { state: 'unknown', says };
  }
  if (error instanceof RespondError)
    return { state: 'later', afterMs: 5000, says: `Slack answers HTTP ${error.statusCode}` };
  if (error instanceof SyntaxError) return { state: 'unknown', says: 'Slack’s answer is not JSON' };
  // An answer that breaks off comes as the fetch gave it: https://undici.nodejs.org/#/docs/api/Errors
  return { state: 'unknown', says: `Slack’s answer was lost: ${nameOf(error)}` };
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}

/** Slack does not take the token: the operator has to give another. */
export function isAboutToken(sent: Sent<unknown>): boolean {
  return sent.state === 'later' && sent.code !== undefined && AUTH_CODES.has(sent.code);
}
