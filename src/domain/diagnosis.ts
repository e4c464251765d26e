/**
 * What a check concludes. `Diagnosis` is the command line's JSON contract (schema 1): keys may be added, none is
 * renamed or removed.
 */
import type { MissingReason } from './evidence.js';
import type { HostFailureReason } from './host.js';

export type Verdict = 'root-cause' | 'healthy' | 'inconclusive' | 'unreachable';

/** proven: the decisive evidence was seen. likely: consistent, look-alikes ruled out. possible: a hint. */
export type Certainty = 'proven' | 'likely' | 'possible';

/** One line that was really there. */
export interface Citation {
  readonly probe: string;
  readonly host: string;
  /** What ran, exactly. */
  readonly argv: readonly string[];
  /** The command, file, unit or container that the line belongs to, where one look has several. */
  readonly within?: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly excerpt: string;
}

export interface ChainLink {
  readonly says: string;
  /** The cause that this link stands for; absent for a symptom. */
  readonly cause?: string;
  readonly evidence: readonly Citation[];
}

export interface RecoveryText {
  readonly id: string;
  /** safe: interrupts nobody. disruptive: requests fail meanwhile. manual: for a person, never run. */
  readonly risk: 'safe' | 'disruptive' | 'manual';
  readonly title: string;
  readonly host?: string;
  /** Exact argument vectors, in order. */
  readonly argv: readonly (readonly string[])[];
}

export interface NamedCause {
  readonly id: string;
  readonly certainty: Certainty;
  readonly host: string;
  /** The container on the host in which it is to be mended. */
  readonly container?: string;
  readonly title: string;
  readonly chain: readonly ChainLink[];
  readonly recoveries: readonly RecoveryText[];
}

export interface RuledOut {
  readonly id: string;
  readonly because: string;
  readonly evidence?: readonly Citation[];
}

export interface NotChecked {
  readonly probe: string;
  readonly host: string;
  readonly reason: MissingReason | HostFailureReason;
  readonly says?: string;
  /** What of it, where the probe brought the rest: `nginx.test`. */
  readonly about?: string;
  readonly remedy?: string;
}

export type HopState = 'ok' | 'broken' | 'unknown';

/** One station on the way of a request, from the client to what the backend depends on. */
export interface Hop {
  readonly hop: string;
  readonly address: string;
  readonly state: HopState;
  readonly says: string;
  /** 0 on the request's own way; 1 for a dependency of the hop before it. */
  readonly depth?: number;
}

export interface HostReport {
  readonly host: string;
  readonly connections: number;
  readonly channels: number;
  readonly probes: number;
  readonly user?: string;
  readonly root?: boolean;
}

export interface Diagnosis {
  readonly schema: 1;
  readonly target: string;
  readonly url: string;
  readonly playbook: string;
  readonly verdict: Verdict;
  /** What a client outside saw: the status, or null when there was no HTTP answer. */
  readonly httpStatus: number | null;
  /** One sentence: what a client outside saw. */
  readonly symptom: string;
  readonly causes: readonly NamedCause[];
  readonly ruledOut: readonly RuledOut[];
  readonly notChecked: readonly NotChecked[];
  readonly path: readonly Hop[];
  /** Failures of the recent past that do not explain the present, with their times. */
  readonly recent: readonly { readonly says: string; readonly evidence: readonly Citation[] }[];
  readonly startedAt: string;
  readonly durationMs: number;
  readonly hosts: readonly HostReport[];
}
