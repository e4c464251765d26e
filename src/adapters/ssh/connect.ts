import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { NodeSSH } from 'node-ssh';
import type { Client } from 'ssh2';
import type { HostFailure } from '../../domain/host.js';
import { prepareHostKeyCheck } from './host-key-check.js';
import { collectIdentities, type Identities, lockedKeys } from './identities.js';
import type { SshSettings } from './ssh-settings.js';
import { endpoint, interrupted, openTcp } from './tcp.js';

export interface SshConnection {
  readonly client: Client;
  /** Resolves with the reason once the connection has ended, for whatever reason. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

export type SshOutcome =
  | { readonly ok: true; readonly connection: SshConnection }
  | { readonly ok: false; readonly failure: HostFailure };

export interface ConnectOptions {
  /** For each step: TCP, then key exchange and login; for each jump host anew. */
  readonly timeoutMs: number;
  readonly passphrase: string | undefined;
  readonly signal: AbortSignal | undefined;
}

const KEEPALIVE_MS = 5_000;
const KEEPALIVES_MISSED = 3;
const CLOSE_GRACE_MS = 300;

/** Connects and logs in, through jump hosts where there are some. Every host's key on the way is verified. */
export async function connectSsh(settings: SshSettings, options: ConnectOptions): Promise<SshOutcome> {
  const outcome = await connectOnce(settings, options);
  const { leftOut } = settings;
  // What is known not to work like ssh stands beside a failure; whether it is the reason, a person sees.
  if (outcome.ok || leftOut.length === 0 || /^(?:host-key|passphrase|key-file)/.test(outcome.failure.reason))
    return outcome;
  const { failure } = outcome;
  return { ok: false, failure: { ...failure, says: [failure.says, ...leftOut].join('; ') } };
}

async function connectOnce(settings: SshSettings, options: ConnectOptions): Promise<SshOutcome> {
  const collected = collectIdentities(settings, options.passphrase);
  if (!collected.ok) return collected;
  let jump: SshConnection | undefined;
  if (settings.jump !== undefined) {
    const outcome = await connectSsh(settings.jump, options);
    if (!outcome.ok) return { ok: false, failure: onTheWay(settings, outcome.failure) };
    jump = outcome.connection;
  }
  const opened = jump ? await forward(jump, settings, options) : await openTcp(settings, options);
  if (!opened.ok) {
    await jump?.close();
    return opened;
  }
  return logIn(settings, opened.socket, jump, collected.identities, options);
}

