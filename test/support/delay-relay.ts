import { connect, createServer, type Socket } from 'node:net';

export interface DelayRelay {
  readonly port: number;
  /** Bytes that came from the far side so far. */
  received(): number;
  /** Breaks every connection at once, as a cut cable followed by a reset would. */
  cut(): void;
  /** From now on nothing passes, and nothing is closed. */
  freeze(): void;
  close(): Promise<void>;
}

/**
 * A TCP relay on a loopback port that holds every byte back for half of `roundTripMs` in each direction, so that a
 * question and its answer take that much longer. Chunks keep their order. TCP's own handshake is not delayed.
 */
export async function startDelayRelay(
  target: { readonly port: number; readonly host?: string },
  roundTripMs = 0,
): Promise<DelayRelay> {
  const sockets = new Set<Socket>();
  let received = 0;
  let frozen = false;

  function pass(from: Socket, to: Socket, count: (bytes: number) => void): void {
    from.on('data', (chunk: Buffer) => {
      count(chunk.length);
      setTimeout(() => {
        if (!frozen && to.writable) to.write(chunk);
      }, roundTripMs / 2);
    });
    from.on('end', () =>
      setTimeout(() => {
        if (!frozen) to.end();
      }, roundTripMs / 2),
    );
    from.on('error', () => to.destroy());
    from.on('close', () => sockets.delete(from));
  }

  const server = createServer((near) => {
    const far = connect({ port: target.port, host: target.host ?? '127.0.0.1', noDelay: true });
    near.setNoDelay(true);
    sockets.add(near).add(far);
    pass(near, far, () => {});
    pass(far, near, (bytes) => {
      received += bytes;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    received: () => received,
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    freeze: () => {
      frozen = true;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
