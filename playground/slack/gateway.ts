import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { jsonObject, parsedJson, textIn } from './json.js';
import type { Answer } from './web-api.js';

/** A server of this machine only; it begins to listen before its routes are known. */
export interface Gateway {
  /** `http://127.0.0.1:PORT/` */
  readonly base: string;
  readonly server: Server;
  /** Routes by the first word of a path: `api`, `upload`, `response`, … */
  route(word: string, handle: Handle): void;
  close(): Promise<void>;
}

export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type Handle = (asked: Asked, response: ServerResponse) => Promise<void>;

const MOST_BYTES = 20_000_000;

/** `listen` is another address than the loopback's in a container alone: from outside it is this machine's 127.0.0.1 again. */
export async function startGateway(port = 0, listen = '127.0.0.1'): Promise<Gateway> {
  const routes = new Map<string, Handle>();
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(port, listen);
  await once(server, 'listening');
  const address = server.address();
  const base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A name that was bent to this machine's address must not get in: the page can break things.
    if (request.headers.host !== new URL(base).host) return end(response, 403, 'Only 127.0.0.1.');
    const url = new URL(request.url ?? '/', base);
    const handle = routes.get(url.pathname.split('/')[1] ?? '');
    if (handle === undefined) return end(response, 404, 'Nothing is here.');
    const body = await bodyOf(request);
    if (body === undefined) return end(response, 413, 'Too large.');
    await handle({ method: request.method ?? 'GET', url, headers: request.headers, body }, response);
  }

  return {
    base,
    server,
    route: (word, handle) => void routes.set(word, handle),
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export function end(response: ServerResponse, status: number, says: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(says);
}

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  switch (answer.kind) {
    case 'json': {
      const wait = answer.retryAfter === undefined ? {} : { 'retry-after': String(answer.retryAfter) };
      response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', ...wait });
      response.end(JSON.stringify(answer.body));
      return;
    }
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '200' });
      response.write('{"ok":tr', () => response.destroy());
      return;
    case 'lose':
      setTimeout(() => response.destroy(), answer.afterMs).unref();
      return;
  }
}

/** A form's or a JSON's fields; those of the address too, for GET. */
export function fieldsOf(asked: Asked): Readonly<Record<string, unknown>> {
  const inAddress = Object.fromEntries(asked.url.searchParams);
  const text = asked.body.toString('utf8');
  if ((asked.headers['content-type'] ?? '').includes('application/json')) {
    return { ...inAddress, ...jsonObject(parsedJson(text)) };
  }
  return { ...inAddress, ...Object.fromEntries(new URLSearchParams(text)) };
}

export function tokenOf(asked: Asked): string {
  const bearer = /^Bearer (.+)$/u.exec(asked.headers.authorization ?? '')?.[1];
  return bearer ?? textIn(fieldsOf(asked), 'token');
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    const bytes = Buffer.from(piece);
    size += bytes.length;
    if (size > MOST_BYTES) return undefined;
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}
