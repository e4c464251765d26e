import { isIP } from 'node:net';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { languageOf } from '../../src/cli/language.js';
import { type Layout, layouts } from '../world/world.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface DemoOptions {
  readonly fault?: string;
  readonly list: boolean;
  readonly once: boolean;
  /** The tour and a menu in the terminal, without Slack. */
  readonly terminal: boolean;
  /** Of the page. */
  readonly port?: number;
  /** Where the page listens: another address than 127.0.0.1 in a container alone. */
  readonly listen?: string;
  readonly layout?: Layout;
  readonly seed?: number;
  readonly lang: 'en' | 'zh';
  /** Said on the command line, so that the check has to be told too. */
  readonly langIsChosen: boolean;
}

/** What is to be done: the demo, or nothing but to print a text and end with a status. */
export type Asked =
  | { readonly kind: 'run'; readonly options: DemoOptions }
  | { readonly kind: 'end'; readonly text: string; readonly code: 0 | 2 };

const OWN = ['fault', 'list', 'once', 'terminal', 'port', 'listen', 'layout', 'seed', 'lang'] as const;

/** Reads the demo's command line. Never throws. */
export function parseOptions(argv: readonly string[], env: Env): Asked {
  const kept = OWN.find((name) => env[`npm_config_${name}`] !== undefined);
  if (kept !== undefined) {
    return wrong(`npm kept --${kept} for itself; put two dashes before it: npm run demo -- --${kept}`);
  }
  let printed = '';
  const program = demoCommand();
  program.exitOverride().configureOutput({
    writeOut: (text) => {
      printed += text;
    },
    outputError: () => undefined,
  });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return { kind: 'end', text: printed, code: 0 };
    }
    return wrong(oneSentence(error instanceof Error ? error.message : String(error)));
  }
  const given = program.opts<Partial<DemoOptions>>();
  return {
    kind: 'run',
    options: {
      ...given,
      list: given.list ?? false,
      once: given.once ?? false,
      terminal: given.terminal ?? false,
      lang: languageOf([given.lang], env),
      langIsChosen: given.lang !== undefined,
    },
  };
}

/** `goodgate demo: …`, for standard error, with the status of wrong usage. */
export function wrong(says: string): Asked & { readonly kind: 'end' } {
  return { kind: 'end', text: `goodgate demo: ${says}\n`, code: 2 };
}

function demoCommand(): Command {
  return new Command('npm run demo --')
    .description(
      'Starts a small real service on this machine (nginx, supervisord, Redis, sshd and a backend, on loopback ' +
        'and in a private folder), a local Slack and the real bot, and prints the address of a page: type ' +
        '/502 check docs-server there, and break and mend the service. Nothing stays behind.',
    )
    .usage('[options]')
    .option('--fault <NAME>', 'what to break first (in a tour: redis-down if nothing is said)')
    .option('--list', 'show everything that can be broken, and end')
    .option('--once', 'play a tour in this terminal, and end')
    .option('--terminal', 'the tour, and then a menu in this terminal; no Slack')
    .option('--port <N>', 'of the page; any free one where absent', portNumber)
    .addOption(
      new Option('--listen <ADDRESS>', 'of the page, in a container; it answers to the name 127.0.0.1 alone')
        .argParser(ipAddress)
        .hideHelp(),
    )
    .addOption(new Option('--layout <NAME>', 'what to build').choices(layouts))
    .option('--seed <N>', 'names and ports follow from it; drawn anew otherwise', wholeNumber)
    .addOption(new Option('--lang <LANGUAGE>', 'language of what is said').choices(['en', 'zh']))
    .helpOption('-h, --help', 'show this')
    .allowExcessArguments(false);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/u.test(text))
    throw new InvalidArgumentError('Expected a whole number of at most 9 digits.');
  return Number(text);
}

function ipAddress(text: string): string {
  if (isIP(text) === 0) throw new InvalidArgumentError('Expected an IP address.');
  return text;
}

function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('Expected a port from 1 to 65535.');
  return port;
}

/** `error: unknown option '--falt'\n(Did you mean --fault?)` -> one line without the prefix. */
function oneSentence(text: string): string {
  const line = text
    .replace(/^error: /u, '')
    .trim()
    .replace(/\s*\n\s*/gu, ' ');
  return line.includes('(Did') ? line : `${line.replace(/\.$/u, '')}; see npm run demo -- --help`;
}
