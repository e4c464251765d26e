import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { MARKER_ORIGIN } from '../http/request-params.js';
import type { ProbeKind } from '../probe-kind.js';
import { type NginxErrorReading, readErrorKind } from './error-kind.js';
import { readTail, tailCommand } from './tail-log.js';

export interface NginxErrorEntry extends NginxErrorReading {
  /** Epoch seconds; the log's local time and the host's present offset from UTC. */
  readonly at: number;
  readonly level: string;
  readonly pid: number;
  readonly connection?: number;
  /** Up to `, client:`. */
  readonly message: string;
  readonly client?: string;
  readonly server?: string;
  readonly request?: string;
  /** As nginx names it: `http://127.0.0.1:8000/healthcheck`, `fastcgi://unix:/run/php.sock:`. */
  readonly upstream?: string;
  /** Address and port of `upstream`, or `unix:PATH`. */
  readonly upstreamAddress?: string;
  readonly host?: string;
  readonly referrer?: string;
  /** The trace of a marked request, from its referrer. */
  readonly trace?: string;
  readonly text: string;
  readonly line: number;
}

export interface NginxErrorLogFacts {
  readonly nowEpoch: number;
  readonly offsetSeconds: number;
  readonly size: number | null;
  readonly modifiedEpoch: number | null;
  /** Older lines exist before what was read. */
  readonly cut: boolean;
  readonly entries: readonly NginxErrorEntry[];
}

export interface LogTailParams {
  readonly path: string;
  /** How much of its end is read. */
  readonly bytes?: number;
}

/** The end of an nginx error log. */
export const nginxErrorLog: ProbeKind<LogTailParams, NginxErrorLogFacts> = {
  kind: 'nginx.errorLog',
  command({ path, bytes = 256 * 1024 }) {
    return {
      id: `nginx.errorLog:${path}`,
      kind: 'nginx.errorLog',
      argv: tailCommand(path, bytes),
      timeoutMs: 8000,
      capBytes: 2 * 1024 * 1024 + 4096,
      privileged: true,
    };
  },
  parse: parseErrorLog,
};

function parseErrorLog(output: ProbeOutput): Parsed<NginxErrorLogFacts> {
  const tail = readTail(output);
  if (!tail.ok) return tail;
  const { log } = tail;
  const entries: NginxErrorEntry[] = [];
  for (const [index, text] of log.lines.entries()) {
    const entry = readErrorLine(text, log.offsetSeconds, log.firstLine + index);
    if (entry !== null) entries.push(entry);
  }
  return {
    ok: true,
    facts: {
      nowEpoch: log.nowEpoch,
      offsetSeconds: log.offsetSeconds,
      size: log.size,
      modifiedEpoch: log.modifiedEpoch,
      cut: log.cut,
      entries,
    },
  };
}

/**
 *     2026/11/20 21:06:07 [error] 813#813: *5 connect() failed (111: Connection refused) while connecting to upstream,
 *     client: 127.0.0.1, server: docs, request: "GET / HTTP/1.1", upstream: "http://127.0.0.1:8000/", host: "docs",
 *     referrer: "http://goodgate.invalid/7f3a91"          (all on one line)
 */
export function readErrorLine(text: string, offsetSeconds: number, line: number): NginxErrorEntry | null {
  const head =
    /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d) \[(debug|info|notice|warn|error|crit|alert|emerg)\] (\d{1,10})#\d{1,20}: (?:\*(\d{1,15}) )?/.exec(
      text,
    );
  if (head === null) return null;
  const rest = text.slice(head[0].length);
  const contextAt = rest.search(/, client: |, server: |, upstream: "/);
  const message = contextAt < 0 ? rest : rest.slice(0, contextAt);
  const context = contextAt < 0 ? '' : rest.slice(contextAt);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = head.slice(1, 7).map(Number);
  const level = head[7] ?? '';
  const fields = readContext(context);
  const upstreamAddress = fields.upstream === undefined ? undefined : addressOf(fields.upstream);
  const trace = fields.referrer === undefined ? undefined : traceOf(fields.referrer);
  return {
    at: Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - offsetSeconds,
    level,
    pid: Number(head[8]),
    ...(head[9] === undefined ? {} : { connection: Number(head[9]) }),
    message,
    ...readErrorKind(message, level),
    ...fields,
    ...(upstreamAddress === undefined ? {} : { upstreamAddress }),
    ...(trace === undefined ? {} : { trace }),
    text,
    line,
  };
}

type Context = Partial<Record<'client' | 'server' | 'request' | 'upstream' | 'host' | 'referrer', string>>;

/** nginx writes the fields in this order; a client chooses what request, host and referrer hold, not their order. */
function readContext(context: string): Context {
  const fields: Context = {};
  const client = /, client: ([^,]{1,200})/.exec(context)?.[1];
  const server = /, server: ([^,]{0,300})/.exec(context)?.[1];
  const request = /, request: "(.*?)"(?=, (?:subrequest|upstream|host|referrer): "|$)/.exec(context)?.[1];
  const upstream = /, upstream: "(.*?)"(?=, (?:host|referrer): "|$)/.exec(context)?.[1];
  const host = /, host: "(.*?)"(?=, referrer: "|$)/.exec(context)?.[1];
  const referrer = /, referrer: "(.*)"$/.exec(context)?.[1];
  if (client !== undefined) fields.client = client;
  if (server !== undefined) fields.server = server;
  if (request !== undefined) fields.request = request;
  if (upstream !== undefined) fields.upstream = upstream;
  if (host !== undefined) fields.host = host;
  if (referrer !== undefined) fields.referrer = referrer;
  return fields;
}

function addressOf(upstream: string): string | undefined {
  const rest = /^[a-z]{2,10}:\/\/(.*)$/.exec(upstream)?.[1] ?? upstream;
  if (rest.startsWith('unix:')) return /^(unix:[^:]{1,400})/.exec(rest)?.[1];
  return /^(\[[0-9A-Fa-f:.]{2,60}\]:\d{1,5}|[^/:\s]{1,253}(?::\d{1,5})?)/.exec(rest)?.[1];
}

/** The trace of a marked request from its referrer, or undefined. */
export function traceOf(referrer: string): string | undefined {
  if (!referrer.startsWith(MARKER_ORIGIN)) return undefined;
  return /^[A-Za-z0-9_-]{1,80}/.exec(referrer.slice(MARKER_ORIGIN.length))?.[0];
}
