/**
 * Everything about a playbook that its shape does not show: expressions and their types, texts and their names,
 * causes and recoveries that it names. Answers with places in the file and the nearest valid name.
 */
import { closest } from 'fastest-levenshtein';
import { type Bindings, checkExpression, elementType } from '../diagnosis/expressions.js';
import { messageProblem } from '../diagnosis/messages.js';
import { sceneTypes, sceneVariables } from '../diagnosis/scene-types.js';
import type { Text } from './cause-schema.js';
import type { Argument, Look, PlaybookFile, Recovery, Rule } from './playbook-schema.js';

/** Something wrong, at a path within the file's value. */
export interface PlaybookProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly suggestion?: string;
}

export interface KnownNames {
  readonly causes: readonly string[];
  /** Recoveries of the playbooks that this one extends. */
  readonly recoveries: readonly string[];
}

type Path = readonly (string | number)[];

export function checkPlaybook(file: PlaybookFile, known: KnownNames): PlaybookProblem[] {
  const recoveries = [...known.recoveries, ...(file.recoveries ?? []).map((recovery) => recovery.id)];
  return [
    ...(file.match ? wantsType(file.match, {}, 'bool', ['match']) : []),
    ...(file.looks ?? []).flatMap((look, index) => checkLook(look, ['looks', index])),
    ...(file.rules ?? []).flatMap((rule, index) =>
      checkRule(rule, ['rules', index], known.causes, recoveries),
    ),
    ...(file.recoveries ?? []).flatMap((recovery, index) => checkRecovery(recovery, ['recoveries', index])),
  ];
}

function checkLook(look: Look, path: Path): PlaybookProblem[] {
  const { types, problems } = checkLoops(look.for, path);
  return [
    ...problems,
    ...(look.when ? wantsType(look.when, types, 'bool', [...path, 'when']) : []),
    ...checkArguments(look.argv, types, [...path, 'argv']),
  ];
}

function checkRule(
  rule: Rule,
  path: Path,
  causes: readonly string[],
  recoveries: readonly string[],
): PlaybookProblem[] {
  const { types, problems } = checkLoops(rule.for, path);
  const { otherwise } = rule;
  return [
    ...problems,
    ...knownName(rule.cause, causes, 'cause', [...path, 'cause']),
    ...wantsType(rule.when, types, 'bool', [...path, 'when']),
    ...(rule.host ? wantsType(rule.host, types, 'string', [...path, 'host']) : []),
    ...checkMessage(rule.says, rule.with, types, path, 'says'),
    ...rule.cite.flatMap((cite, index) => checkCite(cite, types, [...path, 'cite', index])),
    ...(rule.subject ? anyType(rule.subject, types, [...path, 'subject']).problems : []),
    ...(rule.recoveries ?? []).flatMap((id, index) =>
      knownName(id, recoveries, 'recovery', [...path, 'recoveries', index]),
    ),
    ...(otherwise
      ? [
          ...wantsType(otherwise.when, types, 'bool', [...path, 'otherwise', 'when']),
          ...checkMessage(otherwise.because, otherwise.with, types, [...path, 'otherwise'], 'because'),
          ...(otherwise.cite ?? []).flatMap((cite, index) =>
            checkCite(cite, types, [...path, 'otherwise', 'cite', index]),
          ),
        ]
      : []),
  ];
}

function checkRecovery(recovery: Recovery, path: Path): PlaybookProblem[] {
  const types = { subject: recovery.subject };
  const unknown = knownName(recovery.subject, Object.keys(sceneTypes), 'type', [...path, 'subject']);
  if (unknown.length > 0) return unknown;
  return [
    ...(recovery.when ? wantsType(recovery.when, types, 'bool', [...path, 'when']) : []),
    ...(recovery.host ? wantsType(recovery.host, types, 'string', [...path, 'host']) : []),
    ...checkMessage(recovery.title, recovery.with, types, path, 'title'),
    ...recovery.argv.flatMap((words, index) => checkArguments(words, types, [...path, 'argv', index])),
  ];
}

