/** What the flows need of the world. Adapters implement these; flows never import an adapter. */
import type { ProbeCommand, ProbeOutput } from './domain/evidence.js';
import type { Host, HostFailure } from './domain/host.js';

export interface Clock {
  now(): Date;
}

/** What one command of a round came to. `lost`: the connection ended before its answer; that is unknown, not success. */
export type CommandResult =
  | { readonly state: 'answered'; readonly output: ProbeOutput; readonly durationMs: number }
  | { readonly state: 'lost'; readonly says: string };

/** An open way to one host: one connection, and one channel at a time. */
export interface HostSession {
  /**
   * Runs the commands side by side on the host, each within its own time limit and cap. Resolves when all have
   * answered or been given up; never rejects for what a host does. `onResult` is told of each as it arrives.
   */
  run(
    commands: readonly ProbeCommand[],
    onResult?: (command: ProbeCommand, result: CommandResult) => void,
  ): Promise<ReadonlyMap<string, CommandResult>>;
  /** What the host is: known after the first round. */
  readonly account: () => {
    readonly user: string;
    readonly root: boolean;
    readonly sudo: 'yes' | 'refused' | 'not-asked';
  };
  readonly counts: () => { readonly connections: number; readonly channels: number };
  close(): Promise<void>;
}

export interface HostRunner {
  open(
    host: Host,
    options: { readonly connectTimeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<
    | { readonly ok: true; readonly session: HostSession }
    | { readonly ok: false; readonly failure: HostFailure }
  >;
}
