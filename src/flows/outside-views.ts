import type { EvidenceStore } from '../diagnosis/looked.js';
import { askedUrl } from '../diagnosis/walk/asked-url.js';
import type { WalkTarget } from '../diagnosis/walk/walk.js';
import { HEALTH_VIEW } from '../domain/check-record.js';
import type { Evidence } from '../domain/evidence.js';
import { type AskDeps, askOnce, askOutside, type OutsideView } from './ask-outside.js';

/** The bot's own requests of one check; they run beside the rounds on the hosts. */
export interface OutsideViews {
  /** The target with the URL whose way is to be followed, once nginx's configuration is known. */
  follow(store: EvidenceStore, target: WalkTarget): Promise<WalkTarget>;
  /** All of them, when each has its answer. */
  all(): Promise<Evidence[]>;
}

/** A redirect comes at once or never: a front page that takes longer than the first round and this is itself the trouble. */
const GRACE_MS = 500;

export function startOutsideViews(url: string, trace: string, deps: AskDeps): OutsideViews {
  const front = askOutside(url, trace, deps);
  let health: Promise<OutsideView> | undefined;
  // Both are awaited before the last round; until then a failure must not count as nobody's.
  front.catch(() => undefined);
  return {
    async follow(store, target) {
      const views = await within(GRACE_MS, front);
      const led = views?.at(-1);
      if (!led) return { ...target, outsideId: 'http.request:outside' };
      const followed = { ...target, url: led.url, outsideId: led.evidence.id };
      const asked = askedUrl(store, followed, led.facts, url);
      if (asked === led.url) return followed;
      health = askOnce(asked, HEALTH_VIEW, trace, deps, led.facts?.remoteAddress);
      health.catch(() => undefined);
      return { ...target, url: asked, outsideId: `http.request:${HEALTH_VIEW}` };
    },
    async all() {
      const views = await front;
      return [...views, ...(health ? [await health] : [])].map(({ evidence }) => evidence);
    },
  };
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
