import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  startWebServer,
  type WebServer,
  type WebServerOptions,
} from '../../../src/adapters/web/web-server.js';

let server: WebServer | undefined;
afterEach(async () => {
  await server?.close();
});

async function start(options: Partial<WebServerOptions> = {}): Promise<string> {
  server = await startWebServer({
    listen: { host: '127.0.0.1', port: 0 },
    readiness: async () => ({ ready: true, checks: { redis: { ok: true, says: 'answers' } } }),
    ...options,
  });
  return `http://127.0.0.1:${server.address.port}`;
}

describe('the web server', () => {
  it('says that it is alive, and whether it works', async () => {
    let ready = true;
    const url = await start({
      readiness: async () => ({
        ready,
        checks: { redis: { ok: ready, says: ready ? 'answers' : 'no answer' } },
      }),
    });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    ready = false;
    const answer = await fetch(`${url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      status: 'not ready',
      checks: { redis: { ok: false, says: 'no answer' } },
    });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('hands Slack’s requests on untouched, whatever their type', async () => {
    const bodies: string[] = [];
    const url = await start({
      slack: {
        path: '/slack/events',
        listener: (request, response) => {
          let body = '';
          request.on('data', (chunk) => {
            body += String(chunk);
          });
          request.on('end', () => {
            bodies.push(body);
            response.writeHead(200).end('taken');
          });
        },
      },
    });
    for (const type of ['application/x-www-form-urlencoded', 'application/json']) {
      const answer = await fetch(`${url}/slack/events`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: '{not=json',
      });
      expect(await answer.text()).toBe('taken');
    }
    expect(bodies).toEqual(['{not=json', '{not=json']);
    expect((await fetch(`${url}/slack/events`)).status).toBe(404);
  });

  it('shows the queue to nobody without the password', async () => {
    const url = await start({
      queues: {
        path: '/queues',
        password: 'right',
        board: async (scope) => {
          scope.get('/', async () => 'the board');
        },
      },
    });
    const ask = (login?: string) =>
      fetch(`${url}/queues/`, {
        headers:
          login === undefined ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
      });
    expect((await ask()).status).toBe(401);
    expect((await ask('operator:wrong')).status).toBe(401);
    expect((await ask('root:right')).status).toBe(401);
    const right = await ask('operator:right');
    expect(await right.text()).toBe('the board');
    expect(right.headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  it('has no page for the queue where no password is set', async () => {
    expect((await fetch(`${await start()}/queues`)).status).toBe(404);
  });

  it('rejects where its address is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(start({ listen: { host: '127.0.0.1', port } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await new Promise((resolve) => other.close(resolve));
  });
});
