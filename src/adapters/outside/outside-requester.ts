/**
 * The bot's own request, spoken on a bare socket: what is not HTTP, cut short or silent is just what a check wants to
 * see, and an HTTP client would hide it. Written down as the hosts' own programs write theirs.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ProbeOutput } from '../../domain/evidence.js';
import type { OutsideRequester } from '../../ports-outside.js';
import {
  bodyBytes,
  CONNECT_SECONDS,
  type HttpRequestParams,
  requestHead,
  requestMethod,
  timeoutSeconds,
} from '../../probes/http/request-params.js';

const KEPT_BYTES = 96 * 1024;

export const outsideRequester: OutsideRequester = {
  request: async (params, signal) => {
    const started = performance.now();
    const exchange = await talk(params, started, signal);
    return { output: outputOf(exchange), durationMs: Math.round(performance.now() - started) };
  },
};

interface Exchange {
  readonly notes: readonly string[];
  readonly connectMs: number;
  readonly totalMs: number;
  readonly remote: string;
  readonly received: Buffer;
}

async function talk(
  params: HttpRequestParams,
  started: number,
  signal: AbortSignal | undefined,
): Promise<Exchange> {
  const notes: string[] = [];
  const pieces: Buffer[] = [];
  let size = 0;
  let connectMs = 0;
  let remote = '';
  const { connect } = params;
  const tcp: Socket =
    'socket' in connect
      ? connectTcp({ path: connect.socket })
      : connectTcp({ host: connect.address, port: connect.port });
  const limitMs = timeoutSeconds(params) * 1000;
  await new Promise<void>((done) => {
    let socket: Socket = tcp;
    let phase = 'connect';
    const finish = (note?: string): void => {
      if (note !== undefined) notes.push(note);
      clearTimeout(connecting);
      clearTimeout(whole);
      signal?.removeEventListener('abort', interrupted);
      socket.destroy();
      tcp.destroy();
      done();
    };
    const connecting = setTimeout(
      () => finish('goodgate: connect: timed out'),
      Math.min(limitMs, CONNECT_SECONDS * 1000),
    );
    const whole = setTimeout(() => finish(`goodgate: ${phase}: timed out`), limitMs);
    const interrupted = (): void => finish('goodgate: interrupted');
    signal?.addEventListener('abort', interrupted, { once: true });
    const failed = (error: NodeJS.ErrnoException): void => finish(`goodgate: ${phase}: ${said(error)}`);
    const send = (): void => {
      phase = 'response';
      socket.write(`${requestHead(params).replaceAll('\n', '\r\n')}\r\n`);
      sendBody(socket, bodyBytes(params));
    };
    const listen = (): void => {
      socket.on('data', (piece: Buffer) => {
        pieces.push(piece.subarray(0, Math.max(0, KEPT_BYTES - size)));
        size += piece.length;
        if (size >= KEPT_BYTES || complete(Buffer.concat(pieces), requestMethod(params))) finish();
      });
      socket.on('end', () => finish(endNote(Buffer.concat(pieces))));
      socket.on('close', () => finish(size === 0 ? 'goodgate: (52) Empty reply from server' : undefined));
    };
    tcp.once('connect', () => {
      clearTimeout(connecting);
      connectMs = performance.now() - started;
      remote = tcp.remoteAddress ?? '';
      notes.push(
        `* Connected to ${remote || ('socket' in connect ? connect.socket : '')} port ${tcp.remotePort ?? ''}`,
      );
      if (params.scheme === 'http') {
        listen();
        send();
        return;
      }
      phase = 'tls';
      const name = params.sni ?? ('address' in connect ? connect.address : '');
      const tls = connectTls({
        socket: tcp,
        rejectUnauthorized: params.insecure !== true,
        ...(name !== '' && isIP(name) === 0 ? { servername: name } : {}),
      });
      tls.on('error', failed);
      tls.once('secureConnect', send);
      socket = tls;
      listen();
    });
    tcp.on('error', failed);
    if (signal?.aborted) interrupted();
  });
  return { notes, connectMs, totalMs: performance.now() - started, remote, received: Buffer.concat(pieces) };
}

/** As much as the socket takes at a time: a proxy that refuses a large body closes in the middle of it. */
function sendBody(socket: Socket, bytes: number): void {
  const piece = Buffer.alloc(65_536, 'x');
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      const size = Math.min(left, piece.length);
      left -= size;
      if (!socket.write(piece.subarray(0, size))) {
        socket.once('drain', more);
        return;
      }
    }
  };
  more();
}

