import { createServer } from 'node:net';
import type { Random } from './random.js';

/** Draws ports that nothing listens on, below the range from which the kernel takes ports for clients; none twice. */
export function createPortDrawer(random: Random): () => Promise<number> {
  const given = new Set<number>();
  return async () => {
    for (let attempt = 0; attempt < 500; attempt += 1) {
      const port = random.between(12_000, 31_999);
      if (given.has(port)) continue;
      given.add(port);
      if ((await canListen(port, '127.0.0.1')) && (await canListen(port, undefined))) return port;
    }
    throw new Error('No free port between 12000 and 31999 was found in 500 draws.');
  };
}

function canListen(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => server.close(() => resolve(true)));
  });
}
