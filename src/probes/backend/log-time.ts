/** When a log line was written, by the stamp that it begins with. Local times need the host's offset from UTC. */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Epoch seconds, or undefined for a line without a stamp. `nowEpoch` gives the year to stamps that have none. */
export function logTime(text: string, offsetSeconds: number, nowEpoch: number): number | undefined {
  const head = text.slice(0, 80);
  return (
    isoTime(head, offsetSeconds) ??
    epochTime(head) ??
    syslogTime(head, offsetSeconds, nowEpoch) ??
    redisTime(head, offsetSeconds)
  );
}

/**
 * `[2026-11-20T21:06:07.537] [ERROR]` (log4js, local time), `2026-11-20 21:06:07,537`, `2026-11-20T21:06:07Z`,
 * `[2026-11-20 21:06:07 +0100]` (gunicorn), `2026/11/20 21:06:07` (Go, nginx), `2026-11-20 21:06:07.537 CET`.
 */
function isoTime(head: string, offsetSeconds: number): number | undefined {
  const match =
    /(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?/.exec(
      head,
    );
  if (match === null || match.index > 40) return undefined;
  const [, year, month, day, hour, minute, second, , zone] = match;
  const utc =
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) /
    1000;
  return Number.isNaN(utc) ? undefined : utc - (zone === undefined ? offsetSeconds : zoneSeconds(zone));
}

function zoneSeconds(zone: string): number {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (match === null) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60;
  return match[1] === '-' ? -seconds : seconds;
}

/** pino: `{"level":50,"time":1795224301537,…`. */
function epochTime(head: string): number | undefined {
  const match = /"(?:time|timestamp|ts)":\s?(\d{10})(?:\.\d+|\d{3})?\b/.exec(head);
  return match === null ? undefined : Number(match[1]);
}

/** `Nov 20 21:06:07 docs-1 app[812]: …`, the year left out. */
function syslogTime(head: string, offsetSeconds: number, nowEpoch: number): number | undefined {
  const match =
    /^(?:\[?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)/.exec(
      head,
    );
  const month = match === null ? -1 : MONTHS.indexOf((match[1] ?? '').toLowerCase());
  if (match === null || month < 0) return undefined;
  const year = new Date(nowEpoch * 1000).getUTCFullYear();
  const at = (of: number): number =>
    Date.UTC(of, month, Number(match[2]), Number(match[3]), Number(match[4]), Number(match[5])) / 1000 -
    offsetSeconds;
  // A stamp of the future is last year's.
  return at(year) > nowEpoch + 86_400 ? at(year - 1) : at(year);
}

/** `812:M 20 Nov 2026 21:06:07.537 * Ready to accept connections`. */
function redisTime(head: string, offsetSeconds: number): number | undefined {
  const match = /\b(\d{1,2})[ /]([A-Z][a-z]{2})[ /](\d{4})[ :](\d\d):(\d\d):(\d\d)/.exec(head);
  const month = match === null ? -1 : MONTHS.indexOf((match[2] ?? '').toLowerCase());
  if (match === null || month < 0) return undefined;
  return (
    Date.UTC(
      Number(match[3]),
      month,
      Number(match[1]),
      Number(match[4]),
      Number(match[5]),
      Number(match[6]),
    ) /
      1000 -
    offsetSeconds
  );
}
