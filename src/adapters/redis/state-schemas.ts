/** What stands in Redis, read as foreign text. Loose: fields of a later version are kept when this one writes. */
import { z } from 'zod';
import type { Actor } from '../../domain/actor.js';
import type { Incident } from '../../domain/incident.js';
import type { Conversation, Run } from '../../domain/run.js';
import type { TimelineEvent } from '../../domain/timeline.js';
import type { PostedMessage } from '../../ports-state.js';

const actor: z.ZodType<Actor> = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('person'), id: z.string() }),
  z.looseObject({ kind: z.literal('alert'), source: z.string() }),
  z.looseObject({ kind: z.literal('goodgate') }),
]);

const conversation: z.ZodType<Conversation> = z.looseObject({
  channel: z.string(),
  threadTs: z.string().exactOptional(),
});

const progress = z.looseObject({
  step: z.enum(['connecting', 'looking', 'judging']),
  hosts: z.array(
    z.looseObject({
      host: z.string(),
      state: z.enum(['connecting', 'looking', 'unreachable']),
      done: z.number(),
      asked: z.number(),
    }),
  ),
});

const result = z.looseObject({
  verdict: z.enum(['root-cause', 'healthy', 'inconclusive', 'unreachable']),
  httpStatus: z.number().nullable(),
  cause: z
    .looseObject({
      id: z.string(),
      certainty: z.enum(['proven', 'likely', 'possible']),
      host: z.string(),
    })
    .exactOptional(),
  probes: z.number(),
});

export const runSchema: z.ZodType<Run> = z.looseObject({
  id: z.string(),
  target: z.string(),
  playbook: z.string().exactOptional(),
  priority: z.enum(['person', 'alert']),
  requestedBy: actor,
  joinedBy: z.array(actor),
  conversation,
  createdAt: z.string(),
  state: z.enum(['queued', 'running', 'finished', 'interrupted', 'cancelled']),
  waitingFor: z.array(z.string()).exactOptional(),
  attempts: z.number(),
  worker: z.string().exactOptional(),
  startedAt: z.string().exactOptional(),
  progress: progress.exactOptional(),
  cancelRequestedBy: actor.exactOptional(),
  endedAt: z.string().exactOptional(),
  durationMs: z.number().exactOptional(),
  result: result.exactOptional(),
  interrupted: z
    .looseObject({
      reason: z.enum(['time-limit', 'worker-lost', 'stopped', 'failed', 'configuration']),
      says: z.string(),
    })
    .exactOptional(),
  incident: z.string().exactOptional(),
  revision: z.int(),
});

const deed = z.looseObject({ by: actor, at: z.string() });

export const incidentSchema: z.ZodType<Incident> = z.looseObject({
  id: z.string(),
  target: z.string(),
  state: z.enum(['open', 'mitigated', 'resolved']),
  openedAt: z.string(),
  openedBy: actor,
  conversation,
  runs: z.array(z.string()),
  cause: z.string().exactOptional(),
  acknowledged: deed.exactOptional(),
  mitigatedAt: z.string().exactOptional(),
  resolved: deed.exactOptional(),
  revision: z.int(),
});

export const timelineEventSchema: z.ZodType<TimelineEvent> = z.looseObject({
  at: z.string(),
  actor,
  kind: z.enum([
    'run-requested',
    'run-joined',
    'run-waiting',
    'run-started',
    'run-taken-over',
    'run-finished',
    'run-interrupted',
    'run-cancel-requested',
    'run-cancelled',
    'incident-opened',
    'incident-mitigated',
    'incident-reopened',
    'incident-acknowledged',
    'incident-resolved',
    'note',
  ]),
  details: z.record(z.string(), z.string()),
});

export const postedMessageSchema: z.ZodType<PostedMessage> = z.looseObject({
  channel: z.string(),
  threadTs: z.string().exactOptional(),
  ts: z.string().exactOptional(),
  state: z.enum(['new', 'sending', 'doubtful', 'posted', 'refused']),
  refusal: z.string().exactOptional(),
  shown: z.string().exactOptional(),
  at: z.string(),
});

/** Throws with the place that is wrong, and without the value, which may be long or private. */
export function parseJson<Value>(schema: z.ZodType<Value>, text: string): Value {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('is not JSON');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(
    `at ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? 'is not what was expected'}`,
  );
}
