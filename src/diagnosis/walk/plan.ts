import type { ProbeKind } from '../../probes/probe-kind.js';
import { ProbeParamError } from '../../probes/probe-param-error.js';
import type { Planned } from './plan-rounds.js';

/** A look to be taken; none where a value that came from a host is not fit for the probe. */
export function plan<Params, Facts>(host: string, kind: ProbeKind<Params, Facts>, params: Params): Planned[] {
  try {
    return [{ host, command: kind.command(params) }];
  } catch (error) {
    if (error instanceof ProbeParamError) return [];
    throw error;
  }
}
