/** Whether something that a backend depends on can be reached, in the words that its causes are told apart by. */
import { isIP } from 'node:net';
import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { classifyFailure } from '../http/classify-failure.js';
import { firstLine, unread } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { addressParam, countParam, hostNameParam, pathParam } from '../probe-params.js';
import { REACH_SNIPPET } from './reach-snippet.js';
import { readTalk, type Talk } from './read-talk.js';

export type ReachOutcome =
  | 'ok'
  | 'auth-required'
  | 'loading'
  | 'too-many'
  | 'refused'
  | 'timeout-connect'
  | 'timeout-response'
  | 'reset'
  | 'closed-early'
  | 'unreachable'
  | 'name-unresolved'
  | 'socket-missing'
  | 'permission-denied'
  | 'wrong-service'
  | 'unknown';

export interface Reach {
  readonly outcome: ReachOutcome;
  /** The tool's or the server's own words: one line of printable ASCII, at most 300 characters. */
  readonly says: string;
  /** Which program connected: python3, perl, bash, nc or pg_isready. */
  readonly via: string;
  /** The line that says it. */
  readonly line: number;
  /** The server's version, where its greeting names one. */
  readonly version?: string;
}

export interface ReachAddress {
  /** A name or an IP address; IPv6 with or without brackets. */
  readonly host: string;
  readonly port: number;
}

export type ReachTarget = ReachAddress | { readonly socket: string };

/** What the server's first bytes mean; `says` only where its words are not the whole answer. */
export type Verdict = Pick<Reach, 'outcome' | 'version'> & { readonly says?: string };

export interface Talking {
  /** As reach-snippet.ts takes it; empty to send nothing. */
  readonly send: string;
  /** Reads the answer, one character a byte. Without it, a connection is enough. */
  readonly judge?: (answer: string) => Verdict;
  /** A last rung beside those that talk. */
  readonly fallback?: 'postgres';
}

/** A probe that connects, says one constant thing and judges the answer. Every phase has three seconds. */
export function reachProbe<Target extends ReachTarget>(
  kind: string,
  talking: Talking,
): ProbeKind<Target, Reach> {
  return {
    kind,
    command(target) {
      const place = placeOf(kind, target);
      return {
        id: `${kind}:${place.name}`,
        kind,
        argv: [
          'sh',
          '-c',
          REACH_SNIPPET,
          'goodgate',
          ...place.args,
          talking.send,
          talking.judge === undefined ? '' : '1',
          talking.fallback ?? '',
        ],
        timeoutMs: 10_000,
        capBytes: 16 * 1024,
      };
    },
    parse: (output) => parseReach(output, kind, talking.judge),
  };
}

function placeOf(kind: string, target: ReachTarget): { name: string; args: string[] } {
  if ('socket' in target) {
    const socket = pathParam(kind, 'socket', target.socket);
    return { name: socket, args: ['', '', socket] };
  }
  const bare = target.host.replace(/^\[|\]$/g, '');
  const host = isIP(bare) > 0 ? addressParam(kind, 'host', bare) : hostNameParam(kind, 'host', bare);
  const port = countParam(kind, 'port', target.port, 65_535);
  return { name: `${host.includes(':') ? `[${host}]` : host}:${port}`, args: [host, port, ''] };
}

/** Reads what the ladder wrote: its shape is described in reach-snippet.ts. */
export function parseReach(output: ProbeOutput, kind: string, judge?: Talking['judge']): Parsed<Reach> {
  const talk = readTalk(output.stdout);
  if (talk === undefined) {
    if (output.timedOut) return unread('timeout', `${kind}: ended before anything was tried`);
    if (output.exitCode === 127)
      return unread(
        'command-not-found',
        `${kind}: ${firstLine(output.stderr) || 'nothing here can connect'}`,
      );
    return unread('unparseable', `${kind}: the output is not that of a try to connect`);
  }
  return { ok: true, facts: judgeTalk(talk, output.timedOut, judge) };
}

function judgeTalk(talk: Talk, timedOut: boolean, judge: Talking['judge']): Reach {
  const { via, connected, got, error, ready } = talk;
  if (got !== undefined && judge !== undefined) {
    const { says, ...verdict } = judge(got.bytes);
    return { ...verdict, says: says ?? got.printable, via, line: got.line };
  }
  if (ready !== undefined) return { outcome: ready.outcome, says: ready.text, via, line: ready.line };
  if (connected !== undefined && judge === undefined)
    return { outcome: 'ok', says: connected.text, via, line: connected.line };
  if (error === undefined) {
    const line = connected?.line ?? 0;
    if (!timedOut) return { outcome: 'unknown', says: 'no answer and no error', via, line };
    const outcome = connected === undefined ? 'timeout-connect' : 'timeout-response';
    return { outcome, says: 'ended by its time limit', via, line };
  }
  const outcome = outcomeOf(error.text, connected !== undefined);
  return { outcome, says: error.text, via, line: error.line };
}

function outcomeOf(text: string, connected: boolean): ReachOutcome {
  if (/^(?:python3|perl): resolve: /.test(text)) return 'name-unresolved';
  if (/: (?:response: closed without an answer|end)$/.test(text)) return 'closed-early';
  const { outcome } = classifyFailure(text, connected);
  switch (outcome) {
    case 'answered':
    case 'invalid-http':
    case 'tls-error':
    case 'no-local-port':
      return 'unknown';
    default:
      return outcome;
  }
}
