import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { numberAt, type Settings, settingAt, textAt } from './layered-json.js';

/** Where the program listens, and with which certificate. */
export interface Listen {
  readonly port?: number;
  readonly host?: string;
  readonly socket?: string;
  readonly certificate?: {
    readonly keyFile: string;
    readonly certFile: string;
    readonly minVersion?: string;
  };
}

/** Opens the listener; rejects with the error of `listen` (EADDRINUSE, EACCES, ENOENT). */
export function openListener(listen: Listen, answer: RequestListener, behaviour: Settings): Promise<Server> {
  const listener = behave(answer, behaviour);
  const server = listen.certificate ? secureServer(listen.certificate, listener) : createServer(listener);
  server.keepAliveTimeout = 65_000;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => acceptWebSocket(request, socket));
  const manner = textAt(behaviour, 'onConnection');
  if (manner !== '') server.on('connection', (socket: Duplex) => mistreat(socket, manner));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const backlog = numberAt(behaviour, 'backlog', 511);
    const opened = (): void => resolve(server);
    if (listen.socket !== undefined) server.listen({ path: listen.socket, backlog }, opened);
    else
      server.listen(
        { port: listen.port ?? 0, backlog, ...(listen.host ? { host: listen.host } : {}) },
        opened,
      );
  });
}

function secureServer(certificate: NonNullable<Listen['certificate']>, listener: RequestListener): Server {
  const key = readFileSync(certificate.keyFile);
  const cert = readFileSync(certificate.certFile);
  const minVersion = certificate.minVersion === 'TLSv1.3' ? 'TLSv1.3' : 'TLSv1.2';
  return createTlsServer({ key, cert, minVersion }, listener);
}

/** Wraps the answer with the build's traits: slow, stuck, huge header, a status of its own. */
function behave(answer: RequestListener, behaviour: Settings): RequestListener {
  return (request, response) => {
    const cookieBytes = numberAt(behaviour, 'cookieBytes', 0);
    if (cookieBytes > 0)
      response.setHeader('Set-Cookie', `session=${'x'.repeat(cookieBytes)}; Path=/; HttpOnly`);
    if (settingAt(behaviour, 'spin') === true) for (;;);
    const status = numberAt(behaviour, 'status', 0);
    const respond = (): void => {
      if (status === 0) {
        answer(request, response);
        return;
      }
      response.writeHead(status, { 'Content-Type': 'text/plain' });
      response.end(`${status} Internal failure\n`);
    };
    const delayMs = numberAt(behaviour, 'answerDelayMs', 0);
    if (delayMs > 0) setTimeout(respond, delayMs);
    else respond();
  };
}

function mistreat(socket: Duplex, manner: string): void {
  if (manner === 'close') socket.once('data', () => socket.destroy());
  if (manner === 'reset') socket.once('data', () => resetConnection(socket));
  if (manner === 'banner') socket.end('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n');
  if (manner === 'header')
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent Type text/html\r\n\r\n'));
}

function resetConnection(socket: Duplex): void {
  if ('resetAndDestroy' in socket && typeof socket.resetAndDestroy === 'function') socket.resetAndDestroy();
}

/** A ping frame without content (RFC 6455, section 5.5.2): it keeps proxies from taking the connection for idle. */
const PING = Buffer.from([0x89, 0x00]);

/** RFC 6455, section 4.2.2; frames are read and dropped, the connection stays open. */
function acceptWebSocket(request: IncomingMessage, socket: Duplex): void {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  const heartbeat = setInterval(() => socket.write(PING), 2000);
  socket.on('close', () => clearInterval(heartbeat));
  socket.resume();
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
}
