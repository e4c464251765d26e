/** A check's record as it comes back from a file or a store: foreign until it has been read. */
import { z } from 'zod';
import type { CheckRecord } from './check-record.js';

export const missingReasonSchema = z.enum([
  'timeout',
  'unreachable',
  'command-not-found',
  'permission-denied',
  'unparseable',
  'truncated',
  'not-found',
  'failed',
]);

export const hostFailureReasonSchema = z.enum([
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
    .object({ reason: missingReasonSchema, says: z.string(), about: z.string().exactOptional() })
    .exactOptional(),
});

const recordedHost = z.object({
  alias: z.string(),
  roles: z.array(z.enum(['proxy', 'backend'])),
  failure: z
    .object({ reason: hostFailureReasonSchema, says: z.string(), remedy: z.string() })
    .exactOptional(),
  user: z.string().exactOptional(),
  root: z.boolean().exactOptional(),
  sudo: z.enum(['yes', 'refused', 'not-asked']).exactOptional(),
  connections: z.number(),
  channels: z.number(),
  probes: z.number(),
});

// Tolerant of keys that a later version adds.
export const checkRecordSchema: z.ZodType<CheckRecord> = z.object({
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
