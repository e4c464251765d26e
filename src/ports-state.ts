/** What flows need kept and queued. Everything rejects with an `UnavailableError` where the store does not answer. */
import type { CheckRecord } from './domain/check-record.js';
import type { Diagnosis } from './domain/diagnosis.js';
import type { Incident } from './domain/incident.js';
import type { Run, RunDraft } from './domain/run.js';
import type { TimelineEvent } from './domain/timeline.js';

/** The store did not answer in time, or refused; nothing is known about what it did. */
export class UnavailableError extends Error {
  readonly code = 'UNAVAILABLE';
  override readonly name = 'UnavailableError';
}

export interface RunStore {
  /**
   * The run for a wish, atomically: a new one, or the one that is not over yet for the same target and playbook.
   * A new one has been written durably when this resolves.
   */
  claim(draft: RunDraft, at: Date): Promise<{ readonly run: Run; readonly created: boolean }>;
  get(id: string): Promise<Run | undefined>;
  /**
   * Applies a pure transition until nobody else came between. Gives what stands now, and whether anything changed;
   * undefined where there is no such run. A run that is over no longer is the one that wishes join.
   */
  change(
    id: string,
    transition: (run: Run) => Run,
  ): Promise<{ readonly run: Run; readonly changed: boolean } | undefined>;
  /** Newest first. */
  recent(limit: number, target?: string): Promise<readonly Run[]>;
  /** Queued and running ones, oldest first. */
  unfinished(): Promise<readonly Run[]>;
  /** The newest finished run of each target, by target. */
  lastResults(targets: readonly string[]): Promise<ReadonlyMap<string, Run>>;
}

export interface IncidentStore {
  /** The open (or mitigated) incident of a target; a new one by `open` where there is none. Atomic. */
  openFor(
    target: string,
    open: (id: string) => Incident,
  ): Promise<{ readonly incident: Incident; readonly created: boolean }>;
  /** The incident of the target that is not resolved. */
  current(target: string): Promise<Incident | undefined>;
  get(id: string): Promise<Incident | undefined>;
  change(
    id: string,
    transition: (incident: Incident) => Incident,
  ): Promise<{ readonly incident: Incident; readonly changed: boolean } | undefined>;
  /** Not resolved ones, oldest first. */
  unresolved(): Promise<readonly Incident[]>;
  /** Newest first. */
  recent(limit: number, target?: string): Promise<readonly Incident[]>;
}

/** What runs brought: compressed, and kept as long as the configuration says. */
export interface EvidenceArchive {
  save(
    runId: string,
    record: CheckRecord,
    diagnoses: Readonly<Record<'en' | 'zh', Diagnosis>>,
  ): Promise<void>;
  /** Undefined where there is none, or no longer. */
  record(runId: string): Promise<CheckRecord | undefined>;
  diagnosis(runId: string, language: 'en' | 'zh'): Promise<Diagnosis | undefined>;
}

export interface Timeline {
  append(subject: string, event: TimelineEvent): Promise<void>;
  /** Oldest first; the newest `limit` where there are more. */
  read(subject: string, limit?: number): Promise<readonly TimelineEvent[]>;
}

/** One message of ours in Slack: what was sent, and whether Slack is known to have it. */
export interface PostedMessage {
  readonly channel: string;
  readonly threadTs?: string;
  /** Slack's name of the message, once it is known. */
  readonly ts?: string;
  /**
   * sending: Slack is being asked, perhaps by another process. doubtful: it was asked, and its answer is not known.
   * refused: Slack will not have it; `refusal` says why.
   */
  readonly state: 'new' | 'sending' | 'doubtful' | 'posted' | 'refused';
  readonly refusal?: string;
  /** Digest of the content that Slack showed last. */
  readonly shown?: string;
  /** ISO 8601, UTC: of the last change. */
  readonly at: string;
}

/** Which runs' messages are to be brought up to date, and what has been posted. Survives every process. */
export interface MessageBoard {
  /** Marks a run's messages as due. */
  touch(runId: string): Promise<void>;
  /** Runs whose messages are due, oldest first, with the mark that `settle` wants back. */
  due(limit: number): Promise<readonly { readonly runId: string; readonly mark: string }[]>;
  /** No longer due, unless it was touched again since that mark. */
  settle(runId: string, mark: string): Promise<void>;
  /** `part` is `head` for the message of the run, or names one of its thread. */
  load(runId: string, part: string): Promise<PostedMessage | undefined>;
  save(runId: string, part: string, message: PostedMessage): Promise<void>;
}

export interface JobQueue {
  /** Durable when it resolves. Adding a run twice is harmless. */
  add(runId: string, priority: Run['priority']): Promise<void>;
  /** True where the job was waiting and is gone; false where a worker has it, or there is none. */
  remove(runId: string): Promise<boolean>;
  /** What has become of a run's job: `gone` where it has ended, or never was. */
  stateOf(runId: string): Promise<'waiting' | 'active' | 'gone'>;
}

/**
 * Why a run's work is to end: the `reason` of its signal. stopping: this process ends. lost: another worker has the run,
 * or will have it soon, so that nothing may be written any more.
 */
export type StopReason = 'stopping' | 'lost';

/** Tells other processes at once what they would learn anyway a little later. May be lost. */
export interface Signals {
  /** The run has changed: its message is due. */
  runChanged(runId: string): Promise<void>;
  /** Somebody wants the run to stop. */
  cancelWanted(runId: string): Promise<void>;
  onRunChanged(listener: (runId: string) => void): () => void;
  onCancelWanted(listener: (runId: string) => void): () => void;
}

/** Remembers what was seen, for a while: a request that comes again is known. */
export interface SeenBefore {
  /** True the first time that this key is shown to any process. */
  isFirst(key: string, keepMs: number): Promise<boolean>;
}

/** At most so many runs at once look at a host, over all workers. */
export interface HostSlots {
  /** A place on every one of the hosts, or none at all and the hosts that are full. */
  take(
    hosts: readonly string[],
    holder: string,
  ): Promise<
    | { readonly taken: true; readonly release: () => Promise<void> }
    | { readonly taken: false; readonly full: readonly string[] }
  >;
}

/** One process at a time does something, and another takes over when that one ends. */
export interface Lease {
  /**
   * Has it until it is released, or lost; not taken where another has it. `onLost` is called at most once: what is
   * done after it may be done by another too.
   */
  take(
    onLost: () => void,
  ): Promise<{ readonly taken: true; readonly release: () => Promise<void> } | { readonly taken: false }>;
}
