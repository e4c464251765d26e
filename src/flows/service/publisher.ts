/** Works off what is due in Slack, as long as it is asked to. One publisher at a time: the lease is its caller's. */
import type { MessageBoard, Signals } from '../../ports-state.js';
import { type PublishDeps, publishRun } from './publish-run.js';

export interface PublisherDeps extends Omit<PublishDeps, 'isOurs'> {
  readonly board: MessageBoard;
  readonly signals: Signals;
  /** The store is gone, or something of our own is broken. */
  readonly onError: (error: unknown) => void;
}

const LOOK_MS = 1000;
const AT_ONCE = 20;
const PAUSE_AFTER_ERROR_MS = 500;

export async function runPublisher(deps: PublisherDeps, stopping: AbortSignal): Promise<void> {
  const bell = createBell(deps.signals);
  const rounds = createRounds(deps, stopping, bell.ring);
  try {
    while (!stopping.aborted) {
      let soonestMs = LOOK_MS;
      try {
        soonestMs = await rounds.begin();
      } catch (error) {
        deps.onError(error);
        soonestMs = PAUSE_AFTER_ERROR_MS;
      }
      await bell.wait(Math.min(soonestMs, LOOK_MS), stopping);
    }
  } finally {
    bell.stop();
    // Who publishes next must not meet what this one has begun.
    await rounds.ended();
  }
}

/** Each run is worked off by itself: one message that Slack does not answer holds up no other. */
export function createRounds(deps: Omit<PublisherDeps, 'signals'>, stopping: AbortSignal, onEnd: () => void) {
  const now = (): number => deps.clock.now().getTime();
  const inHand = new Map<string, Promise<void>>();
  /** When a run may be asked for again, by its id. */
  const notBefore = new Map<string, number>();
  const own: PublishDeps = { ...deps, isOurs: () => !stopping.aborted };

  async function workOff(runId: string, mark: string): Promise<void> {
    try {
      const result = await publishRun(runId, own);
      if (result.settled) {
        notBefore.delete(runId);
        await deps.board.settle(runId, mark);
      } else {
        notBefore.set(runId, now() + result.againMs);
      }
    } catch (error) {
      deps.onError(error);
      notBefore.set(runId, now() + PAUSE_AFTER_ERROR_MS);
    } finally {
      inHand.delete(runId);
      onEnd();
    }
  }

  return {
    /** Takes up what is due. Gives the milliseconds until there may be more to do. */
    begin: async (): Promise<number> => {
      const due = await deps.board.due(AT_ONCE * 5);
      const names = new Set(due.map(({ runId }) => runId));
      for (const runId of notBefore.keys()) if (!names.has(runId)) notBefore.delete(runId);
      for (const { runId, mark } of due) {
        if (stopping.aborted || inHand.size >= AT_ONCE) break;
        if (inHand.has(runId) || (notBefore.get(runId) ?? 0) > now()) continue;
        inHand.set(runId, workOff(runId, mark));
      }
      const waits = [...notBefore.values()].map((at) => Math.max(at - now(), 10));
      return Math.min(LOOK_MS, ...waits);
    },
    /** Resolves when nothing that was taken up goes on any more. */
    ended: async (): Promise<void> => {
      await Promise.all(inHand.values());
    },
  };
}

/** Rings when a run has changed; remembers that it rang while nobody waited. */
function createBell(signals: Signals) {
  let rang = false;
  let wake: (() => void) | undefined;
  const ring = (): void => {
    rang = true;
    wake?.();
  };
  const stop = signals.onRunChanged(ring);
  return {
    stop,
    ring,
    wait: async (ms: number, stopping: AbortSignal): Promise<void> => {
      if (rang || stopping.aborted) {
        rang = false;
        return;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        stopping.addEventListener('abort', wake, { once: true });
      });
      if (wake !== undefined) stopping.removeEventListener('abort', wake);
      wake = undefined;
      rang = false;
    },
  };
}
