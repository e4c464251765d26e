import { nearestNames } from '../config/nearest-name.js';
import type { Suggestion, WordKind } from '../domain/answer.js';
import { COMMANDS, type Command, type CommandName, USAGE } from './commands.js';

/** The names that a word may be. Runs and incidents are looked up elsewhere: here only their shape is checked. */
export interface KnownNames {
  readonly targets: readonly string[];
  readonly playbooks: readonly string[];
  readonly causes: readonly string[];
}

export type ParsedCommand =
  | { readonly kind: 'command'; readonly command: Command }
  /** Nothing was typed: people choose in a dialog. */
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'not-understood';
      readonly word: string;
      readonly expected: WordKind;
      readonly near: readonly Suggestion[];
      readonly known: readonly string[];
    }
  | {
      readonly kind: 'usage';
      readonly command: CommandName;
      readonly usage: string;
      readonly extra?: string;
    };

const LONGEST = 2000;
const LONGEST_ID = 60;
const RUN_ID = /^(?:run-|#)?(\d{1,12})$/iu;
const NAMED_INCIDENT = /^(?:inc-|#)\d{1,12}$/iu;
const INCIDENT_ID = /^(?:inc-|#)?(\d{1,12})$/iu;
const SHOWN = 12;
const MOST_WORDS: Readonly<Record<CommandName, number>> = {
  check: 2,
  run: 2,
  status: 0,
  targets: 0,
  runs: 0,
  history: 1,
  recheck: 1,
  cancel: 1,
  timeline: 1,
  ack: 1,
  resolve: 1,
  note: Number.POSITIVE_INFINITY,
  explain: 1,
  help: 0,
};
const ALIASES: Readonly<Record<string, CommandName>> = {
  acknowledge: 'ack',
  close: 'resolve',
  diagnose: 'check',
  again: 'recheck',
  stop: 'cancel',
  list: 'targets',
  '?': 'help',
  man: 'explain',
};

/** What was typed -> a command, or what was not understood with what was probably meant. Pure; never throws. */
export function parseCommand(text: string, known: KnownNames): ParsedCommand {
  const words = plainWords(text);
  const [first, ...rest] = words;
  if (first === undefined) return { kind: 'nothing' };
  const asked = first.toLowerCase();
  const name = COMMANDS.find((one) => one === asked) ?? aliasOf(asked);
  if (name !== undefined) return parseArguments(name, rest, text, known);
  // `/502 docs-server` can mean one thing only.
  const target = exactly(first, known.targets);
  if (target !== undefined && rest.length <= 1) return parseArguments('check', words, text, known);
  const near = nearestNames(asked, [...COMMANDS, ...known.targets]).map((one): Suggestion => {
    const command = COMMANDS.some((each) => each === one) ? one : `check ${one}`;
    return suggest([command, ...rest].join(' '));
  });
  return { kind: 'not-understood', word: first, expected: 'command', near, known: [...COMMANDS] };
}

function parseArguments(
  name: CommandName,
  words: readonly string[],
  text: string,
  known: KnownNames,
): ParsedCommand {
  const [first, second] = words;
  const extra = words[MOST_WORDS[name]];
  if (extra !== undefined) return { kind: 'usage', command: name, usage: USAGE[name], extra };
  switch (name) {
    case 'status':
    case 'targets':
    case 'runs':
    case 'help':
      return done({ name });
    case 'check':
    case 'run': {
      const [target, playbook] = name === 'check' ? [first, second] : [second, first];
      if (target === undefined) return { kind: 'usage', command: name, usage: USAGE[name] };
      return parseCheck(name, target, playbook, known);
    }
    case 'recheck':
    case 'history': {
      if (first === undefined) {
        return name === 'recheck' ? done({ name }) : { kind: 'usage', command: name, usage: USAGE[name] };
      }
      const target = exactly(first, known.targets);
      return target === undefined
        ? notUnderstood(first, 'target', known.targets, (one) => `${name} ${one}`)
        : done({ name, target });
    }
    case 'cancel': {
      if (first === undefined) return { kind: 'usage', command: name, usage: USAGE[name] };
      return done({ name, run: idOf(first, 'run') });
    }
    case 'timeline':
    case 'ack':
    case 'resolve': {
      if (first === undefined) return done({ name });
      return done({ name, incident: idOf(first, 'inc') });
    }
    case 'note':
      return parseNote(text);
    case 'explain': {
      if (first === undefined) return { kind: 'usage', command: name, usage: USAGE[name] };
      const cause = exactly(first, known.causes);
      return cause === undefined
        ? notUnderstood(first, 'cause', known.causes, (one) => `explain ${one}`)
        : done({ name, cause });
    }
  }
}

function parseCheck(
  name: 'check' | 'run',
  askedTarget: string,
  askedPlaybook: string | undefined,
  known: KnownNames,
): ParsedCommand {
  const written = (target: string, playbook: string | undefined) =>
    (name === 'check' ? ['check', target, playbook] : ['run', playbook, target])
      .filter((word) => word !== undefined)
      .join(' ');
  const target = exactly(askedTarget, known.targets);
  if (target === undefined) {
    return notUnderstood(askedTarget, 'target', known.targets, (one) => written(one, askedPlaybook));
  }
  if (askedPlaybook === undefined) {
    return name === 'run'
      ? { kind: 'usage', command: name, usage: USAGE[name] }
      : done({ name: 'check', target });
  }
  const playbook = exactly(askedPlaybook, known.playbooks);
  return playbook === undefined
    ? notUnderstood(askedPlaybook, 'playbook', known.playbooks, (one) => written(target, one))
    : done({ name: 'check', target, playbook });
}

/** A note keeps its words, spaces and lines as they were typed. */
function parseNote(text: string): ParsedCommand {
  const typed = text.trim().replace(/^\S+\s*/u, '');
  const [, word, rest] = /^(\S+)(?:\s+([\s\S]*))?$/u.exec(typed) ?? [];
  // "2 pods restarted" is no word about incident 2.
  const incident = word === undefined || !NAMED_INCIDENT.test(word) ? undefined : idOf(word, 'inc');
  const note = readText(incident === undefined ? typed : (rest ?? '')).trim();
  if (note === '') return { kind: 'usage', command: 'note', usage: USAGE.note };
  return done({ name: 'note', text: note, ...(incident === undefined ? {} : { incident }) });
}

function done(command: Command): ParsedCommand {
  return { kind: 'command', command };
}

/**
 * The words as a person meant them: Slack puts links around what looks like one (`<http://docs.example.com|docs.example.com>`),
 * escapes &, < and >, and phones turn quotes and dashes into typographic ones.
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
function plainWords(text: string): string[] {
  return readText(text.slice(0, LONGEST))
    .replace(/[\u2010-\u2015]/gu, '-')
    .replace(/["'`\u201c\u201d\u2018\u2019]/gu, '')
    .split(/\s+/u)
    .filter((word) => word !== '');
}

/** What Slack has put around links and special characters, taken away again. */
function readText(text: string): string {
  return text
    .replace(/<(?:https?:\/\/|mailto:)[^|>]*\|([^>]*)>/gu, '$1')
    .replace(/<(https?:\/\/[^|>]*)>/gu, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function exactly(word: string, names: readonly string[]): string | undefined {
  return names.find((one) => one === word) ?? names.find((one) => one.toLowerCase() === word.toLowerCase());
}

/** `run-142`, `142` and `#142` are the same run. What is none of them is looked up as it is, and not found. */
function idOf(word: string, prefix: 'run' | 'inc'): string {
  const [, digits] = (prefix === 'run' ? RUN_ID : INCIDENT_ID).exec(word) ?? [];
  return digits === undefined ? word.slice(0, LONGEST_ID) : `${prefix}-${Number(digits)}`;
}

function notUnderstood(
  word: string,
  expected: WordKind,
  names: readonly string[],
  command: (name: string) => string,
): ParsedCommand {
  const near = nearestNames(word, names).map((one) => suggest(command(one)));
  return { kind: 'not-understood', word, expected, near, known: names.slice(0, SHOWN) };
}

function suggest(command: string): Suggestion {
  return { label: command, command };
}

function aliasOf(word: string): CommandName | undefined {
  return Object.hasOwn(ALIASES, word) ? ALIASES[word] : undefined;
}
