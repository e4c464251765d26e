import type { ProbeCommand, ProbeOutput } from '../../domain/evidence.js';
import type { CommandResult, HostSession } from '../../ports.js';
import type { Greeting } from './bootstrap.js';
import { createFrameReader, type FrameEvent, type Hello, type ProbeFrame } from './frames.js';
import { composeRound, type NumberedCommand } from './script.js';

/** The way to a running bootstrap: an SSH channel, or the pipes of a process on this machine. */
export interface RunnerChannel {
  write(data: Buffer): void;
  /** Each is set once, before anything can arrive. `onClose` is told once: exit status where known, and why. */
  listen(on: {
    readonly output: (chunk: Buffer) => void;
    readonly errorOutput: (chunk: Buffer) => void;
    readonly close: (ending: ChannelEnding) => void;
  }): void;
  /** Ends the channel and what carries it; resolves when nothing is left open. */
  close(): Promise<void>;
}

export interface ChannelEnding {
  readonly exitCode: number | null;
  /** Why, e.g. `Keepalive timeout`. */
  readonly says: string;
}

/** Why a channel came to no runner. */
export interface NoRunner {
  readonly why: 'ended' | 'silent' | 'broken';
  readonly exitCode: number | null;
  /** The beginning of what it wrote to standard error. */
  readonly errorOutput: string;
  /** The beginning of what it wrote to standard output, and how much that was in all. */
  readonly output: string;
  readonly outputBytes: number;
}

/** A host needs so long after a probe's limit to end it (TERM, KILL, giving up) and to say so. */
const GRACE_MS = 5_000;
const MAX_ERROR_OUTPUT = 4096;

interface Round {
  readonly pending: Map<number, ProbeCommand>;
  readonly results: Map<string, CommandResult>;
  readonly answer: (command: ProbeCommand, result: CommandResult) => void;
  readonly finish: () => void;
}

/** Waits for the runner's hello on a fresh channel. The hello comes on its own: waiting costs no round trip. */
export async function startRunner(
  channel: RunnerChannel,
  options: { readonly greeting: Greeting; readonly helloTimeoutMs: number; readonly trySudo: boolean },
): Promise<
  { readonly ok: true; readonly session: HostSession } | { readonly ok: false; readonly failure: NoRunner }
