import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { classifyFailure, tellsOnlyOfFamily } from './classify-failure.js';
import { printableStart, readResponse } from './read-response.js';
import type { RequestFacts, RequestOutcome } from './request-facts.js';

interface Trace {
  readonly via: string;
  readonly connected: boolean;
  readonly remote: string | undefined;
  readonly timing: { connectMs: number; totalMs: number } | undefined;
  /** The tool's closing words, and where they stand. */
  readonly error: { text: string; line: number } | undefined;
  /** Why single addresses failed: `* connect to ::1 port 8000 failed: Connection refused`. */
  readonly attempts: readonly { text: string; line: number }[];
  /** Length of the response header as it came, before anything was masked. */
  readonly headerBytes: number | undefined;
  readonly raw: readonly string[];
  readonly rawLine: number;
}

/**
 * Reads what the ladder wrote (see request-snippet.ts).
 *
 *     via: curl
 *     *   Trying 127.0.0.1:8000...
 *     * connect to 127.0.0.1 port 8000 failed: Connection refused
 *     timing: connect=0.000000 total=0.000204 remote=
 *     curl: (7) Failed to connect to 127.0.0.1 port 8000 after 0 ms: Couldn't connect to server
 *     exit: 7
 *     raw:
 *     |
 */
export function parseRequest(output: ProbeOutput): Parsed<RequestFacts> {
  const trace = readTrace(output.stdout);
  if (trace === null) {
    if (output.timedOut)
      return { ok: false, reason: 'timeout', says: 'the request was ended before it answered' };
    if (output.exitCode === 127)
      return {
        ok: false,
        reason: 'command-not-found',
        says: output.stderr.trim() || 'no program here can ask',
      };
    return { ok: false, reason: 'unparseable', says: 'the output is not that of a marked request' };
  }
  return { ok: true, facts: judgeTrace(trace, output.timedOut) };
}

function readTrace(stdout: string): Trace | null {
  const lines = stdout.split('\n');
  const via = /^via: (\S{1,20})$/.exec(lines[0] ?? '')?.[1];
  if (via === undefined) return null;
  const rawAt = lines.indexOf('raw:');
  const notes = lines.slice(0, rawAt < 0 ? lines.length : rawAt);
  let connected = false;
  let remote: string | undefined;
  let timing: Trace['timing'];
  let headerBytes: number | undefined;
  let error: Trace['error'];
  const attempts: { text: string; line: number }[] = [];
  for (const [line, text] of notes.entries()) {
    if (/^\* (?:Connected to|Established connection to) /.test(text)) connected = true;
    else if (/^\* .*(?:failed: |connect fail for |bind failed)/i.test(text)) attempts.push({ text, line });
    else if (/^\* .*(?:SSL|TLS|alert)/.test(text) && /error|alert|problem/i.test(text))
      attempts.push({ text, line });
    const header = /^header: (\d{1,9})$/.exec(text)?.[1];
    if (header !== undefined) headerBytes = Number(header);
    const times = /^timing: connect=([\d.]{1,20}) total=([\d.]{1,20}) remote=(\S{0,100})$/.exec(text);
    if (times !== null) {
      timing = { connectMs: Number(times[1]) * 1000, totalMs: Number(times[2]) * 1000 };
      if (times[3] !== '') remote = times[3];
    } else if (/^(?:curl|python3|perl|nc|bash|cat|head|goodgate)[:\d ]/.test(text)) {
      // bash tells the reason in its first line ("connect: Connection refused") and again in its second.
      if (error === undefined || tellsOnlyOfFamily(error.text)) error = { text, line };
      if (/^[a-z\d]+: (?:response|send|tls): /.test(text)) connected = true;
      if (/^curl: \(\d+\)/.test(text)) error = { text, line };
    }
  }
  const raw = rawAt < 0 ? [] : lines.slice(rawAt + 1).filter((line) => line.startsWith('|'));
  return {
    via,
    connected: connected || (timing?.connectMs ?? 0) > 0,
    remote,
    timing,
    error,
    attempts,
    headerBytes,
    raw: raw.map((line) => line.slice(2)),
    rawLine: rawAt + 1,
  };
}

