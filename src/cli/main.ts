import { CommanderError } from 'commander';
import { WORKER_CHILD } from '../start/worker-child.js';
import type { Composition } from './composition.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { type Io, processIo } from './io.js';
import { packageVersion } from './package-root.js';
import { buildProgram } from './program.js';

/** The program `goodgate`: reads the process's arguments, and leaves its exit status with the process. */
export async function main(): Promise<void> {
  const interrupt = new AbortController();
  const stop = { withinMs: 2000, isExpected: false };
  const onSignal = () => {
    if (interrupt.signal.aborted) {
      process.exit(EXIT.interrupted);
    }
    interrupt.abort();
    // Connections get a moment to close; nobody waits longer for a program that was told to stop.
    setTimeout(() => process.exit(EXIT.interrupted), stop.withinMs).unref();
  };
  // A terminal's Ctrl-C goes to the worker beside the ingress too: that one is told by who started it.
  process.on('SIGINT', process.env[WORKER_CHILD] === undefined ? onSignal : () => undefined);
  process.on('SIGTERM', onSignal);
  const io = processIo(interrupt.signal, stop);
  // A library's stray event must not end in a stack trace either; what it leaves behind cannot be trusted.
  const onStray = (error: unknown) => process.exit(sayBug(error, io));
  process.on('uncaughtException', onStray);
  process.on('unhandledRejection', onStray);
  // `goodgate check … 2>&1 | head -1`: nobody reads on, and the exit status still says how the service is.
  let unwritten = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: Error) => {
      if ('code' in error && error.code === 'EPIPE') return;
      if (stream === process.stdout && !unwritten) {
        io.stderr.write(`goodgate: the result could not be written: ${error.message}\n`);
      }
      unwritten = true;
      process.exitCode = EXIT.bug;
    });
  }
  const code = await runCli(process.argv.slice(2), io, await defaultComposition());
  process.exitCode = unwritten ? EXIT.bug : code;
  process.off('SIGINT', onSignal);
  process.off('SIGTERM', onSignal);
  // Whatever a library still holds open must not keep the program from ending; who pressed Ctrl-C waits for nothing.
  setTimeout(() => process.exit(), code === EXIT.interrupted ? 50 : 1000).unref();
}

async function defaultComposition(): Promise<Composition> {
  const { composition } = await import('./composition.js');
  return composition;
}

/** One call of the program. Never throws: every failure becomes one sentence and an exit status. */
export async function runCli(argv: readonly string[], io: Io, composition: Composition): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = buildProgram(io, composition, packageVersion(), (finished) => {
    code = finished;
  });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(usageSentence(text, command.name())),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
    });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    code = error instanceof CommanderError ? usageCode(error) : sayBug(error, io);
  }
  return io.signal.aborted && io.stop?.isExpected !== true ? EXIT.interrupted : code;
}

function usageCode(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}

/** `error: unknown option '--fomat'\n(Did you mean --format?)` -> one sentence that says where to read on. */
function usageSentence(text: string, command: string): string {
  const says = text
    .replace(/^error: /u, '')
    .trim()
    .replace(/\s*\n\s*/gu, ' ')
    .replace(/\.$/u, '');
  const help = command === 'goodgate' ? 'goodgate --help' : `goodgate ${command} --help`;
  return `goodgate: ${says.replace('(Did you mean', '(did you mean')}${says.includes('(Did') ? '' : `; see ${help}`}\n`;
}

function sayBug(error: unknown, io: Io): ExitCode {
  // Told to stop: what breaks then is no bug.
  if (io.signal.aborted) {
    return EXIT.interrupted;
  }
  const says = error instanceof Error ? error.message : String(error);
  const oneLine = says
    .replace(/\s*\n\s*/gu, ' ')
    .replace(/[^\P{Cc}]/gu, '?')
    .slice(0, 400);
  io.stderr.write(`goodgate failed: ${oneLine.replace(/\.$/u, '')}. This is a bug.\n`);
  if (io.env['GOODGATE_DEBUG'] === '1' && error instanceof Error) {
    io.stderr.write(`${error.stack ?? ''}\n`);
  }
  return EXIT.bug;
}
