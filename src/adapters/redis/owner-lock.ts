import { randomUUID } from 'node:crypto';
import { renameSync, statSync, unlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';

export interface OwnerLock {
  release(): void;
}

/**
 * One process at a time, until it ends in whatever way: it listens on a socket, and the kernel ends that with it.
 * Undefined where another one has it.
 */
export async function takeOwnerLock(socket: string): Promise<OwnerLock | undefined> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const server = await listen(socket);
    if (server !== undefined) return { release: () => server.close() };
    const inode = inodeOf(socket);
    if (await isAnswered(socket)) return undefined;
    removeDead(socket, inode);
  }
  return undefined;
}

function listen(socket: string) {
  return new Promise<ReturnType<typeof createServer> | undefined>((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(socket, () => resolve(server.unref()));
  });
}

function isAnswered(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', (error: NodeJS.ErrnoException) => {
      // Anything else, such as no right to connect, is no proof that nobody is there.
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

/** Moved first, and looked at: between the two looks another start may have put its own socket there. */
function removeDead(socket: string, inode: number | undefined): void {
  const aside = `${socket}.${randomUUID().slice(0, 8)}`;
  try {
    renameSync(socket, aside);
  } catch {
    return;
  }
  if (inodeOf(aside) === inode) unlinkSync(aside);
  else renameSync(aside, socket);
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
