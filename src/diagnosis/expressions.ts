/**
 * Conditions of playbooks: CEL (https://cel.dev) over the scene.
 *
 * An absent field makes an expression fail with `no_such_key`; that is how missing evidence becomes *unknown*
 * rather than false. CEL's `&&` and `||` absorb such a failure where the other side decides.
 */
import { Environment, EvaluationError } from '@marcbachmann/cel-js';
import { type Scene, sceneTypes, sceneVariables } from './scene-types.js';

export type Truth = 'true' | 'false' | 'unknown';

/** Names bound by a rule's `for`, with the CEL type of each. */
export type Bindings = Readonly<Record<string, string>>;

type SceneClass = new (fields: Record<string, unknown>) => object;

const classes = new Map<string, SceneClass>(Object.keys(sceneTypes).map((name) => [name, sceneClass(name)]));

/** A class whose instances have no field but those that are known, so that `has()` tells the truth. */
function sceneClass(name: string): SceneClass {
  const holder = {
    [name]: class {
      constructor(fields: Record<string, unknown>) {
        if (fields['guessed'] === true) watch(this, fields);
        else Object.assign(this, fields);
      }
    },
  };
  const made = holder[name];
  if (!made) throw new Error(`no class for ${name}`);
  return made;
}

/** Whether the evaluation under way has read an object that rests on a guess; evaluations do not nest. */
let guessRead = false;

function watch(object: object, fields: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(fields)) {
    const get = (): unknown => {
      guessRead = true;
      return value;
    };
    Object.defineProperty(object, name, { enumerable: true, get });
  }
}

function baseEnvironment(): Environment {
  const environment = new Environment();
  for (const [name, fields] of Object.entries(sceneTypes)) {
    const ctor = classes.get(name);
    if (ctor) environment.registerType(name, { ctor, fields: { ...fields } });
  }
  for (const [name, type] of Object.entries(sceneVariables)) environment.registerVariable(name, type);
  return environment;
}

const base = baseEnvironment();
const environments = new Map<string, Environment>();

function environmentFor(bindings: Bindings): Environment {
  const key = JSON.stringify(bindings);
  const known = environments.get(key);
  if (known) return known;
  const environment = base.clone();
  for (const [name, type] of Object.entries(bindings)) environment.registerVariable(name, type);
  environments.set(key, environment);
  return environment;
}

export type CheckedExpression =
  | { readonly ok: true; readonly type: string }
  | { readonly ok: false; readonly message: string; readonly start: number; readonly end: number };

/** Type-checks an expression without evaluating it. */
export function checkExpression(expression: string, bindings: Bindings): CheckedExpression {
  const result = environmentFor(bindings).check(expression);
  if (result.valid) return { ok: true, type: result.type ?? 'dyn' };
  const range = result.error?.range;
  return {
    ok: false,
    message: result.error?.summary ?? 'not a valid expression',
    start: range?.start ?? 0,
    end: range?.end ?? expression.length,
  };
}

/** A scene as CEL sees it: typed objects, whole numbers as integers. Make it once for each scene. */
export type PreparedScene = Readonly<Record<string, unknown>>;

export function prepareScene(scene: Scene): PreparedScene {
  const seen = new WeakMap<object, unknown>();
  const prepared: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(sceneVariables)) {
    prepared[name] = toCel(Reflect.get(scene, name), type, seen);
  }
  return prepared;
}

function toCel(value: unknown, type: string, seen: WeakMap<object, unknown>): unknown {
  if (value === undefined || value === null) return undefined;
  if (type === 'int') return typeof value === 'number' ? BigInt(Math.round(value)) : undefined;
  if (Array.isArray(value)) {
    const inner = /^list<(.+)>$/.exec(type)?.[1] ?? 'dyn';
    return value.map((item) => toCel(item, inner, seen)).filter((item) => item !== undefined);
  }
  const ctor = classes.get(type);
  if (!ctor || typeof value !== 'object') return value;
  const known = seen.get(value);
  if (known) return known;
  const fields: Record<string, unknown> = {};
  for (const [name, fieldType] of Object.entries(tableOf(type))) {
    const converted = toCel(Reflect.get(value, name), fieldType, seen);
    if (converted !== undefined) fields[name] = converted;
  }
  const made = new ctor(fields);
  seen.set(value, made);
  return made;
}

function tableOf(type: string): Readonly<Record<string, string>> {
  return new Map<string, Readonly<Record<string, string>>>(Object.entries(sceneTypes)).get(type) ?? {};
}

/** The element type of a list expression, e.g. `Upstream` for `upstreams`; undefined where it is no list. */
export function elementType(listExpression: string, bindings: Bindings): string | undefined {
  const checked = checkExpression(listExpression, bindings);
  return checked.ok ? /^list<(.+)>$/.exec(checked.type)?.[1] : undefined;
}

export type Evaluated =
  /** `guessed`: it was decided by an object that rests on a guess (its field `guessed`). */
  | { readonly ok: true; readonly value: unknown; readonly guessed: boolean }
  /** `needs`: the field that was not known. */
  | { readonly ok: false; readonly needs: string };

/** Evaluates an expression that `checkExpression` accepted. Never throws for the scene's content. */
export function evaluate(
  expression: string,
  bindings: Bindings,
  context: Readonly<Record<string, unknown>>,
): Evaluated {
  guessRead = false;
  try {
    const value: unknown = environmentFor(bindings).evaluate(expression, context);
    return { ok: true, value, guessed: guessRead };
  } catch (error) {
    if (error instanceof EvaluationError) return { ok: false, needs: error.summary };
    throw error;
  }
}

export function truthOf(evaluated: Evaluated): Truth {
  if (!evaluated.ok) return 'unknown';
  return evaluated.value === true ? 'true' : 'false';
}
