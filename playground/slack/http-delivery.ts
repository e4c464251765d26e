import { createHmac } from 'node:crypto';
import { ACKNOWLEDGE_WITHIN_MS, type Delivered, type Delivery, type Envelope } from './delivery.js';
import { type Json, parsedJson } from './json.js';

/** A request as Slack sent it; to be sent again as it is, or altered, aged, unsigned. */
export interface SignedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpDelivery extends Delivery {
  /** Every request so far, oldest first. */
  readonly requests: readonly SignedRequest[];
  /** Where the app listens. */
  setRequestUrl(url: string): void;
  signed(body: string, contentType: string, at?: Date): SignedRequest;
  /** Byte for byte. */
  send(request: SignedRequest): Promise<Pick<Delivered, 'outcome' | 'status' | 'body' | 'tookMs'>>;
}

export function createHttpDelivery(signingSecret: string): HttpDelivery {
  const requests: SignedRequest[] = [];
  let url = '';

  /** https://docs.slack.dev/authentication/verifying-requests-from-slack */
  function signed(body: string, contentType: string, at = new Date()): SignedRequest {
    const timestamp = String(Math.floor(at.getTime() / 1000));
    const mac = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
    const headers = {
      'content-type': contentType,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${mac}`,
    };
    return { url, headers, body };
  }

  async function send(request: SignedRequest) {
    const begun = performance.now();
    const took = () => performance.now() - begun;
    if (request.url === '') return { outcome: 'lost', status: 0, body: '', tookMs: 0 } as const;
    try {
      const answer = await fetch(request.url, {
        method: 'POST',
        headers: request.headers,
        body: request.body,
        redirect: 'manual',
        signal: AbortSignal.timeout(ACKNOWLEDGE_WITHIN_MS),
      });
      const text = await answer.text();
      const outcome = answer.ok ? ('acknowledged' as const) : ('refused' as const);
      return { outcome, status: answer.status, body: parsedJson(text) ?? text, tookMs: took() };
    } catch {
      return { outcome: 'lost', status: 0, body: '', tookMs: took() } as const;
    }
  }

  return {
    requests,
    setRequestUrl(to) {
      url = to;
    },
    signed,
    send,
    async deliver(envelope) {
      const { body, contentType } = written(envelope);
      // Slack repeats an event after seconds; within the same second it would be the same signature.
      const plain = signed(body, contentType, new Date(Date.now() + 1000 * (envelope.retry?.num ?? 0)));
      const request = { ...plain, headers: { ...plain.headers, ...retryHeaders(envelope) } };
      requests.push(request);
      return { ...(await send(request)), envelope };
    },
  };
}

function written({ kind, body }: Envelope): { body: string; contentType: string } {
  const form = 'application/x-www-form-urlencoded';
  switch (kind) {
    case 'events_api':
      return { body: JSON.stringify(body), contentType: 'application/json' };
    case 'interactive':
      return { body: new URLSearchParams({ payload: JSON.stringify(body) }).toString(), contentType: form };
    case 'slash_commands':
      return { body: new URLSearchParams(texts(body)).toString(), contentType: form };
  }
}

function texts(body: Json): Record<string, string> {
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, String(value)]));
}

/** https://docs.slack.dev/apis/events-api/#retries */
function retryHeaders({ retry }: Envelope): Record<string, string> {
  if (retry === undefined) return {};
  return { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason };
}
