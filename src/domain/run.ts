/** One playbook on one target, from the wish to the verdict. Times are ISO 8601, UTC. Transitions are pure. */
import type { Actor } from './actor.js';
import type { Certainty, Verdict } from './diagnosis.js';

export type RunState = 'queued' | 'running' | 'finished' | 'interrupted' | 'cancelled';

/** Why a run ended without a verdict. */
export type InterruptReason = 'time-limit' | 'worker-lost' | 'stopped' | 'failed' | 'configuration';

/** Where in Slack people talk about a run. */
export interface Conversation {
  readonly channel: string;
  /** The thread that it was asked in; absent for the channel itself. */
  readonly threadTs?: string;
}

/** What is known of one host while a run goes on. */
export interface HostProgress {
  readonly host: string;
  readonly state: 'connecting' | 'looking' | 'unreachable';
  /** Looks that have answered, and all that were asked so far. */
  readonly done: number;
  readonly asked: number;
}

export interface RunProgress {
  readonly step: 'connecting' | 'looking' | 'judging';
  readonly hosts: readonly HostProgress[];
}

/** A verdict in few words: enough for a list. */
export interface RunResult {
  readonly verdict: Verdict;
  readonly httpStatus: number | null;
  /** The root cause, where one is named. */
  readonly cause?: { readonly id: string; readonly certainty: Certainty; readonly host: string };
  readonly probes: number;
}

export interface Run {
  /** `run-142`. */
  readonly id: string;
  readonly target: string;
  /** The playbook that was asked for; found by what is on the hosts where absent. */
  readonly playbook?: string;
  readonly priority: 'person' | 'alert';
  readonly requestedBy: Actor;
  /** Who asked for the same while it was not over, in order, without doubles. */
  readonly joinedBy: readonly Actor[];
  readonly conversation: Conversation;
  readonly createdAt: string;
  readonly state: RunState;
  /** While queued: the hosts on which others run already as much as is allowed. */
  readonly waitingFor?: readonly string[];
  /** How often a worker has begun it; more than 1 where one was lost. */
  readonly attempts: number;
  readonly worker?: string;
  readonly startedAt?: string;
  readonly progress?: RunProgress;
  readonly cancelRequestedBy?: Actor;
  readonly endedAt?: string;
  readonly durationMs?: number;
  readonly result?: RunResult;
  readonly interrupted?: { readonly reason: InterruptReason; readonly says: string };
  /** The incident that it belongs to, `inc-17`. */
  readonly incident?: string;
  /** Counts the changes; a change that rests on an older one is refused. */
  readonly revision: number;
}

export type RunDraft = Pick<Run, 'target' | 'priority' | 'requestedBy' | 'conversation' | 'incident'> & {
  readonly playbook?: string;
};

export function newRun(id: string, draft: RunDraft, at: Date): Run {
  return {
    ...draft,
    id,
    joinedBy: [],
    createdAt: at.toISOString(),
    state: 'queued',
    attempts: 0,
    revision: 0,
  };
}

export function isOver(run: Run): boolean {
  return run.state === 'finished' || run.state === 'interrupted' || run.state === 'cancelled';
}

/** Each transition gives the run unchanged (the same object) where it does not apply. */
export function joinRun(run: Run, actor: Actor): Run {
  if (isOver(run) || isSame(run.requestedBy, actor) || run.joinedBy.some((one) => isSame(one, actor)))
    return run;
  return { ...run, joinedBy: [...run.joinedBy, actor] };
}

export function waitForHosts(run: Run, hosts: readonly string[]): Run {
  if (run.state !== 'queued' || sameList(run.waitingFor ?? [], hosts)) return run;
  const { waitingFor: _before, ...rest } = run;
  return hosts.length === 0 ? rest : { ...rest, waitingFor: hosts };
}

/** A worker begins: anew where another was lost in the middle. */
export function startRun(run: Run, worker: string, at: Date): Run {
  if (isOver(run)) return run;
  const { waitingFor: _waiting, progress: _progress, ...rest } = run;
  return {
    ...rest,
    state: 'running',
    worker,
    attempts: run.attempts + 1,
    startedAt: at.toISOString(),
  };
}

/** Only the worker that has the run may tell of it: one that was given up for lost may still be alive. */
export function progressRun(run: Run, worker: string, progress: RunProgress): Run {
  return run.state === 'running' && run.worker === worker ? { ...run, progress } : run;
}

export function finishRun(run: Run, worker: string, result: RunResult, at: Date): Run {
  if (run.state !== 'running' || run.worker !== worker) return run;
  return { ...ended(run, at), state: 'finished', result };
}

export function interruptRun(
  run: Run,
  interrupted: { readonly reason: InterruptReason; readonly says: string },
  at: Date,
): Run {
  return isOver(run) ? run : { ...ended(run, at), state: 'interrupted', interrupted };
}

export function requestCancel(run: Run, actor: Actor): Run {
  return isOver(run) || run.cancelRequestedBy !== undefined ? run : { ...run, cancelRequestedBy: actor };
}

export function cancelRun(run: Run, at: Date): Run {
  return isOver(run) ? run : { ...ended(run, at), state: 'cancelled' };
}

function ended(run: Run, at: Date): Run {
  const { progress: _progress, waitingFor: _waiting, ...rest } = run;
  const from = run.startedAt ?? run.createdAt;
  return { ...rest, endedAt: at.toISOString(), durationMs: Math.max(0, at.getTime() - Date.parse(from)) };
}

function isSame(a: Actor, b: Actor): boolean {
  if (a.kind === 'person') return b.kind === 'person' && a.id === b.id;
  if (a.kind === 'alert') return b.kind === 'alert' && a.source === b.source;
  return b.kind === 'goodgate';
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}
