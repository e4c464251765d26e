import { toBytes } from './normalize-uri.js';
import { runPcre } from './pcre-regex.js';
import type { RequestContext } from './request-context.js';
import { evaluateTemplate, evaluateVariable } from './variables.js';

export type Decision =
  | {
      readonly kind: 'true' | 'false';
      readonly captures?: readonly string[];
      readonly groups?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'undecided'; readonly says: string; readonly variables: readonly string[] };

/** Decides the condition of an `if`: a variable, `=`, `!=`, `~`, `~*`, `!~`, `!~*`; tests of files stay undecided. */
export function decideCondition(args: readonly string[], context: RequestContext): Decision {
  const words = stripParentheses(args);
  const [subject = '', operator, ...operands] = words;
  if (/^!?-[fdex]$/.test(subject)) return undecided('whether a file exists is not known', []);
  if (!subject.startsWith('$')) return undecided(`a condition of an unknown kind: ${words.join(' ')}`, []);
  const value = evaluateVariable(subject.replace(/^\$\{?|\}$/g, ''), context);
  if (!value.known) return undecided(`the value of ${subject} is not known`, value.variables);
  if (operator === undefined) return { kind: value.value === '' || value.value === '0' ? 'false' : 'true' };
  const operand = operands.join(' ');
  if (operator === '=' || operator === '!=') {
    const other = evaluateTemplate(operand, context);
    if (!other.known) return undecided(`the value of ${operand} is not known`, other.variables);
    return { kind: (value.value === other.value) === (operator === '=') ? 'true' : 'false' };
  }
  const regex = /^(!?)~(\*?)$/.exec(operator);
  if (regex === null) return undecided(`an operator of an unknown kind: ${operator}`, []);
  const match = runPcre(toBytes(operand), regex[2] === '*', value.value);
  if (match.kind === 'undecided') return undecided(match.because, []);
  const wanted = regex[1] === '';
  if (match.kind === 'no-match') return { kind: wanted ? 'false' : 'true' };
  return { kind: wanted ? 'true' : 'false', captures: match.captures, groups: match.groups };
}

function undecided(says: string, variables: readonly string[]): Decision {
  return { kind: 'undecided', says, variables };
}

/** `($a`, `=`, `b)` and `(`, `$a`, `)` both stand for `$a = b` and `$a`. */
function stripParentheses(args: readonly string[]): string[] {
  const words = [...args];
  if (words[0]?.startsWith('(') === true) words[0] = words[0].slice(1);
  const last = words.at(-1);
  if (last?.endsWith(')') === true) words[words.length - 1] = last.slice(0, -1);
  return words.filter((word, i) => word !== '' || (i > 1 && i === words.length - 1 && last !== ')'));
}
