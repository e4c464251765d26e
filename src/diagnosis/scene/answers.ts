import type { RequestFacts } from '../../probes/http/request-facts.js';
import { headerValue } from '../../probes/http/request-facts.js';
import type { Looked } from '../looked.js';
import type { Fact } from '../scene-types.js';

/** A marked request, as rules see it. `expectStatus` and `expectBody` are the target's own words for well. */
export function answerOf(
  look: Looked<RequestFacts> | undefined,
  variables: Readonly<Record<string, string>>,
): Fact<'Answer'> | undefined {
  if (!look) return undefined;
  const { facts } = look;
  return {
    outcome: facts.outcome,
    status: facts.status,
    server: facts.outcome === 'answered' ? (headerValue(facts, 'server') ?? '') : undefined,
    body: facts.bodyExcerpt,
    headerBytes: facts.headerBytes,
    firstBytes: facts.firstBytes,
    says: facts.says,
    durationMs: facts.timeTotalMs,
    address: facts.remoteAddress,
    location: facts.location,
    plainToTls: facts.plainToTls,
    tlsToPlain: facts.tlsToPlain,
    well: answersWell(facts, variables),
    cite: look.cite(facts.line),
  };
}

/**
 * A health check that answers 200 with the body `false` is sick: OnlyOffice's does so when what it depends on is
 * gone. 401 is an answer of somebody who is well and does not know us.
 */
export function answersWell(facts: RequestFacts, variables: Readonly<Record<string, string>>): boolean {
  if (facts.outcome !== 'answered' || facts.status === undefined) return false;
  const expected = variables['expectStatus'];
  const statusFits =
    expected === undefined ? facts.status < 400 || facts.status === 401 : String(facts.status) === expected;
  const body = variables['expectBody'];
  const bodyFits =
    body === undefined ? facts.bodyExcerpt.trim() !== 'false' : facts.bodyExcerpt.includes(body);
  return statusFits && bodyFits;
}
