/** A balancer's servers, as rules see them. */
import { tcpConnect } from '../../probes/dependency/tcp-connect.js';
import { httpRequest } from '../../probes/http/http-request.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import {
  type Balanced,
  balancedRequest,
  balancedServers,
  checkPlace,
  checkRequest,
} from '../walk/balanced.js';
import type { Walk } from '../walk/walk.js';
import { answerOf } from './answers.js';
import { connectionAnswer } from './connection-answer.js';

export function balancedOf(store: EvidenceStore, walk: Walk): Fact<'BalancedServer'>[] {
  return balancedServers(store, walk).map((one) => factOf(store, walk, one));
}

function factOf(store: EvidenceStore, walk: Walk, balanced: Balanced): Fact<'BalancedServer'> {
  const { host, server, address, section, configured, cite } = balanced;
  const params = balancedRequest(walk, balanced);
  const checkAnswer = askedAgain(store, walk, balanced);
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
    checkElsewhere: goesElsewhere(balanced),
    checkAnswer,
    checkRefused: refusedAgain(balanced, checkAnswer),
    answer: params && answerOf(store.look(httpRequest, host, params), walk.target.variables),
    configCite: lines.flatMap((line) => cite(line)),
    cite: server.lines.flatMap((line) => cite(line)),
  };
}

function goesElsewhere({ address, configured }: Balanced): boolean {
  const { checkPort, checkAddress } = configured ?? {};
  return (
    (checkPort !== undefined && !address.endsWith(`:${checkPort}`)) ||
    (checkAddress !== undefined && !address.startsWith(`${checkAddress}:`))
  );
}

function askedAgain(store: EvidenceStore, walk: Walk, balanced: Balanced): Fact<'Answer'> | undefined {
  const params = checkRequest(walk, balanced);
  if (params) return answerOf(store.look(httpRequest, balanced.host, params), walk.target.variables);
  const place = balanced.section?.checkUri === undefined ? checkPlace(balanced) : undefined;
  const asked = place && { host: place.address, port: place.port };
  return asked && connectionAnswer(store.look(tcpConnect, balanced.host, asked), undefined, undefined);
}

/** The same that made the balancer set it aside is seen now: the same status, or no answer where it got none. */
function refusedAgain(
  { server, section }: Balanced,
  answer: Fact<'Answer'> | undefined,
): boolean | undefined {
  if (section?.checkComplex || answer?.outcome === undefined || answer.outcome === 'unknown')
    return undefined;
  if (answer.outcome === 'connected') return false;
  if (answer.outcome !== 'answered') return server.checkStatus !== 'L7STS';
  return server.checkStatus === 'L7STS' && answer.status === server.checkCode;
}

/** `UP 1/3` is on its way down, `DOWN 1/2` on its way up: its checks succeed again. */
function stateOf(status: string): string {
  if (/^DOWN \d/.test(status)) return 'rising';
  if (status.startsWith('UP') || status === 'no check') return 'up';
  if (status.startsWith('DOWN')) return 'down';
  return status.startsWith('MAINT') || status.startsWith('DRAIN') || status === 'NOLB'
    ? 'maintenance'
    : 'unknown';
}