async function logIn(
  settings: SshSettings,
  socket: Duplex,
  jump: SshConnection | undefined,
  identities: Identities,
  options: ConnectOptions,
): Promise<SshOutcome> {
  const check = prepareHostKeyCheck(settings);
  let refused: HostFailure | undefined;
  let verified = false;
  let aborted = false;
  const ssh = new NodeSSH();
  const abort = (): void => {
    aborted = true;
    socket.destroy();
  };
  options.signal?.addEventListener('abort', abort, { once: true });
  const fail = async (error: unknown): Promise<SshOutcome> => {
    socket.destroy();
    await jump?.close();
    const failure = aborted
      ? interrupted(settings)
      : (refused ?? describeSshError(settings, error, { verified, identities, options }));
    return { ok: false, failure };
  };
  try {
    await ssh.connect({
      sock: socket,
      username: settings.user,
      readyTimeout: options.timeoutMs,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVES_MISSED,
      // An array without 'none' saves the round trip of asking which methods there are.
      authHandler: [...identities.methods],
      algorithms: { serverHostKey: [...check.preferred] },
      hostVerifier: (blob: Buffer) => {
        refused = check.verify(blob);
        verified = refused === undefined;
        return verified;
      },
    });
  } catch (error) {
    return fail(error);
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
  const client = ssh.connection;
  if (client === null) return fail(undefined);
  return { ok: true, connection: guard(client, socket, jump, settings) };
}

/** ssh2 emits errors after login too; without a listener they would end the process. */
function guard(
  client: Client,
  socket: Duplex,
  jump: SshConnection | undefined,
  settings: SshSettings,
): SshConnection {
  let why = `the connection to ${endpoint(settings)} ended`;
  client.on('error', (error) => {
    why = `the connection to ${endpoint(settings)} was lost: ${error.message}`;
  });
  const ended = new Promise<string>((resolve) => {
    client.once('close', () => resolve(why));
  });
  return {
    client,
    ended,
    close: async () => {
      client.end();
      // What is to be sent must have left; the peer's own farewell would cost a round trip and is not waited for.
      const sent = new Promise<void>((resolve) => {
        if (socket.writableFinished || socket.destroyed) resolve();
        else socket.once('finish', () => resolve());
      });
      await Promise.race([sent, ended, wait(CLOSE_GRACE_MS, undefined, { ref: false })]);
      socket.destroy();
      await jump?.close();
    },
  };
}

function forward(
  jump: SshConnection,
  settings: SshSettings,
  options: ConnectOptions,
): Promise<
  { readonly ok: true; readonly socket: Duplex } | { readonly ok: false; readonly failure: HostFailure }
> {
  return new Promise((resolve) => {
    const via = settings.jump === undefined ? '' : endpoint(settings.jump);
    const timer = setTimeout(() => {
      const says = `${endpoint(settings)} could not be reached from the jump host ${via} within ${options.timeoutMs / 1000} s`;
      resolve({ ok: false, failure: { reason: 'timeout', says, remedy: `see whether ${via} can reach it` } });
    }, options.timeoutMs);
    jump.client.forwardOut('127.0.0.1', 0, settings.address, settings.port, (error, stream) => {
      clearTimeout(timer);
      if (error === undefined) {
        stream.on('error', () => {});
        return resolve({ ok: true, socket: stream });
      }
      // RFC 4254, 5.1: 1 administratively prohibited, 2 connect failed.
      const prohibited = reasonOf(error) === 1;
      const says = `the jump host ${via} ${prohibited ? 'does not allow forwarding' : 'could not connect'} to ${endpoint(settings)}: ${error.message}`;
      const remedy = prohibited
        ? `AllowTcpForwarding yes in sshd_config of ${via}`
        : `on ${via}: nc -vz ${settings.address} ${settings.port}`;
      resolve({ ok: false, failure: { reason: prohibited ? 'no-route' : 'refused', says, remedy } });
    });
  });
}

interface LoginState {
  readonly verified: boolean;
  readonly identities: Identities;
  readonly options: ConnectOptions;
}

/** ssh2 marks its errors with a `level`; a disconnect by the server carries RFC 4253's number as `code`. */
function describeSshError(settings: SshSettings, error: unknown, state: LoginState): HostFailure {
  const where = endpoint(settings);
  const level = levelOf(error);
  const detail = error instanceof Error ? error.message : 'no reason given';
  if (level === 'client-timeout') {
    return {
      reason: 'timeout',
      says: `${where} accepted the connection, but the SSH login was not done within ${state.options.timeoutMs / 1000} s`,
      remedy: `ssh -v -p ${settings.port} ${settings.user}@${settings.address}; see the load of the host and what listens on that port`,
    };
  }
  // A refusal: no method is left, or the server says goodbye. A connection that is cut is neither.
  if (level === 'client-authentication' || level === 'agent' || (state.verified && isDisconnect(error))) {
    return describeRefusal(settings, state);
  }
  if (state.verified) {
    return {
      reason: 'lost',
      says: `${where} ended the connection in the middle of the login of ${settings.user}`,
      remedy: `run the check again; ssh -v -p ${settings.port} ${settings.user}@${settings.address}, and see sshd's log there`,
    };
  }
  return {
    reason: 'lost',
    says: `${where} ended the connection before the login: ${detail}`,
    remedy: `ssh -v -p ${settings.port} ${settings.user}@${settings.address}; see sshd's log there, and whether it is an SSH server at all`,
  };
}

function describeRefusal(settings: SshSettings, { identities, options }: LoginState): HostFailure {
  if (
    identities.methods.length === identities.methods.filter(({ type }) => type === 'agent').length &&
    identities.locked.length > 0
  ) {
    return lockedKeys(settings, identities.locked, options.passphrase);
  }
  const tried =
    identities.tried.length > 0 ? `tried ${identities.tried.join(', ')}` : 'there was no key to try';
  const locked = identities.locked.map((file) => `${file} is encrypted`);
  return {
    reason: 'auth',
    says: `${endpoint(settings)} did not accept ${settings.user}: ${[tried, ...locked, ...identities.notes].join('; ')}`,
    remedy: `ssh-copy-id -p ${settings.port} ${settings.user}@${settings.address}; or set \`user\` and \`keyFile\` of the host in goodgate.yaml`,
  };
}

function onTheWay(settings: SshSettings, failure: HostFailure): HostFailure {
  return { ...failure, says: `on the way to ${endpoint(settings)}: ${failure.says}` };
}

/** A number of RFC 4253, 11.1; what the socket itself complains of has a word for a code. */
function isDisconnect(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}

function levelOf(error: unknown): string | undefined {
  return error instanceof Error && 'level' in error && typeof error.level === 'string'
    ? error.level
    : undefined;
}

function reasonOf(error: Error): number | undefined {
  return 'reason' in error && typeof error.reason === 'number' ? error.reason : undefined;
}
