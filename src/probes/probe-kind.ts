import type { Parsed, ProbeCommand, ProbeOutput } from '../domain/evidence.js';

/**
 * One kind of probe: how to ask, and how to read the answer. `command` and `parse` are pure; a probe has no opinion.
 *
 * `Params` are what the command needs to know (a path, an address); `Facts` is what the parser makes of the output.
 * Facts that come from one line carry its number (`line`, from 0, within stdout), so that a finding can cite it.
 */
export interface ProbeKind<Params, Facts> {
  readonly kind: string;
  command(params: Params): ProbeCommand;
  parse(output: ProbeOutput): Parsed<Facts>;
}
