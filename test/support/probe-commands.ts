import type { ProbeCommand, ProbeOutput } from '../../src/domain/evidence.js';
import type { CommandResult } from '../../src/ports.js';

let made = 0;

/** A probe for tests: three seconds, 64 KiB. */
export function probe(argv: readonly string[], options: Partial<ProbeCommand> = {}): ProbeCommand {
  made += 1;
  return { id: `test.${made}`, kind: 'test', argv, timeoutMs: 3_000, capBytes: 65_536, ...options };
}

/** The output of a probe that must have been answered. */
export function outputOf(results: ReadonlyMap<string, CommandResult>, command: ProbeCommand): ProbeOutput {
  const result = results.get(command.id);
  if (result?.state !== 'answered') throw new Error(`${command.argv.join(' ')}: ${JSON.stringify(result)}`);
  return result.output;
}
