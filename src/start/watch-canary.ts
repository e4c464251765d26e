import type { Canary } from '../adapters/bullmq/canary.js';

const EVERY_MS = 5000;
const WITHIN_MS = 4000;

/** Sends a job through the queue every few seconds: whether workers really take jobs is known before anybody asks. */
export function watchCanary(canary: Canary) {
  let heardAt: number | undefined;
  let silentBeforeMs: number | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const sing = async (): Promise<void> => {
    try {
      if (await canary.send(WITHIN_MS)) heardAt = performance.now();
      else silentBeforeMs ??= await canary.silentMs();
    } catch {
      // Redis is away: the silence grows, and says it.
    }
    if (!stopped) timer = setTimeout(() => void sing(), EVERY_MS);
  };
  const startedAt = performance.now();
  void sing();
  return {
    /** Milliseconds since a worker took a job; undefined where none ever did. */
    silentMs: (): number | undefined => {
      if (heardAt !== undefined) return performance.now() - heardAt;
      return silentBeforeMs === undefined ? undefined : silentBeforeMs + performance.now() - startedAt;
    },
    stop: async (): Promise<void> => {
      stopped = true;
      clearTimeout(timer);
      await canary.close();
    },
  };
}
