import { z } from 'zod';

/**
 * What `goodgate check --format json` promises to other programs, written from the contract and not from the
 * product's types: more keys may stand beside these, none of these may go.
 */
const text = z.string().min(1);
const argv = z.array(z.string()).min(1);
const moment = z.iso.datetime();

const citation = z.looseObject({
  probe: text,
  host: text,
  argv: z.array(z.string()),
  at: moment,
  excerpt: text,
});

const link = z.looseObject({ says: text, evidence: z.array(citation).min(1) });

const recovery = z.looseObject({
  id: text,
  risk: z.enum(['safe', 'disruptive', 'manual']),
  argv: z.array(argv),
});

const cause = z.looseObject({
  id: text,
  certainty: z.enum(['proven', 'likely', 'possible']),
  host: text,
  title: text,
  chain: z.array(link).min(1),
  recoveries: z.array(recovery),
});

export const contract = z.looseObject({
  schema: z.literal(1),
  target: text,
  verdict: z.enum(['root-cause', 'healthy', 'inconclusive', 'unreachable']),
  httpStatus: z.int().min(100).max(599).nullable(),
  causes: z.array(cause),
  ruledOut: z.array(z.looseObject({ id: text, because: text })),
  notChecked: z.array(z.looseObject({ probe: text, host: text, reason: text })),
  path: z
    .array(
      z.looseObject({
        hop: text,
        address: z.string(),
        state: z.enum(['ok', 'broken', 'unknown']),
        says: text,
      }),
    )
    .min(1),
  startedAt: moment,
  durationMs: z.number().nonnegative(),
  hosts: z
    .array(
      z.looseObject({
        host: text,
        connections: z.int().nonnegative(),
        channels: z.int().nonnegative(),
        probes: z.int().nonnegative(),
      }),
    )
    .min(1),
});

export type Result = z.infer<typeof contract>;
export type ResultCause = z.infer<typeof cause>;
export type Excerpt = z.infer<typeof citation>;
