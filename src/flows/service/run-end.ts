/** What may end a run before its verdict: a person, the clock, or the worker that stops. */
import type { InterruptReason } from '../../domain/run.js';
import type { RunStore, Signals, StopReason } from '../../ports-state.js';

export type EndReason =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'interrupted'; readonly reason: InterruptReason; readonly says: string }
  /** Another worker has the run, or will have it soon: nothing of it may be written any more. */
  | { readonly kind: 'lost' };

export interface WatchDeps {
  readonly runs: RunStore;
  readonly signals: Signals;
  readonly timeLimitMs: number;
}

const LOOK_AGAIN_MS = 2000;
const LOST: StopReason = 'lost';
const STOPPED: EndReason = {
  kind: 'interrupted',
  reason: 'stopped',
  says: 'goodgate was stopped while the run was going on',
};

/** The reason travels as the signal's reason, so that who aborts and who asks why cannot disagree. */
class RunEnd extends Error {
  override readonly name = 'RunEnd';
  readonly why: EndReason;

  constructor(why: EndReason) {
    super(why.kind === 'interrupted' ? why.says : `the run was ${why.kind}`);
    this.why = why;
  }
}

export function endOf(signal: AbortSignal): EndReason | undefined {
  return signal.aborted && signal.reason instanceof RunEnd ? signal.reason.why : undefined;
}

/** `stop` must be called when the run has ended. */
export function watchForEnd(
  runId: string,
  stopping: AbortSignal,
  deps: WatchDeps,
): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const end = (why: EndReason): void => controller.abort(new RunEnd(why));
  const onStopping = (): void => {
    const reason: unknown = stopping.reason;
    end(reason === LOST ? { kind: 'lost' } : STOPPED);
  };
  const seconds = Math.round(deps.timeLimitMs / 1000);
  const limit = setTimeout(
    () => end({ kind: 'interrupted', reason: 'time-limit', says: `the run took longer than ${seconds} s` }),
    deps.timeLimitMs,
  );
  const forget = deps.signals.onCancelWanted((id) => {
    if (id === runId) end({ kind: 'cancelled' });
  });
  // A signal may be lost; what is written down is not.
  const looking = setInterval(() => {
    deps.runs.get(runId).then(
      (run) => {
        if (run?.cancelRequestedBy !== undefined) end({ kind: 'cancelled' });
      },
      () => undefined,
    );
  }, LOOK_AGAIN_MS);
  if (stopping.aborted) onStopping();
  stopping.addEventListener('abort', onStopping, { once: true });
  return {
    signal: controller.signal,
    stop: () => {
      clearTimeout(limit);
      clearInterval(looking);
      forget();
      stopping.removeEventListener('abort', onStopping);
    },
  };
}
