import { z } from 'zod';
import { type Checked, problem } from '../config/config.js';
import type { CheckRecord } from '../domain/check-record.js';
import { checkRecordSchema } from '../domain/check-record-schema.js';

/** Reads what `check --record` wrote. Never throws. */
export function readRecord(text: string, file: string): Checked<CheckRecord> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return problem(`${file} is not JSON`, 'it should be what goodgate check --record FILE wrote');
  }
  const parsed = checkRecordSchema.safeParse(value);
  if (parsed.success) {
    return { ok: true, value: parsed.data };
  }
  const other = z.object({ schema: z.number() }).safeParse(value);
  if (other.success && other.data.schema !== 1) {
    return problem(
      `${file} is a record of schema ${other.data.schema}, expected 1`,
      `it was written by ${other.data.schema > 1 ? 'a later' : 'an earlier'} goodgate`,
    );
  }
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  return problem(
    `${file} is not the record of a check${where === '' ? '' : ` (at ${where})`}`,
    'it should be what goodgate check --record FILE wrote',
  );
}
