/** A diagnosis as it comes back from a store: foreign until it has been read. */
import { z } from 'zod';
import { hostFailureReasonSchema, missingReasonSchema } from './check-record-schema.js';
import type { Citation, Diagnosis } from './diagnosis.js';

const citation: z.ZodType<Citation> = z.object({
  probe: z.string(),
  host: z.string(),
  argv: z.array(z.string()),
  within: z.string().exactOptional(),
  at: z.string(),
  excerpt: z.string(),
});

const chainLink = z.object({
  says: z.string(),
  cause: z.string().exactOptional(),
  evidence: z.array(citation),
});

const recovery = z.object({
  id: z.string(),
  risk: z.enum(['safe', 'disruptive', 'manual']),
  title: z.string(),
  host: z.string().exactOptional(),
  argv: z.array(z.array(z.string())),
});

const namedCause = z.object({
  id: z.string(),
  certainty: z.enum(['proven', 'likely', 'possible']),
  host: z.string(),
  container: z.string().exactOptional(),
  title: z.string(),
  chain: z.array(chainLink),
  recoveries: z.array(recovery),
});

const ruledOut = z.object({
  id: z.string(),
  because: z.string(),
  evidence: z.array(citation).exactOptional(),
});

const notChecked = z.object({
  probe: z.string(),
  host: z.string(),
  reason: z.union([missingReasonSchema, hostFailureReasonSchema]),
  says: z.string().exactOptional(),
  about: z.string().exactOptional(),
  remedy: z.string().exactOptional(),
});

const hop = z.object({
  hop: z.string(),
  address: z.string(),
  state: z.enum(['ok', 'broken', 'unknown']),
  says: z.string(),
  depth: z.number().exactOptional(),
});

const hostReport = z.object({
  host: z.string(),
  connections: z.number(),
  channels: z.number(),
  probes: z.number(),
  user: z.string().exactOptional(),
  root: z.boolean().exactOptional(),
});

// Tolerant of keys that a later version adds.
export const diagnosisSchema: z.ZodType<Diagnosis> = z.object({
  schema: z.literal(1),
  target: z.string(),
  url: z.string(),
  playbook: z.string(),
  verdict: z.enum(['root-cause', 'healthy', 'inconclusive', 'unreachable']),
  httpStatus: z.number().nullable(),
  symptom: z.string(),
  causes: z.array(namedCause),
  ruledOut: z.array(ruledOut),
  notChecked: z.array(notChecked),
  path: z.array(hop),
  recent: z.array(z.object({ says: z.string(), evidence: z.array(citation) })),
  startedAt: z.string(),
  durationMs: z.number(),
  hosts: z.array(hostReport),
});
