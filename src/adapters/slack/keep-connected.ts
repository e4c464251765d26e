/**
 * Keeps the connection of Socket Mode open. The library's own reconnecting is switched off: where opening a connection
 * is refused, it ends in a rejection that nobody can catch, which ends the process; a connection without a `hello` is
 * kept for ever; and it waits five seconds each time (@slack/socket-mode 3, SocketModeClient.js `delayReconnectAttempt`).
 * https://docs.slack.dev/apis/events-api/using-socket-mode
 */
import { setTimeout as pause } from 'node:timers/promises';
import { sentOf } from './sent.js';

/** What is needed of the library's client. */
export interface SocketClient {
  /** Resolves at Slack's `hello`; rejects where there is none to come. */
  start(): Promise<unknown>;
  disconnect(): Promise<void>;
  on(event: 'disconnected', listener: () => void): unknown;
}

export interface KeptConnection {
  /** Why nothing is heard from Slack; undefined where all is well. */
  readonly trouble: () => string | undefined;
  start(): void;
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
/** Slack greets at once. */
const HELLO_MS = 15_000;
const GOODBYE_MS = 2000;
/** Slack renews connections every few hours: nobody needs to know. */
const SAY_AFTER_MS = 5000;

export function keepConnected(
  client: SocketClient,
  tell: { readonly trouble: (says: string) => void; readonly works: () => void },
): KeptConnection {
  const stopping = new AbortController();
  let awaySince: number | undefined = performance.now();
  let says = 'no connection yet';
  let running: Promise<void> = Promise.resolve();
  let onGone: (() => void) | undefined;
  client.on('disconnected', () => onGone?.());

  async function keep(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!stopping.signal.aborted) {
      const gone = new Promise<void>((resolve) => {
        onGone = resolve;
      });
      const failed = await connectOnce(client, stopping.signal);
      if (failed === undefined) {
        awaySince = undefined;
        pauseMs = FIRST_PAUSE_MS;
        tell.works();
        await gone;
        awaySince = performance.now();
        says = 'the connection has ended';
      } else {
        says = failed.says;
        if (!stopping.signal.aborted) tell.trouble(says);
        pauseMs = Math.max(pauseMs, failed.afterMs ?? 0);
      }
      await pause(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  return {
    trouble: () => {
      const isLong = awaySince !== undefined && performance.now() - awaySince > SAY_AFTER_MS;
      return isLong ? `not connected: ${says}` : undefined;
    },
    start: () => {
      running = keep();
    },
    stop: async () => {
      stopping.abort();
      await within(GOODBYE_MS, client.disconnect()).catch(() => undefined);
      onGone?.();
      await running;
    },
  };
}

/** Undefined once Slack has greeted. */
async function connectOnce(
  client: SocketClient,
  stopping: AbortSignal,
): Promise<{ readonly says: string; readonly afterMs?: number } | undefined> {
  try {
    const greeted = await within(HELLO_MS, client.start(), stopping);
    if (greeted) return undefined;
    await within(GOODBYE_MS, client.disconnect(), stopping).catch(() => undefined);
    return { says: `Slack did not greet within ${HELLO_MS / 1000} s` };
  } catch (error) {
    // Without an error: the connection was opened, and ended before the greeting.
    if (error === undefined) return { says: 'Slack refused the connection' };
    const sent = sentOf(error);
    return { says: sent.says, ...(sent.state === 'later' ? { afterMs: sent.afterMs } : {}) };
  }
}

/** Whether it was done in time; what comes later is nobody's concern. */
async function within(ms: number, work: Promise<unknown>, stopping?: AbortSignal): Promise<boolean> {
  const timer = new AbortController();
  const signal = stopping === undefined ? timer.signal : AbortSignal.any([timer.signal, stopping]);
  const tooLong = pause(ms, false, { signal }).catch(() => false);
  const done = work.then(() => true);
  done.catch(() => undefined);
  try {
    return await Promise.race([done, tooLong]);
  } finally {
    timer.abort();
  }
}
