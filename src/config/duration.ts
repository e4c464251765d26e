const UNITS_MS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `5s`, `500ms`, `1.5m` in milliseconds; undefined for anything else, for zero and for more than the most allowed. */
export function parseDurationMs(text: string, mostMs = 3_600_000): number | undefined {
  const match = /^(\d{1,7}(?:\.\d{1,3})?) ?(ms|s|m|h|d)$/u.exec(text);
  const unitMs = UNITS_MS.get(match?.[2] ?? '');
  if (match?.[1] === undefined || unitMs === undefined) {
    return undefined;
  }
  const ms = Math.round(Number(match[1]) * unitMs);
  return ms > 0 && ms <= mostMs ? ms : undefined;
}
