import { z } from 'zod';
import { causeIdSchema, textSchema } from './cause-schema.js';

/**
 * What `playbooks/*.yaml` looks like. Strict: an unknown key is an error. Expressions are CEL over the scene
 * (src/diagnosis/scene-types.ts); texts are ICU messages whose `{names}` come from `with`.
 */

const expression = z.string().trim().min(1, 'expected a CEL expression, got an empty text');
const name = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]*$/u, 'expected a name such as upstream (letters and digits, small first letter)');
const bindings = z.record(name, expression);

/** A literal, or an expression whose value becomes exactly one argument. */
const argumentSchema = z.union([z.string(), z.strictObject({ value: expression })]);

const lookSchema = z.strictObject({
  /** How rules call it: `looks.exists(l, l.id == "…")`. */
  id: z.string().regex(/^[a-z][a-z0-9.-]*$/u, 'expected an id such as app.queue'),
  /** In which round it runs: 1 needs no answer, 2 and 3 may use what the rounds before found. */
  round: z.int().min(1).max(3),
  on: z.array(z.enum(['proxy', 'backend'])).optional(),
  for: bindings.optional(),
  when: expression.optional(),
  /** A read-only command. A literal, or `{value: EXPRESSION}` for exactly one argument. */
  argv: z.array(argumentSchema).min(1),
  timeoutSeconds: z.number().positive().max(30).optional(),
  privileged: z.boolean().optional(),
});

const ruleSchema = z.strictObject({
  cause: causeIdSchema,
  certainty: z.enum(['proven', 'likely', 'possible']),
  /** Loops: the rule is judged for each combination. Later ones may use earlier names. */
  for: bindings.optional(),
  when: expression,
  /** The host where a person would mend it. */
  host: expression.optional(),
  says: textSchema,
  with: bindings.optional(),
  /** Objects of the scene, lists of them or their `cite`, whose lines show it. The first is shown first. */
  cite: z.array(expression).min(1),
  /** What this is about; recoveries are looked up by its type and may use it as `subject`. */
  subject: expression.optional(),
  recoveries: z.array(z.string()).optional(),
  /** Why this cause is ruled out, where `when` is false and this is true. */
  otherwise: z
    .strictObject({
      when: expression,
      because: textSchema,
      with: bindings.optional(),
      cite: z.array(expression).optional(),
    })
    .optional(),
});

const recoverySchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/u, 'expected an id such as restart-redis'),
  /** The type of its subject, e.g. Service. */
  subject: z.string(),
  when: expression.optional(),
  risk: z.enum(['safe', 'disruptive', 'manual']),
  title: textSchema,
  with: bindings.optional(),
  host: expression.optional(),
  argv: z.array(z.array(argumentSchema).min(1)).min(1),
});

export const playbookSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/u, 'expected a name such as nginx-upstream'),
  title: textSchema,
  extends: z.string().optional(),
  /** True where this playbook is meant for what was found; asked when nobody chose one. */
  match: expression.optional(),
  /** Variables that targets may set, and what they mean. */
  variables: z
    .record(z.string(), z.strictObject({ about: textSchema, default: z.string().optional() }))
    .optional(),
  looks: z.array(lookSchema).optional(),
  rules: z.array(ruleSchema).optional(),
  recoveries: z.array(recoverySchema).optional(),
});

export type PlaybookFile = Readonly<z.infer<typeof playbookSchema>>;
export type Rule = Readonly<z.infer<typeof ruleSchema>>;
export type Look = Readonly<z.infer<typeof lookSchema>>;
export type Recovery = Readonly<z.infer<typeof recoverySchema>>;
export type Argument = z.infer<typeof argumentSchema>;

/** A playbook with what it extends folded in: its own entries first. */
export interface Playbook {
  readonly name: string;
  readonly title: { readonly en: string; readonly zh: string };
  readonly match?: string;
  readonly variables: Readonly<Record<string, { readonly default?: string | undefined }>>;
  readonly looks: readonly Look[];
  readonly rules: readonly Rule[];
  readonly recoveries: readonly Recovery[];
}
