const UNITS_MS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
]);

/** `5s`, `500ms`, `1.5m` in milliseconds; undefined for anything else, for zero and for more than an hour. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d{1,7}(?:\.\d{1,3})?) ?(ms|s|m)$/u.exec(text);
  const unitMs = UNITS_MS.get(match?.[2] ?? '');
  if (match?.[1] === undefined || unitMs === undefined) {
    return undefined;
  }
  const ms = Math.round(Number(match[1]) * unitMs);
  return ms > 0 && ms <= 3_600_000 ? ms : undefined;
}
