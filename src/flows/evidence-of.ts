import type { Evidence, ProbeCommand } from '../domain/evidence.js';
import type { CommandResult } from '../ports.js';
import { parseProblem } from '../probes/all-probes.js';
import { maskArguments, maskOutput } from './mask-output.js';

/** What a command came to, redacted before anybody keeps it; and why it cannot be judged, where it cannot. */
export function evidenceOf(
  host: string,
  command: ProbeCommand,
  result: CommandResult | undefined,
  at: string,
): Evidence {
  const base = { id: command.id, kind: command.kind, host, argv: maskArguments(command.argv), at };
  if (result === undefined || result.state === 'lost') {
    const says = result?.says ?? 'no answer came';
    return { ...base, durationMs: 0, missing: { reason: 'unreachable', says } };
  }
  const output = maskOutput(result.output);
  const missing = output.timedOut
    ? ({ reason: 'timeout', says: `no answer within ${command.timeoutMs / 1000} s` } as const)
    : parseProblem(command.kind, output);
  return { ...base, durationMs: result.durationMs, output, ...(missing ? { missing } : {}) };
}
