import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numberAt, type Settings, textAt } from './layered-json.js';

/** Waits as long as this build takes to start. */
export async function warmUp(behaviour: Settings): Promise<void> {
  const delayMs = numberAt(behaviour, 'listenDelayMs', 0);
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  const message = textAt(behaviour, 'failAtStart');
  if (message !== '') throw new TypeError(message);
}

/** Starts what this build does to itself while it runs: dies of a bug, eats memory. */
export function live(behaviour: Settings): void {
  const message = textAt(behaviour, 'failLater', "Cannot read properties of undefined (reading 'document')");
  const lifeMs = numberAt(behaviour, 'lifeMs', 0);
  if (lifeMs > 0) {
    setTimeout(() => {
      throw new TypeError(message);
    }, lifeMs);
  }
  const megabytesPerSecond = numberAt(behaviour, 'growMegabytes', 0);
  const kept: Buffer[] = [];
  if (megabytesPerSecond > 0)
    setInterval(() => kept.push(Buffer.alloc(megabytesPerSecond * 131_072, 1)), 125);
}

/** Writes a small file into the data folder and removes nothing: a document cache does the same. */
export function touchStorage(folder: string): void {
  // The data folder itself is never made here: where it is missing, a volume was not mounted.
  if (!existsSync(join(folder, 'cache'))) mkdirSync(join(folder, 'cache'));
  const file = join(folder, 'cache', `doc-${process.pid}-${Date.now()}.bin`);
  const descriptor = openSync(file, 'w');
  try {
    writeFileSync(descriptor, Buffer.alloc(256, 1));
  } finally {
    closeSync(descriptor);
  }
}