function judgeTrace(trace: Trace, timedOut: boolean): RequestFacts {
  const text = trace.raw.join('\n');
  const came = text.trim() !== '';
  const response = readResponse(trace.raw);
  const shared = {
    headers: response?.headers ?? [],
    headerBytes: response === null ? 0 : Math.max(trace.headerBytes ?? 0, response.headerBytes),
    bodyExcerpt: response?.bodyExcerpt ?? '',
    firstBytes: printableStart(text),
    via: trace.via,
    ...(response === null ? {} : { status: response.status, reason: response.reason }),
    ...(trace.remote === undefined ? {} : { remoteAddress: trace.remote }),
    ...(trace.timing === undefined
      ? {}
      : { timeConnectMs: trace.timing.connectMs, timeTotalMs: trace.timing.totalMs }),
    ...locationOf(response?.headers ?? []),
  };
  const failure = readFailure(trace, timedOut);
  if (response !== null) {
    const says = (trace.raw[response.statusLine] ?? '').replace(/\r$/, '');
    const line = trace.rawLine + response.statusLine;
    const plainToTls = isPlainToTls(response.status, response.bodyExcerpt);
    // An answer whose body is endless or longer than we read is an answer; one that is cut short is not.
    const cut = failure !== null && ['closed-early', 'reset'].includes(failure.outcome);
    if (!response.headerComplete && failure !== null && trace.raw.length < 20_000)
      return {
        ...shared,
        ...failure,
        outcome: failure.outcome === 'unknown' ? 'closed-early' : failure.outcome,
      };
    if (cut && failure !== null) return { ...shared, ...failure };
    if (!response.headerComplete && trace.raw.length < 20_000) {
      const what = { outcome: 'closed-early', says: `closed within the response header: ${says}` } as const;
      return { ...shared, ...what, plainToTls: false, tlsToPlain: false, line };
    }
    return { ...shared, outcome: 'answered', plainToTls, tlsToPlain: false, says, line };
  }
  if (came && (failure === null || !['tls-error', 'refused', 'name-unresolved'].includes(failure.outcome))) {
    const first = trace.raw.findIndex((line) => line.trim() !== '');
    return {
      ...shared,
      outcome: 'invalid-http',
      // A TLS alert (0x15 0x03) in answer to plain words.
      plainToTls: text.startsWith('\u0015\u0003'),
      tlsToPlain: false,
      says: `not HTTP: ${printableStart(text)}`,
      line: trace.rawLine + Math.max(first, 0),
    };
  }
  if (failure !== null) return { ...shared, ...failure };
  const outcome: RequestOutcome = trace.connected ? 'closed-early' : 'unknown';
  return {
    ...shared,
    outcome,
    plainToTls: false,
    tlsToPlain: false,
    says: 'no answer and no error',
    line: 0,
  };
}

type Failure = Pick<RequestFacts, 'outcome' | 'plainToTls' | 'tlsToPlain' | 'says' | 'line' | 'errno'>;

function readFailure(trace: Trace, timedOut: boolean): Failure | null {
  const { error, attempts, connected } = trace;
  if (error === undefined && timedOut) {
    const outcome = connected ? 'timeout-response' : 'timeout-connect';
    return { outcome, plainToTls: false, tlsToPlain: false, says: 'ended by its time limit', line: 0 };
  }
  if (error === undefined) return null;
  // curl: (23) is our own end of reading; "end" is a shell rung's regular end, good or too soon.
  if (/^curl: \(23\)/.test(error.text)) return null;
  if (
    /^(?:bash|nc): response: (?:end|timed out, and ended here)$/.test(error.text) &&
    trace.raw.join('').trim() !== ''
  )
    return null;
  // The reason of the last address tried is more exact than curl's summary of all.
  const said =
    attempts.findLast(({ text }) => !tellsOnlyOfFamily(text)) ??
    (/^curl: \(7\)/.test(error.text) ? attempts.at(-1) : undefined);
  const reading = classifyFailure(error.text, connected);
  if (said !== undefined && !connected && /^curl: \((?:7|28|45)\)/.test(error.text)) {
    const exact = classifyFailure(said.text, false);
    if (exact.outcome !== 'unknown')
      return { ...exact, says: `${said.text.slice(2)}; ${error.text}`, line: said.line };
  }
  return { ...reading, says: error.text, line: error.line };
}

function locationOf(headers: RequestFacts['headers']): { location?: string } {
  const location = headers.find((header) => header.name === 'location')?.value;
  return location === undefined ? {} : { location };
}

/** nginx answers 400 with these words, Go and Node's proxies with the second; Apache says "speaking plain HTTP". */
export function isPlainToTls(status: number, body: string): boolean {
  return (
    status === 400 &&
    /plain HTTP request was sent to HTTPS port|sent an HTTP request to an HTTPS server|speaking plain HTTP to an SSL|requires TLS/i.test(
      body,
    )
  );
}
