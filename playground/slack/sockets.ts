import { setTimeout as delay } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { ACKNOWLEDGE_WITHIN_MS, type Delivered, type Delivery, type Envelope } from './delivery.js';
import type { Gateway } from './gateway.js';
import { type Json, jsonObject, parsedJson, textIn } from './json.js';
import { app, letters } from './workspace.js';

/** Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode */
export interface Sockets extends Delivery {
  /** Open connections of the app. */
  count(): number;
  /** How many there were since the start. */
  opened(): number;
  /** Cuts every connection without a word. */
  drop(): void;
  /** Slack's notice that a connection ends; after `refresh_requested` the app opens another. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void;
  /** `refusing`: a new connection is not taken. `silent`: taken, with no hello and no ping. */
  setState(state: 'open' | 'refusing' | 'silent'): void;
  /** What `apps.connections.open` answers. */
  readonly open: () => Json;
  close(): Promise<void>;
}

const PING_EVERY_MS = 5000;

export function createSockets(gateway: Gateway): Sockets {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const waiting = new Map<string, (payload: unknown) => void>();
  let state: 'open' | 'refusing' | 'silent' = 'open';
  let opened = 0;

  gateway.server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', gateway.base);
    const ticket = url.searchParams.get('ticket') ?? '';
    // A ticket opens one connection, and only a program of this machine has one.
    if (url.pathname !== '/link' || state === 'refusing' || !tickets.delete(ticket)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    server.handleUpgrade(request, socket, head, (connection) => welcome(connection));
  });

  function welcome(connection: WebSocket): void {
    opened += 1;
    connection.on('message', (data) => {
      const said = jsonObject(parsedJson(String(data)));
      const id = textIn(said, 'envelope_id');
      waiting.get(id)?.(said?.['payload']);
    });
    connection.on('error', () => connection.terminate());
    if (state === 'silent') return;
    const hello = {
      type: 'hello',
      num_connections: server.clients.size,
      debug_info: { host: 'local-slack', build_number: 1, approximate_connection_time: 18_060 },
      connection_info: { app_id: app.appId },
    };
    connection.send(JSON.stringify(hello));
    const timer = setInterval(() => connection.ping(`Ping from local-slack ${Date.now()}`), PING_EVERY_MS);
    connection.on('close', () => clearInterval(timer));
  }

  async function deliver(envelope: Envelope): Promise<Delivered> {
    const begun = performance.now();
    const connection = [...server.clients].filter((one) => one.readyState === one.OPEN).at(-1);
    const lost = { outcome: 'lost', status: 0, body: '', envelope } as const;
    if (connection === undefined) return { ...lost, tookMs: 0 };
    const id = `${letters(8)}-${letters(4)}-${letters(4)}-${letters(12)}`;
    const giveUp = new AbortController();
    const acknowledged = new Promise<Delivered>((resolve) => {
      waiting.set(id, (payload) =>
        resolve({
          outcome: 'acknowledged',
          status: 200,
          body: withoutEmpty(payload),
          tookMs: performance.now() - begun,
          envelope,
        }),
      );
    });
    connection.send(JSON.stringify(enveloped(id, envelope)));
    const late = delay(ACKNOWLEDGE_WITHIN_MS, undefined, { signal: giveUp.signal }).then(
      () => ({ ...lost, tookMs: performance.now() - begun }),
      () => ({ ...lost, tookMs: performance.now() - begun }),
    );
    const delivered = await Promise.race([acknowledged, late]);
    giveUp.abort();
    waiting.delete(id);
    return delivered;
  }

  return {
    deliver,
    count: () => server.clients.size,
    opened: () => opened,
    drop() {
      for (const connection of server.clients) connection.terminate();
    },
    disconnect(reason) {
      const notice = { type: 'disconnect', reason, debug_info: { host: 'local-slack' } };
      for (const connection of server.clients) connection.send(JSON.stringify(notice));
    },
    setState(to) {
      state = to;
    },
    open() {
      const ticket = letters(32);
      tickets.add(ticket);
      return {
        ok: true,
        url: `${gateway.base.replace('http:', 'ws:')}link?ticket=${ticket}&app_id=${app.appId}`,
      };
    },
    async close() {
      for (const connection of server.clients) connection.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function enveloped(id: string, { kind, body, retry }: Envelope): Json {
  const again = retry === undefined ? {} : { retry_attempt: retry.num, retry_reason: retry.reason };
  return {
    envelope_id: id,
    type: kind,
    payload: body,
    accepts_response_payload: kind !== 'events_api',
    ...again,
  };
}

/** An acknowledgement without content is an empty object here, and an empty body in HTTP. */
function withoutEmpty(payload: unknown): unknown {
  const object = jsonObject(payload);
  return object !== undefined && Object.keys(object).length === 0 ? '' : (payload ?? '');
}
