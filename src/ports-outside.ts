import type { ProbeOutput } from './domain/evidence.js';
import type { HttpRequestParams } from './probes/http/request-params.js';

/** A marked request of the bot's own, from outside the hosts. Answers in the shape that `http.request` parses. */
export interface OutsideRequester {
  /** Never rejects: what goes wrong on the way is what was asked for. Ends at once when `signal` does. */
  request(
    params: HttpRequestParams,
    signal?: AbortSignal,
  ): Promise<{ readonly output: ProbeOutput; readonly durationMs: number }>;
}
