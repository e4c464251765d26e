import { Command, InvalidArgumentError, Option } from 'commander';
import type { Composition } from './composition.js';
import type { ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import type {
  CheckOptions,
  CommonOptions,
  FormatOptions,
  ManifestOptions,
  PlaybookOptions,
  ReplayOptions,
  StartOptions,
  TargetOptions,
} from './options.js';

/**
 * The command line. Each command loads its code when it runs: `--help` must answer at once.
 * `finish` is told the exit status of the command that ran.
 */
export function buildProgram(
  io: Io,
  composition: Composition,
  version: string,
  finish: (code: ExitCode) => void,
): Command {
  const program = new Command('goodgate')
    .description('Names the root cause of a 502 Bad Gateway, with proof, in seconds.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand(true)
    .showSuggestionAfterError(true)
    .addHelpText('after', EXAMPLES);

  withTargetOptions(program.command('check'))
    .summary('look at the hosts of a target, and name the root cause')
    .description(
      'Logs in to the hosts of a target, looks, and names the root cause with its proof. It changes nothing.\n' +
        'Exit status: 0 healthy, 1 root cause found or inconclusive, 2 wrong usage or configuration, 3 unreachable.',
    )
    .argument('[TARGET]', 'name of a target in goodgate.yaml')
    .addOption(formatOption())
    .option('--record <FILE>', 'write down all that was seen, for goodgate replay')
    .option('-v, --verbose', 'shorten nothing, and tell of every probe')
    .action(async (target: string | undefined, options: CheckOptions) => {
      const { runCheck } = await import('./check-command.js');
      finish(await runCheck(target, options, io, composition));
    });

  program
    .command('replay')
    .description('judge a recorded check again, with the playbooks of today')
    .argument('<FILE>', 'what goodgate check --record wrote; - is standard input')
    .option('--config <FILE>', 'goodgate.yaml to read, for further playbooks')
    .addOption(formatOption())
    .addOption(langOption())
    .option('-v, --verbose', 'shorten nothing')
    .action(async (file: string, options: ReplayOptions) => {
      const { runReplay } = await import('./replay-command.js');
      finish(await runReplay(file, options, io, composition));
    });

  program
    .command('explain')
    .description('teach a cause: what it is, how to see, mend and prevent it')
    .argument('<CAUSE>', 'id of a cause, e.g. redis-down')
    .addOption(formatOption())
    .addOption(langOption())
    .action(async (cause: string, options: FormatOptions) => {
      const { runExplain } = await import('./explain-command.js');
      finish(runExplain(cause, options, io));
    });

  program
    .command('causes')
    .description('list all causes that goodgate can name')
    .addOption(formatOption())
    .addOption(langOption())
    .action(async (options: FormatOptions) => {
      const { runCauses } = await import('./causes-command.js');
      finish(runCauses(options, io));
    });

  program
    .command('playbooks')
    .description('list the playbooks, those of your own folders too')
    .option('--config <FILE>', 'goodgate.yaml to read')
    .addOption(formatOption())
    .addOption(langOption())
    .action(async (options: PlaybookOptions) => {
      const { runPlaybooks } = await import('./playbooks-command.js');
      finish(runPlaybooks(options, io));
    });

  program
    .command('validate')
    .description('check playbooks, lists of causes and goodgate.yaml; without FILE, all that is in use')
    .argument('[FILE...]', 'YAML files')
    .option('--config <FILE>', 'goodgate.yaml to read')
    .addOption(langOption())
    .action(async (files: string[], options: CommonOptions & { config?: string }) => {
      const { runValidate } = await import('./validate-command.js');
      finish(runValidate(files, options, io));
    });

  withTargetOptions(program.command('doctor'))
    .summary('tell what is missing on the way to every host')
    .description(
      'Says in plain words what is missing on the way to every host, or to those of one target; where the variables of\n' +
        'goodgate start are set, of Slack and Redis too.\n' +
        'Exit status: 0 all good, 1 problems, 2 wrong usage or configuration, 3 nothing reachable.',
    )
    .argument('[TARGET]', 'name of a target in goodgate.yaml; all hosts where absent')
    .addOption(formatOption())
    .action(async (target: string | undefined, options: TargetOptions & FormatOptions) => {
      const { runDoctor } = await import('./doctor-command.js');
      finish(await runDoctor(target, options, io, composition));
    });

  program
    .command('start')
    .summary('run the Slack bot and its workers')
    .description(
      'Runs the Slack bot: takes commands, queues runs in Redis, and tells in Slack what they find.\n\n' +
        'Reads SLACK_BOT_TOKEN, and SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP). ' +
        'Uses the Redis at REDIS_URL; where it is not set, starts a private redis-server. ' +
        'Each may be given as a file: SLACK_BOT_TOKEN_FILE, and so on.',
    )
    .option('--config <FILE>', 'goodgate.yaml to read (or GOODGATE_CONFIG)')
    .addOption(
      new Option('--role <ROLE>', 'ingress speaks with Slack, worker carries out runs')
        .choices(['all', 'ingress', 'worker'])
        .default('all'),
    )
    .action(async (options: StartOptions) => {
      const { runStart } = await import('./start-command.js');
      finish(await runStart(options, io));
    });

  program
    .command('slack-manifest')
    .description('print the manifest of the Slack app: paste it at https://api.slack.com/apps?new_app=1')
    .option('--config <FILE>', 'goodgate.yaml to read')
    .option('--command <NAME>', 'the slash command; that of goodgate.yaml, or /502')
    .option(
      '--url <URL>',
      'for HTTP mode: where Slack reaches goodgate start; service.publicUrl, or Socket Mode',
    )
    .addOption(new Option('--format <FORMAT>', 'how to print it').choices(['yaml', 'json']).default('yaml'))
    .action(async (options: ManifestOptions) => {
      const { runSlackManifest } = await import('./slack-manifest-command.js');
      finish(runSlackManifest(options, io));
    });

  return program;
}

const EXAMPLES = `
Examples:
  goodgate check docs-server
  goodgate check --url https://docs.example.com/ --host root@docs-1 --host ops@web-1:2222
  goodgate check --local
  goodgate explain redis-down --lang zh
`;

function formatOption(): Option {
  return new Option('--format <FORMAT>', 'how to answer').choices(['text', 'json']).default('text');
}

function langOption(): Option {
  return new Option('--lang <LANGUAGE>', 'language of the answer').choices(['en', 'zh']);
}

function withTargetOptions(command: Command): Command {
  return command
    .option('--config <FILE>', 'goodgate.yaml to read (or GOODGATE_CONFIG)')
    .option('--url <URL>', 'without a file: the URL that fails')
    .option('--host <USER@HOST:PORT>', 'without a file: a host behind it; may be repeated', collect)
    .option('--local', 'look at this machine itself')
    .option('--playbook <NAME>', 'the playbook to use')
    .option('-i, --identity <FILE>', 'private key for the hosts')
    .option('--known-hosts <FILE>', 'known_hosts to trust')
    .option('--host-key <KEY>', 'pinned host key, "ssh-ed25519 AAAA…"; may be repeated', collect)
    .option('-J, --jump <USER@HOST:PORT>', 'jump host')
    .option('--sudo', 'look with "sudo -n" where an ordinary user sees less')
    .option('--no-sudo', 'never use sudo')
    .option('--timeout <SECONDS>', 'how long a host may take to let us in', seconds)
    .addOption(langOption());
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function seconds(text: string): number {
  const value = /^\d{1,4}(\.\d{1,3})?$/u.test(text) ? Number(text) : 0;
  if (value <= 0) {
    throw new InvalidArgumentError('Expected a number of seconds, such as 5.');
  }
  return value * 1000;
}
