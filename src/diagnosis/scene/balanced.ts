/** A balancer's servers, as rules see them. */
import { httpRequest } from '../../probes/http/http-request.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { type Balanced, balancedRequest, balancedServers } from '../walk/balanced.js';
import type { Walk } from '../walk/walk.js';
import { answerOf } from './answers.js';

export function balancedOf(store: EvidenceStore, walk: Walk): Fact<'BalancedServer'>[] {
  return balancedServers(store, walk).map((one) => factOf(store, walk, one));
}

function factOf(store: EvidenceStore, walk: Walk, balanced: Balanced): Fact<'BalancedServer'> {
  const { host, server, address, section, configured, cite } = balanced;
  const params = balancedRequest(walk, balanced);
  const lines = [section?.checkLine, configured?.line].filter((line) => line !== undefined);
  return {
    host,
    name: `${server.backend}/${server.name}`,
    address,
    state: stateOf(server.status),
    checkKind: server.checkStatus ?? '',
    checkCode: server.checkCode ?? 0,
    checkText: server.checkText ?? '',
    checkUri: section?.checkUri ?? '',
    checkElsewhere: configured?.checkPort !== undefined && !address.endsWith(`:${configured.checkPort}`),
    answer: params && answerOf(store.look(httpRequest, host, params), walk.target.variables),
    configCite: lines.flatMap((line) => cite(line)),
    cite: server.lines.flatMap((line) => cite(line)),
  };
}

/** `UP 1/3` is on its way down, `DOWN 1/2` on its way up. */
function stateOf(status: string): string {
  if (status.startsWith('UP') || status === 'no check') return 'up';
  if (status.startsWith('DOWN')) return 'down';
  return status.startsWith('MAINT') || status.startsWith('DRAIN') || status === 'NOLB'
    ? 'maintenance'
    : 'unknown';
}
