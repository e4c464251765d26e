import type { ClientChannel } from 'ssh2';
import type { HostFailure } from '../../domain/host.js';
import type { RunnerChannel } from '../runner/runner-session.js';
import type { SshConnection } from './connect.js';

/** Long enough to see a near host tidy up, and less than a round trip to a far one, which tidies up all the same. */
const CLOSE_GRACE_MS = 30;

/** Asks the host to execute `command`; the channel's ends are the command's. Closing it closes the connection. */
export function openSshChannel(
  connection: SshConnection,
  command: string,
  options: { readonly where: string; readonly timeoutMs: number },
): Promise<
  | { readonly ok: true; readonly channel: RunnerChannel }
  | { readonly ok: false; readonly failure: HostFailure }
> {
  return new Promise((resolve) => {
    const fail = (failure: HostFailure): void => {
      clearTimeout(timer);
      void connection.close().then(() => resolve({ ok: false, failure }));
    };
    const timer = setTimeout(() => {
      const says = `${options.where} logged in, but did not start a command within ${options.timeoutMs / 1000} s`;
      fail({ reason: 'timeout', says, remedy: 'see the load of the host' });
    }, options.timeoutMs);
    void connection.ended.then((says) => fail({ reason: 'lost', says, remedy: 'run the check again' }));
    connection.client.exec(command, (error, stream) => {
      if (error === undefined) {
        clearTimeout(timer);
        return resolve({ ok: true, channel: wrap(connection, stream) });
      }
      // A connection that ended fails its channels first, and says so itself a moment later.
      setImmediate(() =>
        fail({
          reason: 'no-shell',
          says: `${options.where} logged in, but does not let the account run commands: ${error.message}`,
          remedy:
            'see ForceCommand, MaxSessions and PermitOpen in its sshd_config, and the options of the key in authorized_keys',
        }),
      );
    });
  });
}

function wrap(connection: SshConnection, stream: ClientChannel): RunnerChannel {
  let exitCode: number | null = null;
  let lost: string | undefined;
  const closed = new Promise<void>((resolve) => {
    stream.once('close', () => resolve());
  });
  void connection.ended.then((says) => {
    lost = says;
  });
  stream.on('error', () => {});
  stream.on('exit', (code: number | null) => {
    exitCode = code;
  });
  let closing: Promise<void> | undefined;

  async function end(): Promise<void> {
    stream.end();
    // The runner ends what runs and removes its folder when its input ends, also when the connection does.
    await Promise.race([closed, connection.ended, pause(CLOSE_GRACE_MS)]);
    await connection.close();
  }

  return {
    write: (data) => void stream.write(data),
    listen: (on) => {
      stream.on('data', on.output);
      stream.stderr.on('data', on.errorOutput);
      void connection.ended.then((says) => on.close({ exitCode: null, says }));
      void closed.then(() => on.close({ exitCode, says: lost ?? 'the command on the host ended' }));
    },
    close: () => {
      closing ??= end();
      return closing;
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
