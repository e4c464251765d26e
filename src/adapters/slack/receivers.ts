/** How Slack's requests reach us: over HTTP, signed, or over a WebSocket that we open. */
import type { IncomingMessage, RequestListener } from 'node:http';
import { HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import { type KeptConnection, keepConnected } from './keep-connected.js';
import { REQUEST_KEY } from './request-key.js';
import type { SlackLogger } from './slack-logger.js';

export const SLACK_PATH = '/slack/events';

/** Slack's payloads are far smaller. */
const BODY_LIMIT = 1_000_000;
/** Bolt takes a request for 5 minutes (its age is signed); older signatures cannot come again. */
const REPLAY_MS = 6 * 60_000;
const SIGNATURES_KEPT = 50_000;

export interface HttpReceiver {
  readonly receiver: Receiver;
  /** For POST on SLACK_PATH. */
  readonly listener: RequestListener;
}

/**
 * Wrong, old and missing signatures are Bolt's to refuse; it would take the same request twice, though. Only a signature
 * that Bolt has found right is remembered: nobody can fill this memory without knowing the secret.
 */
export function createHttpReceiver(options: {
  readonly signingSecret: string;
  readonly logger: SlackLogger;
}): HttpReceiver {
  const known = createSignatures();
  const receiver = new HTTPReceiver({
    signingSecret: options.signingSecret,
    endpoints: SLACK_PATH,
    logger: options.logger,
    bodyLimit: BODY_LIMIT,
    customPropertiesExtractor: (request) => {
      const signature = signatureOf(request);
      known.add(signature);
      return { [REQUEST_KEY]: signature };
    },
  });
  return {
    receiver,
    listener: (request, response) => {
      if (known.has(signatureOf(request))) {
        options.logger.warn('a request of Slack’s came a second time with the same signature: refused');
        response.writeHead(401).end();
        return;
      }
      receiver.requestListener(request, response);
    },
  };
}

export interface SocketReceiver {
  readonly receiver: Receiver;
  readonly connection: KeptConnection;
}

export function createSocketReceiver(options: {
  readonly appToken: string;
  readonly logger: SlackLogger;
  readonly clientOptions: WebClientOptions;
  readonly tell: { readonly trouble: (says: string) => void; readonly works: () => void };
}): SocketReceiver {
  const receiver = new SocketModeReceiver({
    appToken: options.appToken,
    logger: options.logger,
    autoReconnectEnabled: false,
    // The one way to give options to the client that opens the connection.
    installerOptions: { clientOptions: options.clientOptions },
    customPropertiesExtractor: (received: unknown) => ({ [REQUEST_KEY]: envelopeOf(received) }),
  });
  return { receiver, connection: keepConnected(receiver.client, options.tell) };
}

/** Only the hash: Bolt passes over what stands behind it, so that one request could come under many signatures. */
function signatureOf(request: Pick<IncomingMessage, 'headers'>): string {
  const signature = request.headers['x-slack-signature'];
  return typeof signature === 'string' ? (signature.split('=')[1] ?? '') : '';
}

function envelopeOf(received: unknown): string {
  if (typeof received !== 'object' || received === null || !('envelope_id' in received)) return '';
  return typeof received.envelope_id === 'string' ? received.envelope_id : '';
}

function createSignatures() {
  const until = new Map<string, number>();
  return {
    has: (signature: string): boolean => (until.get(signature) ?? 0) > Date.now(),
    add: (signature: string): void => {
      const now = Date.now();
      // Oldest first, as a Map keeps its entries.
      for (const [old, end] of until) {
        if (end > now && until.size < SIGNATURES_KEPT) break;
        until.delete(old);
      }
      until.set(signature, now + REPLAY_MS);
    },
  };
}
