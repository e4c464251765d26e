import type { ProbeCommand, ProbeOutput } from '../../domain/evidence.js';
import type { Host, HostFailure } from '../../domain/host.js';
import type { CommandResult, HostRunner } from '../../ports.js';
import { TOOLS } from './tools.js';

/** What the doctor saw of one host. */
export type Examination =
  | { readonly state: 'not-reached'; readonly host: Host; readonly failure: HostFailure }
  | {
      readonly state: 'reached';
      readonly host: Host;
      readonly user: string;
      readonly root: boolean;
      readonly sudo: 'yes' | 'refused' | 'not-asked';
      /** Undefined where nobody could tell. */
      readonly tools: ReadonlyMap<string, boolean> | undefined;
      /** Host minus this machine, in milliseconds; precise to about a second. */
      readonly clockOffsetMs: number | undefined;
      /** The account may read nginx's configuration; undefined where there is no nginx. */
      readonly nginxReadable: boolean | undefined;
      /** The account may use docker; undefined where there is no docker. */
      readonly dockerUsable: boolean | undefined;
    };

// Ordinary accounts often lack the sbin folders, in which nginx and ss live.
const FIND_TOOLS = [
  'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"',
  'for tool in "$@"; do if command -v "$tool" >/dev/null 2>&1; then echo "$tool yes"; else echo "$tool no"; fi; done',
].join('\n');

const COMMANDS: readonly ProbeCommand[] = [
  command('doctor.tools', ['sh', '-c', FIND_TOOLS, 'goodgate', ...TOOLS.map(({ tool }) => tool)]),
  command('doctor.clock', ['date', '-u', '+%s']),
  { ...command('doctor.nginx', ['nginx', '-t', '-q']), privileged: true },
  { ...command('doctor.docker', ['docker', 'version', '--format', '{{.Server.Version}}']), privileged: true },
];

function command(id: string, argv: readonly string[]): ProbeCommand {
  return { id, kind: id, argv, timeoutMs: 5000, capBytes: 16_384 };
}

/** Logs in once, asks all at once, and leaves. Never throws for what a host does. */
export async function examineHost(
  host: Host,
  runner: HostRunner,
  options: { readonly connectTimeoutMs: number; readonly signal: AbortSignal },
  now: () => number = Date.now,
): Promise<Examination> {
  const opened = await runner.open(host, options);
  if (!opened.ok) {
    return { state: 'not-reached', host, failure: opened.failure };
  }
  const { session } = opened;
  const startedAt = now();
  let clockAt = startedAt;
  try {
    const results = await session.run(COMMANDS, (asked) => {
      clockAt = asked.id === 'doctor.clock' ? now() : clockAt;
    });
    const output = (id: string) => outputOf(results.get(id));
    return {
      state: 'reached',
      host,
      ...session.account(),
      tools: readTools(output('doctor.tools')),
      clockOffsetMs: readClock(output('doctor.clock'), (startedAt + clockAt) / 2),
      nginxReadable: readRight(output('doctor.nginx')),
      dockerUsable: readRight(output('doctor.docker')),
    };
  } finally {
    await session.close();
  }
}

function outputOf(result: CommandResult | undefined): ProbeOutput | undefined {
  return result?.state === 'answered' && !result.output.timedOut ? result.output : undefined;
}

/** `nginx yes\nss no\n…` */
function readTools(output: ProbeOutput | undefined): ReadonlyMap<string, boolean> | undefined {
  const found = new Map<string, boolean>();
  for (const line of output?.stdout.split('\n') ?? []) {
    const match = /^(\S+) (yes|no)$/u.exec(line.trim());
    if (match?.[1] !== undefined) {
      found.set(match[1], match[2] === 'yes');
    }
  }
  return found.size === 0 ? undefined : found;
}

/** `1795122367` */
function readClock(output: ProbeOutput | undefined, middleMs: number): number | undefined {
  const text = output?.stdout.trim() ?? '';
  // `date` cuts off the fraction: on average half a second is missing.
  return /^\d{9,11}$/u.test(text) ? Number(text) * 1000 + 500 - middleMs : undefined;
}

/** What fails for another reason (a wrong configuration, a stopped daemon) is nothing for the doctor. */
function readRight(output: ProbeOutput | undefined): boolean | undefined {
  if (output === undefined || output.exitCode === null || output.exitCode === 127) {
    return undefined;
  }
  return output.exitCode === 0 || !/permission denied/iu.test(output.stderr + output.stdout);
}
