import type { Parsed, ProbeCommand, ProbeOutput } from '../../domain/evidence.js';
import { ADMIN_PATH } from '../framed-output.js';
import { MARKER_ORIGIN } from '../http/request-params.js';
import type { ProbeKind } from '../probe-kind.js';
import { containerParam, countParam } from '../probe-params.js';
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

/** What nginx in a container writes to standard error, as the images of nginx.org do. */
export interface ContainerLogParams {
  readonly container: string;
  readonly lines: number;
}

export interface LogTailParams {
  readonly path: string;
  /** How much of its end is read. */
  readonly bytes?: number;
}

// nginx writes its container's local time, which only the container's own clock tells.
const CONTAINER_SNIPPET = `${ADMIN_PATH}
engine=docker
command -v docker >/dev/null 2>&1 || engine=podman
now=$("$engine" exec "$1" date '+clock %s %z' 2>/dev/null </dev/null)
case $now in clock*) echo "$now";; *) date -u '+clock %s +0000';; esac
echo 'size - mtime -'
exec "$engine" logs --tail "$2" "$1" 2>&1 </dev/null`;

/** The end of an nginx error log: of a file, or of what a container writes. */
export const nginxErrorLog: ProbeKind<LogTailParams | ContainerLogParams, NginxErrorLogFacts> = {
  kind: 'nginx.errorLog',
  command(params) {
    if ('container' in params) return containerLog(params);
    const { path, bytes = 256 * 1024 } = params;
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

function containerLog(params: ContainerLogParams): ProbeCommand {
  const container = containerParam('nginx.errorLog', params.container);
  const lines = countParam('nginx.errorLog', 'lines', params.lines, 10_000);
  return {
    id: `nginx.errorLog:container:${container}`,
    kind: 'nginx.errorLog',
    argv: ['sh', '-c', CONTAINER_SNIPPET, 'goodgate', container, lines, 'logs'],
    timeoutMs: 8000,
    capBytes: 2 * 1024 * 1024 + 4096,
    privileged: true,
  };
}

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
