/** Rules over a scene: which fire, which do not, and which cannot be judged for want of evidence. */
import type { Certainty } from '../domain/diagnosis.js';
import type { Text } from '../playbook/cause-schema.js';
import type { Argument, Recovery, Rule } from '../playbook/playbook-schema.js';
import {
  type Bindings,
  checkExpression,
  type Evaluated,
  elementType,
  evaluate,
  type PreparedScene,
  truthOf,
} from './expressions.js';

export interface Message {
  readonly text: Text;
  readonly values: Readonly<Record<string, string>>;
}

/** A recovery with everything filled in: exact arguments. */
export interface FilledRecovery {
  readonly recovery: Recovery;
  readonly host: string | undefined;
  readonly title: Message;
  readonly argv: readonly (readonly string[])[];
}

export interface Finding {
  readonly cause: string;
  readonly certainty: Certainty;
  readonly host: string | undefined;
  readonly says: Message;
  /** References to lines, the most telling first. */
  readonly cites: readonly string[];
  readonly recoveries: readonly FilledRecovery[];
  /** The objects that the rule was judged for, by the name it gave them. */
  readonly bound: Readonly<Record<string, unknown>>;
}

export interface RuledOutFinding {
  readonly cause: string;
  readonly because: Message;
  readonly cites: readonly string[];
}

export interface Findings {
  readonly fired: readonly Finding[];
  readonly ruledOut: readonly RuledOutFinding[];
  /** Causes that could not be judged, with the field that was not known. */
  readonly unknown: readonly { readonly cause: string; readonly needs: string }[];
}

export function judgeRules(
  rules: readonly Rule[],
  recoveries: readonly Recovery[],
  scene: PreparedScene,
): Findings {
  const fired: Finding[] = [];
  const ruledOut: RuledOutFinding[] = [];
  const unknown: { cause: string; needs: string }[] = [];
  for (const rule of rules) {
    for (const { context, types } of combinations(rule.for ?? {}, scene)) {
      const judged = evaluate(rule.when, types, context);
      const truth = truthOf(judged);
      if (truth === 'true') fired.push(findingOf(rule, recoveries, types, context, judged));
      if (truth === 'unknown' && !judged.ok) unknown.push({ cause: rule.cause, needs: judged.needs });
      const otherwise = truth === 'false' ? rule.otherwise : undefined;
      if (otherwise && truthOf(evaluate(otherwise.when, types, context)) === 'true') {
        ruledOut.push({
          cause: rule.cause,
          because: messageOf(otherwise.because, otherwise.with, types, context),
          cites: citesOf(otherwise.cite ?? [], types, context),
        });
      }
    }
  }
  return { fired, ruledOut, unknown };
}

interface Combination {
  readonly context: Readonly<Record<string, unknown>>;
  readonly types: Bindings;
  readonly bound: readonly string[];
}

/** Every combination of what the loops run over; one, without names, where there is no loop. */
export function combinations(
  loops: Readonly<Record<string, string>>,
  scene: PreparedScene,
): readonly Combination[] {
  let all: readonly Combination[] = [{ context: scene, types: {}, bound: [] }];
  for (const [name, list] of Object.entries(loops)) {
    all = all.flatMap((one) => {
      const type = elementType(list, one.types);
      const items = evaluate(list, one.types, one.context);
      if (!type || !items.ok || !Array.isArray(items.value)) return [];
      return items.value.map((item: unknown) => ({
        context: { ...one.context, [name]: item },
        types: { ...one.types, [name]: type },
        bound: [...one.bound, name],
      }));
    });
  }
  return all;
}

function findingOf(
  rule: Rule,
  recoveries: readonly Recovery[],
  types: Bindings,
  context: Readonly<Record<string, unknown>>,
  judged: Evaluated,
): Finding {
  const host = rule.host ? textOf(evaluate(rule.host, types, context)) : undefined;
  return {
    cause: rule.cause,
    certainty: certaintyOf(rule, judged),
    host,
    says: messageOf(rule.says, rule.with, types, context),
    cites: citesOf(rule.cite, types, context),
    recoveries: fillRecoveries(rule, recoveries, types, context, host),
    bound: Object.fromEntries(Object.keys(rule.for ?? {}).map((name) => [name, context[name]])),
  };
}

/** What rests on a guess is never proven: a backend that is only the one that is there, a configuration read in part. */
function certaintyOf({ certainty }: Rule, judged: Evaluated): Certainty {
  return judged.ok && judged.guessed && certainty === 'proven' ? 'likely' : certainty;
}

function messageOf(
  text: Text,
  values: Readonly<Record<string, string>> | undefined,
  types: Bindings,
  context: Readonly<Record<string, unknown>>,
): Message {
  const filled = Object.entries(values ?? {}).map(([name, expression]) => [
    name,
    textOf(evaluate(expression, types, context)) ?? '?',
  ]);
  return { text, values: Object.fromEntries(filled) };
}

function textOf(evaluated: Evaluated): string | undefined {
  if (!evaluated.ok) return undefined;
  const { value } = evaluated;
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'object' || value === undefined ? undefined : String(value);
}

/** References of what the expressions show; an expression whose value is not known adds none. */
function citesOf(
  expressions: readonly string[],
  types: Bindings,
  context: Readonly<Record<string, unknown>>,
): string[] {
  const cites = expressions.flatMap((expression) => {
    const evaluated = evaluate(expression, types, context);
    return evaluated.ok ? referencesIn(evaluated.value) : [];
  });
  return [...new Set(cites)];
}

function referencesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return referencesIn(Reflect.get(value, 'cite'));
}

function fillRecoveries(
  rule: Rule,
  recoveries: readonly Recovery[],
  types: Bindings,
  context: Readonly<Record<string, unknown>>,
  host: string | undefined,
): FilledRecovery[] {
  if (!rule.subject || !rule.recoveries) return [];
  const checked = checkExpression(rule.subject, types);
  const subject = evaluate(rule.subject, types, context);
  if (!checked.ok || !subject.ok) return [];
  const scope = { ...types, subject: checked.type };
  const inner = { ...context, subject: subject.value };
  return rule.recoveries.flatMap((id) =>
    recoveries
      .filter((recovery) => recovery.id === id && recovery.subject === checked.type)
      .filter((recovery) => !recovery.when || truthOf(evaluate(recovery.when, scope, inner)) === 'true')
      .flatMap((recovery) => fillRecovery(recovery, scope, inner, host)),
  );
}

/** None where an argument is not known: half a command is worse than no command. */
function fillRecovery(
  recovery: Recovery,
  types: Bindings,
  context: Readonly<Record<string, unknown>>,
  host: string | undefined,
): FilledRecovery[] {
  const argv = recovery.argv.map((words) => words.map((word) => argumentOf(word, types, context)));
  const exact = argv.map((words) => words.filter((word) => word !== undefined));
  if (exact.some((words, index) => words.length !== argv[index]?.length)) return [];
  const own = recovery.host ? textOf(evaluate(recovery.host, types, context)) : undefined;
  return [
    {
      recovery,
      host: own ?? host,
      title: messageOf(recovery.title, recovery.with, types, context),
      argv: exact,
    },
  ];
}

export function argumentOf(
  word: Argument,
  types: Bindings,
  context: Readonly<Record<string, unknown>>,
): string | undefined {
  return typeof word === 'string' ? word : textOf(evaluate(word.value, types, context));
}
