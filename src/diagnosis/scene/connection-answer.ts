/**
 * What an upstream answers that speaks FastCGI, uwsgi, SCGI, gRPC or memcached. The check asks in HTTP alone, so it sees
 * whether connections are taken; what comes then nginx itself tells, which speaks that language, of the marked request.
 */
import type { Reach } from '../../probes/dependency/reach.js';
import type { Looked } from '../looked.js';
import type { Fact } from '../scene-types.js';

export function connectionAnswer(
  look: Looked<Reach> | undefined,
  marked: readonly Fact<'ProxyError'>[] | undefined,
  self: Fact<'Answer'> | undefined,
): Fact<'Answer'> | undefined {
  if (!look) return undefined;
  const { outcome, says, line } = look.facts;
  const cite = look.cite(line);
  if (outcome !== 'ok') return { outcome, says, well: false, cite };
  const met = marked?.find((error) => outcomeFor(error) !== undefined);
  if (met) return { outcome: outcomeFor(met), says: met.message, well: false, cite: [...met.cite, ...cite] };
  // nginx's own answer to the marked request came by this way.
  return { outcome: 'connected', says, ...(self?.well ? { well: true } : {}), cite };
}

/** A connection that was taken, and then? */
function outcomeFor(error: Fact<'ProxyError'>): string | undefined {
  switch (error.kind) {
    case 'connect-failed':
      // Root may open what nginx's worker may not; EAGAIN of a unix socket: its queue is full.
      if (error.errno === 13) return 'permission-denied';
      return error.errno === 11 ? 'refused' : undefined;
    case 'upstream-timed-out':
      return error.phase === 'read' ? 'timeout-response' : undefined;
    case 'prematurely-closed':
      return 'closed-early';
    case 'recv-failed':
    case 'send-failed':
      return error.errno === 104 || error.errno === 32 ? 'reset' : undefined;
    case 'invalid-header':
      return 'invalid-http';
    default:
      return undefined;
  }
}
