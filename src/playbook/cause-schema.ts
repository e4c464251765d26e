import { z } from 'zod';

/**
 * What an entry of `playbooks/causes/*.yaml` looks like. Strict: an unknown key is an error, since a misspelt
 * `leadsTo` would otherwise silently take an edge out of the cause graph.
 */

const HAN = /[\u4e00-\u9fff]/u;

/** Where a person would go to mend it. */
export const LAYERS = ['edge', 'proxy', 'link', 'process', 'resource', 'dependency', 'access'] as const;

/** What the recovery does; `manual` is shown as commands for a person and never run. */
export const MENDS = ['restart', 'reload', 'config', 'manual'] as const;

export const causeIdSchema = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/u, 'expected an id in kebab-case, such as redis-down');

const line = z.string().trim().min(1, 'expected a text, got an empty one');

/** A text in both languages. */
export const textSchema = z.strictObject({
  en: line,
  zh: line.regex(HAN, 'expected a Chinese text, got one without a Chinese character'),
});

const explainSchema = z.strictObject({
  /** What it is and which code a client sees because of it; 2 to 4 sentences. */
  what: textSchema,
  /** How to see it by hand: a command with placeholders in capitals, and what it shows when this is the cause. */
  confirm: z.array(z.strictObject({ run: line, see: textSchema })).min(1),
  /** Ordered steps. */
  mend: z.array(z.strictObject({ do: textSchema, run: line.optional() })).min(1),
  prevent: z.array(textSchema).min(1).max(4),
  /** What it is easily taken for, and what tells the two apart. */
  unlike: z.array(z.strictObject({ id: causeIdSchema, by: textSchema })),
});

/** A cause without its explanation: all that judging needs. */
export const causeHeadSchema = z.strictObject({
  id: causeIdSchema,
  layer: z.enum(LAYERS),
  /** One line: what is wrong. */
  title: textSchema,
  /** What a client sees, e.g. `502`; `-` where the service limps without an error page. */
  http: line,
  /** Ids of the causes that this one may bring about: edges of the cause graph, deeper to shallower. */
  leadsTo: z.array(causeIdSchema),
  mend: z.enum(MENDS),
  /** Pages of official documentation. */
  references: z.array(z.url({ protocol: /^https$/u })).optional(),
});

export const causeSchema = z.strictObject({ ...causeHeadSchema.shape, explain: explainSchema });

export type Layer = (typeof LAYERS)[number];
export type Mend = (typeof MENDS)[number];
export type Text = z.infer<typeof textSchema>;
export type CauseHead = Readonly<z.infer<typeof causeHeadSchema>>;
export type Cause = Readonly<z.infer<typeof causeSchema>>;
