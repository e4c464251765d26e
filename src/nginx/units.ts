const TIME_UNITS: ReadonlyArray<readonly [string, number]> = [
  ['y', 31_536_000_000],
  ['M', 2_592_000_000],
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/**
 * A time as nginx writes it (`60`, `60s`, `500ms`, `1h 30m`, `1h30m`), in milliseconds; undefined where nginx would
 * refuse it. A bare number is seconds. Source: ngx_parse_time, units in falling order and each at most once.
 */
export function parseTimeMs(text: string): number | undefined {
  const parts = text.match(/\d+(?:ms|[yMwdhms])?/g);
  // Nothing may stand between the parts but blanks.
  if (parts === null || parts.join('') !== text.replaceAll(' ', '') || text.length > 64) return undefined;
  let total = 0;
  let last = -1;
  for (const [i, part] of parts.entries()) {
    const unit = part.replace(/^\d+/, '');
    const rank = TIME_UNITS.findIndex(([name]) => name === (unit === '' ? 's' : unit));
    if (rank <= last || (unit === '' && i < parts.length - 1)) return undefined;
    last = rank;
    total += Number.parseInt(part, 10) * (TIME_UNITS[rank]?.[1] ?? 0);
  }
  return total;
}

/** A size as nginx writes it (`8192`, `8k`, `1m`, `2g`), in bytes; undefined where nginx would refuse it. */
export function parseSizeBytes(text: string): number | undefined {
  const match = /^(\d{1,15})([kKmMgG]?)$/.exec(text.trim());
  if (match === null) return undefined;
  const factor = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(match[2] ?? '').toLowerCase()] ?? 1;
  return Number(match[1]) * factor;
}
