import { z } from 'zod';
import { type Checked, problem } from '../config/config.js';
import type { CheckRecord } from '../domain/check-record.js';

const missingReason = z.enum([
  'timeout',
  'unreachable',
  'command-not-found',
  'permission-denied',
  'unparseable',
  'truncated',
  'not-found',
  'failed',
]);

const hostFailureReason = z.enum([
  'dns',
  'refused',
  'timeout',
  'no-route',
  'host-key-unknown',
  'host-key-changed',
  'auth',
  'key-file',
  'passphrase',
  'no-shell',
  'container',
  'lost',
]);

const evidence = z.object({
  id: z.string(),
  kind: z.string(),
  host: z.string(),
  argv: z.array(z.string()),
  at: z.string(),
  durationMs: z.number(),
  output: z
    .object({
      exitCode: z.number().nullable(),
      stdout: z.string(),
      stderr: z.string(),
      truncated: z.boolean(),
      timedOut: z.boolean(),
    })
    .exactOptional(),
  missing: z
    .object({ reason: missingReason, says: z.string(), about: z.string().exactOptional() })
    .exactOptional(),
});

const recordedHost = z.object({
  alias: z.string(),
  roles: z.array(z.enum(['proxy', 'backend'])),
  failure: z.object({ reason: hostFailureReason, says: z.string(), remedy: z.string() }).exactOptional(),
  user: z.string().exactOptional(),
  root: z.boolean().exactOptional(),
  sudo: z.enum(['yes', 'refused', 'not-asked']).exactOptional(),
  connections: z.number(),
  channels: z.number(),
  probes: z.number(),
});

// Tolerant of keys that a later version adds.
const recordSchema = z.object({
  schema: z.literal(1),
  goodgate: z.string(),
  target: z.object({
    name: z.string(),
    url: z.string(),
    asked: z.object({ url: z.string(), evidence: z.string() }).exactOptional(),
    playbook: z.string().exactOptional(),
    variables: z.record(z.string(), z.string()),
  }),
  startedAt: z.string(),
  durationMs: z.number(),
  trace: z.string(),
  hosts: z.array(recordedHost),
  evidence: z.array(evidence),
});

/** Reads what `check --record` wrote. Never throws. */
export function readRecord(text: string, file: string): Checked<CheckRecord> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return problem(`${file} is not JSON`, 'it should be what goodgate check --record FILE wrote');
  }
  const parsed = recordSchema.safeParse(value);
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