> {
  let hello: Hello | undefined;
  let ended: string | undefined;
  let round: Round | undefined;
  let idle: NodeJS.Timeout | undefined;
  let errorOutput = '';
  let output = '';
  let outputBytes = 0;
  let settle: (failure: NoRunner | undefined) => void = () => {};
  let lastNumber = 0;
  let rounds: Promise<unknown> = Promise.resolve();

  const reader = createFrameReader(
    options.greeting,
    (number) => {
      const command = round?.pending.get(number);
      return command && command.capBytes + 1;
    },
    onEvent,
  );

  function onOutput(chunk: Buffer): void {
    if (hello === undefined) {
      outputBytes += chunk.length;
      if (output.length < MAX_ERROR_OUTPUT) output += chunk.subarray(0, MAX_ERROR_OUTPUT).toString('utf8');
    }
    reader.push(chunk);
  }

  function onEvent(event: FrameEvent): void {
    switch (event.event) {
      case 'hello':
        hello = event.hello;
        settle(undefined);
        return;
      case 'probe':
        onFrame(event.frame);
        return;
      case 'end':
        finishRound('the host did not answer for it');
        return;
      case 'broken':
        end(`the host's answer could not be read: ${event.says}`, 'broken', null);
        return;
    }
  }

  function onFrame(frame: ProbeFrame): void {
    const command = round?.pending.get(frame.number);
    if (round === undefined || command === undefined) return;
    round.pending.delete(frame.number);
    round.answer(command, readResult(command, frame));
    watch();
  }

  function finishRound(says: string): void {
    const finished = round;
    if (finished === undefined) return;
    round = undefined;
    clearTimeout(idle);
    for (const command of finished.pending.values()) finished.answer(command, { state: 'lost', says });
    finished.finish();
  }

  function end(says: string, why: NoRunner['why'], exitCode: number | null): void {
    if (ended === undefined) ended = says;
    settle({ why, exitCode, errorOutput, output, outputBytes });
    finishRound(ended);
    void channel.close();
  }

  /** As long as anything runs on the host, something must come within the longest limit. */
  function watch(): void {
    clearTimeout(idle);
    if (round === undefined) return;
    const longest = Math.max(0, ...[...round.pending.values()].map((command) => command.timeoutMs));
    idle = setTimeout(() => {
      end(`nothing came from the host for ${(longest + GRACE_MS) / 1000} s`, 'silent', null);
    }, longest + GRACE_MS);
  }

  const greeted = new Promise<NoRunner | undefined>((resolve) => {
    settle = resolve;
  });
  const helloTimer = setTimeout(() => {
    if (hello === undefined) end('no answer from a shell', 'silent', null);
  }, options.helloTimeoutMs);
  channel.listen({
    output: onOutput,
    errorOutput: (chunk) => {
      if (errorOutput.length < MAX_ERROR_OUTPUT)
        errorOutput += chunk.subarray(0, MAX_ERROR_OUTPUT).toString('utf8');
    },
    close: ({ exitCode, says }) => end(says, 'ended', exitCode),
  });
  const failure = await greeted;
  clearTimeout(helloTimer);
  if (failure !== undefined || hello === undefined) {
    await channel.close();
    return {
      ok: false,
      failure: failure ?? { why: 'silent', exitCode: null, errorOutput, output, outputBytes },
    };
  }
  const greeting = hello;
  let first = true;

  function runRound(
    commands: readonly ProbeCommand[],
    onResult: ((command: ProbeCommand, result: CommandResult) => void) | undefined,
  ): Promise<ReadonlyMap<string, CommandResult>> {
    const results = new Map<string, CommandResult>();
    const answer = (command: ProbeCommand, result: CommandResult): void => {
      results.set(command.id, result);
      onResult?.(command, result);
    };
    const numbered: NumberedCommand[] = [];
    for (const command of commands) {
      if (ended !== undefined) {
        answer(command, { state: 'lost', says: ended });
        continue;
      }
      const unsound = unsoundness(command);
      if (unsound !== undefined) {
        answer(command, unsound);
        continue;
      }
      lastNumber += 1;
      const trySudo = command.privileged === true && greeting.uid !== 0 && options.trySudo;
      numbered.push({ number: lastNumber, command, trySudo });
    }
    if (numbered.length === 0) return Promise.resolve(results);
    return new Promise((resolve) => {
      round = {
        pending: new Map(numbered.map(({ number, command }) => [number, command])),
        results,
        answer,
        finish: () => resolve(results),
      };
      channel.write(composeRound(numbered, { first }));
      first = false;
      watch();
    });
  }

  const session: HostSession = {
    run: (commands, onResult) => {
      // One channel: rounds that are asked for at the same time take turns.
      const turn = rounds.then(() => runRound(commands, onResult));
      rounds = turn;
      return turn;
    },
    account: () => ({ user: greeting.user, root: greeting.uid === 0, sudo: greeting.sudo }),
    counts: () => ({ connections: 1, channels: 1 }),
    close: async () => {
      if (ended === undefined) ended = 'the session was closed';
      finishRound(ended);
      await channel.close();
    },
  };
  return { ok: true, session };
}

/** Shell status 128 + n means that signal n ended the program. */
function readResult(command: ProbeCommand, frame: ProbeFrame): CommandResult {
  const overTime = frame.durationMs !== null && frame.durationMs >= command.timeoutMs;
  const timedOut = frame.kind === 'given-up' || (overTime && (frame.status === null || frame.status >= 124));
  const capped = frame.stdout.length > command.capBytes;
  const signalled = frame.status !== null && frame.status > 128 && frame.status <= 192;
  const output: ProbeOutput = {
    exitCode: timedOut || signalled ? null : frame.status,
    stdout: frame.stdout.subarray(0, command.capBytes).toString('utf8'),
    stderr: frame.stderr.toString('utf8'),
    truncated: capped || frame.kind === 'incomplete',
    timedOut,
  };
  return { state: 'answered', output, durationMs: frame.durationMs ?? 0 };
}

/** What no program can be started with is answered here, as a shell would. */
function unsoundness(command: ProbeCommand): CommandResult | undefined {
  const program = command.argv[0] ?? '';
  const says =
    program === '' || program.startsWith('-')
      ? `not the name of a program: ${JSON.stringify(program)}`
      : command.argv.some((value) => value.includes('\0'))
        ? 'an argument holds a NUL byte, which no program can be given'
        : undefined;
  if (says === undefined) return undefined;
  const output = { exitCode: 127, stdout: '', stderr: says, truncated: false, timedOut: false };
  return { state: 'answered', output, durationMs: 0 };
}
