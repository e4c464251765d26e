/**
 * What a probe is, what it brought, and how a line of it is cited.
 *
 * A probe is one read-only look at a host: an argument vector, never a command line. Values that came from
 * outside (a path that nginx named, a unit's name) are elements of `argv` and nothing else.
 */

/** Why a look brought nothing that can be judged. Missing evidence is unknown, never ok. */
export type MissingReason =
  | 'timeout'
  | 'unreachable'
  | 'command-not-found'
  | 'permission-denied'
  | 'unparseable'
  | 'truncated'
  | 'not-found'
  | 'failed';

/** One command to run on a host. */
export interface ProbeCommand {
  /** Unique within a check and a host, e.g. `net.listeners` or `file.read:/etc/hosts`. */
  readonly id: string;
  /** The probe kind that parses the output, e.g. `net.listeners`. */
  readonly kind: string;
  /** Program and arguments. A snippet is `['sh', '-c', CONSTANT, 'goodgate', ...values]`. */
  readonly argv: readonly string[];
  /** Time limit on the host, in milliseconds. */
  readonly timeoutMs: number;
  /** Cap of standard output, in bytes; the program is ended when it writes more. */
  readonly capBytes: number;
  /** True where an ordinary user sees less: tried with `sudo -n` where the host allows it. */
  readonly privileged?: boolean;
}

/** What came back from the host, untouched but for redaction. */
export interface ProbeOutput {
  /** Exit status; null where the program was ended (time, cap, signal) or the connection was lost. */
  readonly exitCode: number | null;
  readonly stdout: string;
  /** At most 4 KiB. */
  readonly stderr: string;
  /** The cap was reached: `stdout` is its beginning. */
  readonly truncated: boolean;
  readonly timedOut: boolean;
}

/** A probe's command, where and when it ran, and what it brought; or why it brought nothing. */
export interface Evidence {
  readonly id: string;
  readonly kind: string;
  /** The host, or a place within it: see place.ts. */
  readonly host: string;
  readonly argv: readonly string[];
  /** ISO 8601, UTC, by the bot's clock when the answer arrived. */
  readonly at: string;
  readonly durationMs: number;
  readonly output?: ProbeOutput;
  /** Set where `output` is absent or cannot be judged. */
  readonly missing?: Missing;
}

/** Why a look brought less than was asked for. */
export interface Missing {
  readonly reason: MissingReason;
  readonly says: string;
  /** What is missing, where that is not all that the probe looks at, e.g. `nginx.test`. */
  readonly about?: string;
}

/**
 * Set in the environment of a privileged probe that sudo refused as a whole: it may ask sudo for the one command that a
 * narrow sudoers file may allow.
 */
export const SUDO_MAY_ASK = 'GOODGATE_SUDO';

/** One line of one piece of evidence: the line number counts from 0 within `output.stdout`. */
export interface Line {
  readonly text: string;
  readonly line: number;
}

/** The result of a parser: facts, or the reason why there are none. Parsers never throw. */
export type Parsed<Facts> =
  | {
      readonly ok: true;
      readonly facts: Facts;
      /** Set where the facts lack what was asked for, e.g. that an nginx runs, but not its configuration. */
      readonly missing?: Missing;
    }
  | { readonly ok: false; readonly reason: MissingReason; readonly says: string };