function checkLoops(
  loops: Readonly<Record<string, string>> | undefined,
  path: Path,
): { types: Bindings; problems: PlaybookProblem[] } {
  let types: Bindings = {};
  const problems: PlaybookProblem[] = [];
  for (const [name, list] of Object.entries(loops ?? {})) {
    const at = [...path, 'for', name];
    if (Object.hasOwn(sceneVariables, name)) {
      problems.push({ path: at, message: `"${name}" is a name of the scene already; choose another` });
      continue;
    }
    const { problems: wrong } = anyType(list, types, at);
    const type = elementType(list, types);
    if (wrong.length > 0) problems.push(...wrong);
    else if (!type) problems.push({ path: at, message: 'expected a list to loop over' });
    else types = { ...types, [name]: type };
  }
  return { types, problems };
}

function checkMessage(
  text: Text,
  values: Readonly<Record<string, string>> | undefined,
  types: Bindings,
  path: Path,
  key: string,
): PlaybookProblem[] {
  const names = Object.keys(values ?? {});
  const wrongValues = Object.entries(values ?? {}).flatMap(
    ([name, expression]) => anyType(expression, types, [...path, 'with', name]).problems,
  );
  const wrongTexts = (['en', 'zh'] as const).flatMap((language): PlaybookProblem[] => {
    const problem = messageProblem(text[language], names);
    return problem === undefined
      ? []
      : [{ path: [...path, key, language], message: `this text does not work: ${problem}` }];
  });
  return [...wrongValues, ...wrongTexts];
}

function checkCite(expression: string, types: Bindings, path: Path): PlaybookProblem[] {
  const { type, problems } = anyType(expression, types, path);
  if (type === undefined) return problems;
  const element = /^list<(.+)>$/.exec(type)?.[1] ?? type;
  if (type === 'list<string>' || element === 'dyn' || Object.hasOwn(sceneTypes, element)) return [];
  return [
    { path, message: `expected an object of the scene, a list of them or a list of references, got ${type}` },
  ];
}

function checkArguments(words: readonly Argument[], types: Bindings, path: Path): PlaybookProblem[] {
  return words.flatMap((word, index) => {
    if (typeof word === 'string') return [];
    const at = [...path, index, 'value'];
    const { type, problems } = anyType(word.value, types, at);
    if (type === undefined || ['string', 'int', 'dyn'].includes(type)) return problems;
    return [{ path: at, message: `expected a string or a whole number for an argument, got ${type}` }];
  });
}

function wantsType(expression: string, types: Bindings, wanted: string, path: Path): PlaybookProblem[] {
  const { type, problems } = anyType(expression, types, path);
  if (type === undefined || type === wanted || type === 'dyn') return problems;
  return [{ path, message: `expected an expression of type ${wanted}, got ${type}` }];
}

function anyType(
  expression: string,
  types: Bindings,
  path: Path,
): { type?: string; problems: PlaybookProblem[] } {
  const checked = checkExpression(expression, types);
  if (checked.ok) return { type: checked.type, problems: [] };
  const word = expression.slice(checked.start, checked.end);
  const suggestion = nearestWord(word, types);
  const message = `${checked.message} in "${expression.trim().slice(0, 200)}"`;
  return { problems: [{ path, message, ...(suggestion ? { suggestion } : {}) }] };
}

/** A field or variable that the misspelt word may have meant. */
function nearestWord(word: string, types: Bindings): string | undefined {
  if (!/^[A-Za-z]\w*$/.test(word)) return undefined;
  const fields = Object.values(sceneTypes).flatMap((table) => Object.keys(table));
  const near = closest(word, [
    ...new Set([...Object.keys(sceneVariables), ...Object.keys(types), ...fields]),
  ]);
  return near === word ? undefined : `did you mean "${near}"?`;
}

function knownName(name: string, known: readonly string[], what: string, path: Path): PlaybookProblem[] {
  if (known.includes(name)) return [];
  const near = known.length > 0 ? closest(name, [...known]) : undefined;
  return [
    { path, message: `no ${what} "${name}"`, ...(near ? { suggestion: `did you mean "${near}"?` } : {}) },
  ];
}
