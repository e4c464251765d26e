import { once } from 'node:events';
import { request } from 'node:http';
import { expect, it } from 'vitest';
import { startGateway } from '../../playground/slack/gateway.js';

async function statusOf(address: string, port: string, host: string): Promise<number | undefined> {
  const asked = request({ host: address, port, headers: { host } }).end();
  const [response] = await once(asked, 'response');
  response.resume();
  return response.statusCode;
}

it('in a container it listens where it is told, and people reach it by the name 127.0.0.1 alone', async () => {
  const gateway = await startGateway(0, '127.0.0.2');
  try {
    const { port } = new URL(gateway.base);
    expect(gateway.base).toBe(`http://127.0.0.1:${port}/`);
    expect(await statusOf('127.0.0.2', port, `127.0.0.1:${port}`)).toBe(404);
    expect(await statusOf('127.0.0.2', port, `demo.example.com:${port}`)).toBe(403);
    expect(await statusOf('127.0.0.2', port, `127.0.0.2:${port}`)).toBe(403);
  } finally {
    await gateway.close();
  }
});
