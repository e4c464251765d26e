import type { SeenBefore } from '../ports-state.js';

/** A store that is slower than this is as good as none: who waits is told by what they want of it. */
const SEEN_PATIENCE_MS = 500;

/** Without the store, what this process remembers has to do; what such a request wants needs the store anyway. */
export function rememberingToo(seen: SeenBefore): SeenBefore {
  const until = new Map<string, number>();
  return {
    isFirst: async (key, keepMs) => {
      const now = Date.now();
      for (const [old, end] of until) {
        if (end > now) break;
        until.delete(old);
      }
      if ((until.get(key) ?? 0) > now) return false;
      until.set(key, now + keepMs);
      return within(
        SEEN_PATIENCE_MS,
        seen.isFirst(key, keepMs).catch(() => true),
        true,
      );
    },
  };
}

async function within<Value>(ms: number, answer: Promise<Value>, otherwise: Value): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<Value>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), ms);
  });
  const first = await Promise.race([answer, tooLong]);
  clearTimeout(timer);
  return first;
}
