import type { Host, HostFailure, Transport } from '../domain/host.js';
import type { HostRunner } from '../ports.js';
import { openLocalChannel } from './local/local-channel.js';
import {
  dockerCommand,
  drawGreeting,
  type Elevation,
  type Greeting,
  isContainerName,
  NO_DOCKER_STATUS,
  shellCommand,
} from './runner/bootstrap.js';
import { MAX_PREAMBLE_BYTES } from './runner/frames.js';
import { type NoRunner, type RunnerChannel, startRunner } from './runner/runner-session.js';
import { connectSsh } from './ssh/connect.js';
import { openSshChannel } from './ssh/ssh-channel.js';
import { readSshEnvironment, resolveSshSettings, type SshEnvironment } from './ssh/ssh-settings.js';

export interface HostRunnerOptions {
  /** Where `~/.ssh` is; the account's own where absent. */
  readonly sshEnvironment?: SshEnvironment;
  /** For encrypted keys; `GOODGATE_KEY_PASSPHRASE` where absent. */
  readonly passphrase?: string;
}

/** Picks the way to a host by its transport. One connection and one channel for each session. */
export function createHostRunner(options: HostRunnerOptions = {}): HostRunner {
  return {
    open: async (host, { connectTimeoutMs, signal }) => {
      const greeting = drawGreeting();
      const command = commandFor(host, greeting);
      if (command === undefined) return { ok: false, failure: badContainerName(host.transport) };
      const opened = await openChannel(host, command, connectTimeoutMs, signal, options);
      if (!opened.ok) return opened;
      const abort = (): void => void opened.channel.close();
      signal?.addEventListener('abort', abort, { once: true });
      const started = await startRunner(opened.channel, {
        greeting,
        helloTimeoutMs: connectTimeoutMs,
        trySudo: host.sudo,
      });
      if (!started.ok) {
        signal?.removeEventListener('abort', abort);
        return { ok: false, failure: describeNoRunner(host, connectTimeoutMs, started.failure) };
      }
      const { session } = started;
      const close = (): Promise<void> => {
        signal?.removeEventListener('abort', abort);
        return session.close();
      };
      return { ok: true, session: { ...session, close } };
    },
  };
}

type Opened =
  | { readonly ok: true; readonly channel: RunnerChannel }
  | { readonly ok: false; readonly failure: HostFailure };

async function openChannel(
  host: Host,
  command: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  options: HostRunnerOptions,
): Promise<Opened> {
  const way = host.transport.kind === 'docker' ? host.transport.over : host.transport;
  if (way.kind === 'local') return { ok: true, channel: openLocalChannel(command) };
  const settings = resolveSshSettings(way, options.sshEnvironment ?? readSshEnvironment());
  const passphrase = options.passphrase ?? process.env['GOODGATE_KEY_PASSPHRASE'];
  const connected = await connectSsh(settings, { timeoutMs, passphrase, signal });
  if (!connected.ok) return connected;
  return openSshChannel(connected.connection, command, { where: host.alias, timeoutMs });
}

function commandFor(host: Host, greeting: Greeting): string | undefined {
  const elevation: Elevation = host.sudo ? 'sudo' : 'none';
  if (host.transport.kind !== 'docker') return shellCommand(elevation, greeting);
  return isContainerName(host.transport.container)
    ? dockerCommand(host.transport.container, elevation, greeting)
    : undefined;
}

function badContainerName(transport: Transport): HostFailure {
  const name = transport.kind === 'docker' ? transport.container : '';
  return {
    reason: 'container',
    says: `${JSON.stringify(name)} is not a name that a container can have`,
    remedy: 'docker ps --format "{{.Names}}", and correct `container` in goodgate.yaml',
  };
}

/** What came instead of a runner's hello. */
function describeNoRunner(host: Host, timeoutMs: number, came: NoRunner): HostFailure {
  const { why, exitCode } = came;
  const line = firstLine(came.errorOutput) ?? firstLine(came.output);
  const detail = line === undefined ? '' : `: ${line.slice(0, 300)}`;
  if (host.transport.kind === 'docker' && why === 'ended')
    return describeNoContainer(host.transport.container, host.alias, exitCode, detail);
  // The hello itself, and not a shell of another kind that complains of the command.
  if (/^goodgate\/1 [0-9a-f]{16} [0-9a-f-]{32,} \d+ /mu.test(came.errorOutput)) {
    return {
      reason: 'no-shell',
      says: `the start-up files of the account on ${host.alias} send standard output to standard error, so no answer can be read`,
      remedy: START_UP_FILES,
    };
  }
  if (why === 'broken') {
    return {
      reason: 'no-shell',
      says: `the account's shell on ${host.alias} printed more than ${MAX_PREAMBLE_BYTES / 1024 / 1024} MiB and had not come to /bin/sh${detail}`,
      remedy: START_UP_FILES,
    };
  }
  if (why === 'silent') {
    const printed = came.outputBytes > 0 ? `; its shell printed ${came.outputBytes} bytes${detail}` : '';
    return {
      reason: 'timeout',
      says: `${host.alias} logged in, but /bin/sh did not answer within ${timeoutMs / 1000} s${printed}`,
      remedy: `see the load of the host; ${START_UP_FILES}`,
    };
  }
  if (exitCode === null) {
    return {
      reason: 'lost',
      says: `${host.alias} logged in, but the connection or the account's shell ended before /bin/sh had answered${detail}`,
      remedy: `run the check again; see sshd's log on the host; ${START_UP_FILES}`,
    };
  }
  return {
    reason: 'no-shell',
    says: `the account's shell on ${host.alias} ended with status ${exitCode} instead of running /bin/sh${detail}`,
    remedy:
      'use an account that may run commands (getent passwd USER shows its shell; see also ForceCommand)',
  };
}

const START_UP_FILES =
  "see what the account's shell runs at its start (~/.bashrc, ~/.cshrc, ~/.zshenv, config.fish): without a terminal it must end, and print little";

function firstLine(text: string): string | undefined {
  return text
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim();
}

/** docker exec: 1 where the daemon refuses, 126 and 127 where the container has no such program. */
function describeNoContainer(
  container: string,
  alias: string,
  exitCode: number | null,
  detail: string,
): HostFailure {
  if (exitCode === NO_DOCKER_STATUS) {
    return {
      reason: 'container',
      says: `there is no docker command on ${alias}, so the container ${container} cannot be entered`,
      remedy: 'correct the transport in goodgate.yaml, or install docker there',
    };
  }
  if (exitCode === 126 || exitCode === 127) {
    return {
      reason: 'no-shell',
      says: `the container ${container} on ${alias} has no /bin/sh to run${detail}`,
      remedy: 'check the host itself instead of the container',
    };
  }
  return {
    reason: 'container',
    says: `docker on ${alias} did not enter the container ${container}${detail}`,
    remedy: `on ${alias}: docker ps --filter name=${container}; the account needs the right to use docker (or sudo: true)`,
  };
}
