import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import type { ProbeKind } from '../probe-kind.js';
import { type LogTailParams, traceOf } from './error-log.js';
import { compileLogFormat, type LogFormat, readWithFormat } from './log-format.js';
import { readTail, tailCommand } from './tail-log.js';

export interface NginxAccessEntry {
  /** Epoch seconds; null where the format has no time. */
  readonly at: number | null;
  readonly status: number | null;
  readonly request: string | null;
  readonly client: string | null;
  readonly referrer: string | null;
  readonly userAgent: string | null;
  readonly bytes: number | null;
  readonly requestSeconds: number | null;
  /** Per attempt; `-` is left out. */
  readonly upstreamAddresses: readonly string[];
  readonly upstreamStatuses: readonly number[];
  readonly upstreamSeconds: readonly number[];
  readonly trace: string | null;
  readonly text: string;
  readonly line: number;
}

export interface NginxAccessLogFacts {
  readonly nowEpoch: number;
  readonly cut: boolean;
  readonly entries: readonly NginxAccessEntry[];
  /** Lines that fit neither the format nor the combined one. */
  readonly unread: number;
}

export const COMBINED =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';

export interface AccessLogParams extends LogTailParams {
  /** The log_format's string as nginx -T gives it; combined where absent. */
  readonly format?: string;
}

/** The end of an nginx access log, read by its log_format. */
export const nginxAccessLog: ProbeKind<AccessLogParams, NginxAccessLogFacts> = {
  kind: 'nginx.accessLog',
  command({ path, bytes = 256 * 1024, format }) {
    return {
      id: `nginx.accessLog:${path}`,
      kind: 'nginx.accessLog',
      argv: tailCommand(path, bytes, format),
      timeoutMs: 8000,
      capBytes: 2 * 1024 * 1024 + 4096,
      privileged: true,
    };
  },
  parse: parseAccessLog,
};

/** Lines that do not fit the format are tried as combined ones: the format may have been changed meanwhile. */
function parseAccessLog(output: ProbeOutput): Parsed<NginxAccessLogFacts> {
  const tail = readTail(output);
  if (!tail.ok) return tail;
  const { log } = tail;
  const formats = [compileLogFormat(log.format ?? COMBINED), compileLogFormat(COMBINED)];
  const entries: NginxAccessEntry[] = [];
  let unread = 0;
  for (const [index, text] of log.lines.entries()) {
    const entry = readAccessLine(text, formats, log.offsetSeconds, log.firstLine + index);
    if (entry !== null) entries.push(entry);
    else if (text.trim() !== '') unread += 1;
  }
  return { ok: true, facts: { nowEpoch: log.nowEpoch, cut: log.cut, entries, unread } };
}

/**
 *     127.0.0.1 - - [20/Nov/2026:21:06:07 +0000] "GET / HTTP/1.1" 502 157 "http://goodgate.invalid/7f3a91" "goodgate/0.1"
 */
function readAccessLine(
  text: string,
  formats: readonly LogFormat[],
  offsetSeconds: number,
  line: number,
): NginxAccessEntry | null {
  for (const format of formats) {
    const found = readWithFormat(text, format);
    if (found === null) continue;
    const get = (name: string): string | null => {
      const value = found.get(name);
      return value === undefined || value === '-' || value === '' ? null : value;
    };
    const status = numberOf(get('status'));
    const at = timeOf(found, offsetSeconds);
    if (status === null && at === null) continue;
    const referrer = get('http_referer');
    const userAgent = get('http_user_agent');
    const request = get('request') ?? joined(get('request_method'), get('request_uri') ?? get('uri'));
    return {
      at,
      status,
      request,
      client: get('remote_addr') ?? get('realip_remote_addr'),
      referrer,
      userAgent,
      bytes: numberOf(get('body_bytes_sent') ?? get('bytes_sent')),
      requestSeconds: numberOf(get('request_time')),
      upstreamAddresses: several(get('upstream_addr')),
      upstreamStatuses: several(get('upstream_status')).map(Number).filter(Number.isFinite),
      upstreamSeconds: several(get('upstream_response_time')).map(Number).filter(Number.isFinite),
      trace: (referrer === null ? undefined : traceOf(referrer)) ?? traceOfAgent(userAgent),
      text,
      line,
    };
  }
  return null;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function timeOf(found: ReadonlyMap<string, string>, offsetSeconds: number): number | null {
  const seconds = Number(found.get('msec') ?? Number.NaN);
  if (Number.isFinite(seconds)) return seconds;
  const iso = found.get('time_iso8601');
  if (iso !== undefined) {
    const at = Date.parse(iso);
    if (Number.isFinite(at)) return at / 1000;
  }
  const local = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?: ([+-])(\d\d)(\d\d))?$/.exec(
    found.get('time_local') ?? '',
  );
  if (local === null) return null;
  const month = MONTHS.indexOf(local[2] ?? '');
  if (month < 0) return null;
  const sign = local[7] === '-' ? -1 : 1;
  const offset =
    local[7] === undefined ? offsetSeconds : sign * (Number(local[8]) * 3600 + Number(local[9]) * 60);
  const at = Date.UTC(
    Number(local[3]),
    month,
    Number(local[1]),
    Number(local[4]),
    Number(local[5]),
    Number(local[6]),
  );
  return at / 1000 - offset;
}

function several(value: string | null): string[] {
  if (value === null) return [];
  return value
    .split(/\s*[,]\s*|\s+:\s+/)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '' && piece !== '-');
}

function numberOf(value: string | null): number | null {
  if (value === null) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function joined(first: string | null, second: string | null): string | null {
  return first === null || second === null ? null : `${first} ${second}`;
}

function traceOfAgent(agent: string | null): string | null {
  return /^goodgate\/\S{1,40} \(([A-Za-z0-9_-]{1,80})\)/.exec(agent ?? '')?.[1] ?? null;
}
