import { homedir } from 'node:os';

/** A stream as far as the command line needs one. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface StopManners {
  /** Then the program is ended, whatever it does. */
  withinMs: number;
  /** The way in which it ends, rather than an interruption. */
  isExpected: boolean;
}

/** The surroundings of one call of the program, so that a test can give others. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  /** Ends when the person has pressed Ctrl-C. */
  readonly signal: AbortSignal;
  /** What being told to stop means: a command that runs until then says so here. */
  readonly stop?: StopManners;
}

export function processIo(signal: AbortSignal, stop: StopManners): Io {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    home: process.env['HOME'] || homedir(),
    signal,
    stop,
  };
}
