import { type DestinationStream, type Logger, pino } from 'pino';

export type ServiceLog = Logger;

/**
 * JSON lines on standard output. What people typed, what hosts answered and every secret stay out: callers log ids and
 * short words of ours, and what looks like a secret in a key is covered should one slip through.
 */
export function createLog(options: {
  readonly level: string;
  readonly role: string;
  readonly destination?: DestinationStream;
}): ServiceLog {
  const settings = {
    level: options.level,
    base: { pid: process.pid, role: options.role },
    redact: {
      paths: [
        'token',
        'password',
        'secret',
        'authorization',
        '*.token',
        '*.password',
        '*.secret',
        '*.authorization',
      ],
      censor: '(hidden)',
    },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
