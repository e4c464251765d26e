/** Works off what is due in Slack, as long as it is asked to. One publisher at a time: the lease is its caller's. */
import type { MessageBoard, Signals } from '../../ports-state.js';
import { type PublishDeps, publishRun } from './publish-run.js';

export interface PublisherDeps extends PublishDeps {
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
  /** When a run may be asked for again, by its id. */
  const notBefore = new Map<string, number>();
  try {
    while (!stopping.aborted) {
      let soonestMs = LOOK_MS;
      try {
        soonestMs = await workOff(deps, notBefore, stopping);
      } catch (error) {
        deps.onError(error);
        soonestMs = PAUSE_AFTER_ERROR_MS;
      }
      await bell.wait(Math.min(soonestMs, LOOK_MS), stopping);
    }
  } finally {
    bell.stop();
  }
}

/** One pass over what is due. Gives the milliseconds until the next one has something to do. */
export async function workOff(
  deps: PublisherDeps,
  notBefore: Map<string, number>,
  stopping?: AbortSignal,
): Promise<number> {
  const now = (): number => deps.clock.now().getTime();
  const due = await deps.board.due(AT_ONCE * 5);
  const names = new Set(due.map(({ runId }) => runId));
  for (const runId of notBefore.keys()) if (!names.has(runId)) notBefore.delete(runId);
  const ready = due.filter(({ runId }) => (notBefore.get(runId) ?? 0) <= now()).slice(0, AT_ONCE);
  await Promise.all(
    ready.map(async ({ runId, mark }) => {
      if (stopping?.aborted) return;
      try {
        const result = await publishRun(runId, deps);
        if (result.settled) {
          notBefore.delete(runId);
          await deps.board.settle(runId, mark);
        } else {
          notBefore.set(runId, now() + result.againMs);
        }
      } catch (error) {
        deps.onError(error);
        notBefore.set(runId, now() + PAUSE_AFTER_ERROR_MS);
      }
    }),
  );
  const waits = [...notBefore.values()].map((at) => Math.max(at - now(), 10));
  return Math.min(LOOK_MS, ...waits);
}

/** Rings when a run has changed; remembers that it rang while nobody waited. */
function createBell(signals: Signals) {
  let rang = false;
  let wake: (() => void) | undefined;
  const stop = signals.onRunChanged(() => {
    rang = true;
    wake?.();
  });
  return {
    stop,
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
