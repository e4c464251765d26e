/** One outage is a few lines in the log, however long it is and however many notice it: its begin, seldom more, its end. */

export interface OutageLog {
  readonly onError: (error: Error) => void;
  stop(): void;
}

export interface OutageOptions {
  readonly isThere: () => Promise<boolean>;
  readonly trouble: (says: string, awayMs: number) => void;
  readonly over: (awayMs: number) => void;
}

const FIRST_AGAIN_MS = 10_000;
const LONGEST_AGAIN_MS = 300_000;
const LOOK_MS = 1000;

interface Outage {
  readonly since: number;
  lastError: number;
  sayAt: number;
  againMs: number;
}

export function createOutageLog(options: OutageOptions): OutageLog {
  let outage: Outage | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    const isThere = await options.isThere();
    if (outage === undefined) return;
    const now = performance.now();
    // It may answer and still refuse what it is asked: then it is not over.
    if (isThere && now - outage.lastError > 2 * LOOK_MS) {
      options.over(Math.round(now - outage.since));
      outage = undefined;
      return;
    }
    lookLater();
  }

  function lookLater(): void {
    timer = setTimeout(() => void look(), LOOK_MS);
    timer.unref();
  }

  return {
    onError: (error) => {
      const now = performance.now();
      if (outage === undefined) {
        outage = { since: now, lastError: now, sayAt: now, againMs: FIRST_AGAIN_MS };
        lookLater();
      }
      outage.lastError = now;
      if (now < outage.sayAt) return;
      options.trouble(error.message, Math.round(now - outage.since));
      outage.sayAt = now + outage.againMs;
      outage.againMs = Math.min(outage.againMs * 2, LONGEST_AGAIN_MS);
    },
    stop: () => {
      outage = undefined;
      clearTimeout(timer);
    },
  };
}
