import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { sentOf } from '../../../src/adapters/slack/sent.js';

const platform = (error: string) => new WebAPIPlatformError({ ok: false, error });
const request = (code: string) =>
  new WebAPIRequestError(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }));

describe('what became of a call', () => {
  it.each([
    [
      'too often: later, as long as Slack says',
      new WebAPIRateLimitedError(7),
      { state: 'later', afterMs: 7000 },
    ],
    ['refused', platform('channel_not_found'), { state: 'refused', code: 'channel_not_found' }],
    [
      'a token that works no more: later, for the operator gives another',
      platform('token_revoked'),
      { state: 'later' },
    ],
    ['Slack in trouble: perhaps done', platform('internal_error'), { state: 'unknown' }],
    ['HTTP 500: perhaps done', new WebAPIHTTPError(500, '', {}), { state: 'unknown' }],
    ['HTTP 404: not done', new WebAPIHTTPError(404, '', {}), { state: 'later' }],
    ['nobody there: not done', request('ECONNREFUSED'), { state: 'later' }],
    ['cut in the middle: perhaps done', request('ECONNRESET'), { state: 'unknown' }],
    [
      'no answer in time: perhaps done',
      new WebAPIRequestError(new DOMException('x', 'TimeoutError')),
      { state: 'unknown' },
    ],
    ['a fault of our own', new TypeError('x'), { state: 'unknown' }],
  ])('%s', (_name, error, sent) => {
    expect(sentOf(error)).toMatchObject(sent);
  });

  it('says in the log how an answer was lost', () => {
    const cut = new TypeError('terminated', {
      cause: Object.assign(new Error('x'), { code: 'UND_ERR_SOCKET' }),
    });
    expect(sentOf(cut)).toEqual({ state: 'unknown', says: 'Slack’s answer was lost: UND_ERR_SOCKET' });
    expect(sentOf(new SyntaxError('Unexpected token <'))).toEqual({
      state: 'unknown',
      says: 'Slack’s answer is not JSON',
    });
  });

  it('never repeats what Slack was told', () => {
    const { says } = sentOf(
      new WebAPIHTTPError(500, 'xoxb-secret', { authorization: 'xoxb-secret' }, 'xoxb-secret'),
    );
    expect(says).not.toContain('xoxb');
  });
});
