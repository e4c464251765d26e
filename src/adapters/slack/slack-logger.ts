import { type Logger, LogLevel } from '@slack/bolt';

export type SlackLogger = Logger;

/** Bolt's log lines become ours. Its debug lines hold whole requests, and with them what people wrote: never kept. */
export function slackLogger(write: (level: 'info' | 'warn' | 'error', text: string) => void): SlackLogger {
  const line = (parts: readonly unknown[]): string =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
  return {
    debug: () => undefined,
    info: (...parts) => write('info', line(parts)),
    warn: (...parts) => write('warn', line(parts)),
    error: (...parts) => write('error', line(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