/** The system's own words: they are what the reader of `http.request` knows, whichever program said them. */
function said(error: NodeJS.ErrnoException): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'Connection refused',
    ECONNRESET: 'Connection reset by peer',
    ETIMEDOUT: 'timed out',
    EHOSTUNREACH: 'No route to host',
    ENETUNREACH: 'Network is unreachable',
    ENOTFOUND: 'Name or service not known',
    EAI_AGAIN: 'Temporary failure in name resolution',
    EADDRNOTAVAIL: 'Cannot assign requested address',
    ENOENT: 'No such file or directory',
    EACCES: 'Permission denied',
  };
  const [first] = error instanceof AggregateError ? error.errors : [error];
  const code: unknown = first instanceof Error && 'code' in first ? first.code : error.code;
  const text =
    (typeof code === 'string' ? words[code] : undefined) ?? error.message.split('\n')[0] ?? 'failed';
  return typeof code === 'string' && !text.includes(code) ? `${text} (${code})` : text;
}

/** Nothing more is to come: by Content-Length, by the last chunk, or because a body was never due. */
function complete(received: Buffer, method: string): boolean {
  const text = received.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const head = text.slice(0, end);
  const status = Number(/^HTTP\/\d(?:\.\d)? (\d{3})/.exec(head)?.[1] ?? 0);
  if (method === 'HEAD' || status === 101 || status === 204 || status === 304) return true;
  const length = /\r\ncontent-length: *(\d{1,15})/i.exec(head)?.[1];
  if (length !== undefined) return received.length - end - 4 >= Number(length);
  return /\r\ntransfer-encoding:[^\r]*chunked/i.test(head) && text.endsWith('0\r\n\r\n');
}

function endNote(received: Buffer): string | undefined {
  if (received.length === 0) return 'goodgate: (52) Empty reply from server';
  const text = received.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (text.startsWith('HTTP/') && end < 0 && !text.includes('\n\n'))
    return 'goodgate: (52) closed within the response header';
  const length = Number(/\r\ncontent-length: *(\d{1,15})/i.exec(text.slice(0, Math.max(end, 0)))?.[1] ?? 0);
  const missing = length - (received.length - end - 4);
  return end >= 0 && missing > 0
    ? `goodgate: (18) transfer closed with ${missing} bytes remaining to read`
    : undefined;
}

/** Counted before secrets are masked: a masked cookie is shorter than the one that came. */
function headerBytes(received: Buffer): number {
  const end = received.indexOf('\r\n\r\n');
  return end < 0 ? received.length : end + 4;
}

function outputOf(exchange: Exchange): ProbeOutput {
  const seconds = (ms: number): string => (ms / 1000).toFixed(6);
  const raw = exchange.received.toString('utf8').replaceAll('\0', '').split('\n');
  const lines = [
    'via: goodgate',
    ...exchange.notes.map((note) => note.replaceAll('\n', ' ')),
    `timing: connect=${seconds(exchange.connectMs)} total=${seconds(exchange.totalMs)} remote=${exchange.remote}`,
    `header: ${headerBytes(exchange.received)}`,
    'raw:',
    ...(exchange.received.length > 0 ? raw.map((line) => `| ${line}`) : []),
  ];
  return { exitCode: 0, stdout: lines.join('\n'), stderr: '', truncated: false, timedOut: false };
}
