import type { Actor } from '../../domain/actor.js';
import type { TimelineKind } from '../../domain/timeline.js';
import type { Clock } from '../../ports.js';
import type { MessageBoard, Signals, Timeline } from '../../ports-state.js';

export interface AnnounceDeps {
  readonly board: MessageBoard;
  readonly signals: Signals;
}

/** A run's messages are to be brought up to date: written down first, then told, for what is told may be lost. */
export async function announce(runId: string, deps: AnnounceDeps): Promise<void> {
  await deps.board.touch(runId);
  await deps.signals.runChanged(runId);
}

export interface NoteDeps {
  readonly timeline: Timeline;
  readonly clock: Clock;
}

export async function tellTimeline(
  subject: string,
  kind: TimelineKind,
  actor: Actor,
  details: Readonly<Record<string, string>>,
  deps: NoteDeps,
): Promise<void> {
  await deps.timeline.append(subject, { at: deps.clock.now().toISOString(), actor, kind, details });
}
