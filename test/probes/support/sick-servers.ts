import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';

export interface SickServer {
  readonly port: number;
  close(): Promise<void>;
}

/** A TCP server on a free loopback port that does with each connection what it is told. */
export function tcpServer(
  onConnection: (socket: net.Socket) => void,
  listen: net.ListenOptions = {},
): Promise<SickServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  return started(server, listen, () => {
    for (const socket of sockets) socket.destroy();
  });
}

export function httpServer(onRequest: http.RequestListener): Promise<SickServer> {
  const server = http.createServer({ maxHeaderSize: 1 << 20 }, onRequest);
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
  });
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  return started(server, {}, () => {
    for (const socket of sockets) socket.destroy();
  });
}

/** A TLS server that answers 200, with the certificate of `selfSigned`. */
export function tlsServer(
  files: { key: string; cert: string },
  options: tls.TlsOptions = {},
): Promise<SickServer> {
  const sockets = new Set<net.Socket>();
  const server = tls.createServer({ key: files.key, cert: files.cert, ...options }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
  });
  server.on('tlsClientError', () => {});
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return started(server, {}, () => {
    for (const socket of sockets) socket.destroy();
  });
}

export function selfSigned(days = '2'): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'goodgate-cert-'));
  const key = join(folder, 'key.pem');
  const cert = join(folder, 'cert.pem');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      days,
      '-subj',
      '/CN=docs.example.test',
      '-addext',
      'subjectAltName=DNS:docs.example.test',
    ],
    { stdio: 'ignore' },
  );
  const files = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return files;
}

function started(server: net.Server, listen: net.ListenOptions, end: () => void): Promise<SickServer> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(listen.path === undefined ? { port: 0, host: '127.0.0.1', ...listen } : listen, () => {
      const address = server.address();
      resolve({
        port: address !== null && typeof address === 'object' ? (address as AddressInfo).port : 0,
        close: () =>
          new Promise((done) => {
            end();
            server.close(() => done());
          }),
      });
    });
  });
}

/** A loopback port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await tcpServer(() => {});
  await server.close();
  return server.port;
}
