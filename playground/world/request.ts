import { request as httpRequest } from 'node:http';
import type { RequestOptions, Seen } from './world-types.js';

/** One HTTP request; never rejects. */
export function requestOnce(url: string, options: RequestOptions = {}): Promise<Seen> {
  return new Promise((resolve) => {
    const target = new URL(options.path ?? '', url);
    const timeoutMs = options.timeoutMs ?? 15_000;
    const settings = { method: options.method ?? 'GET', headers: { ...options.headers }, agent: false };
    const call = httpRequest(target, settings, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8');
      });
      response.on('error', (error) => resolve({ status: 0, body: error.message }));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    call.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ status: 101, body: '' });
    });
    call.setTimeout(timeoutMs, () => call.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    call.on('error', (error) => resolve({ status: 0, body: error.message }));
    call.end(options.body ?? '');
  });
}
