import { z } from 'zod';
import { parseDurationMs } from './duration.js';

/** What goodgate.yaml may say of the service that `goodgate start` runs. No secret stands here: see environment.ts. */

const language = z.enum(['en', 'zh']);

const DAY_MS = 86_400_000;
const KEEP_MOST_MS = 3650 * DAY_MS;

function duration(example: string, mostMs: number) {
  return z
    .string()
    .refine((text) => parseDurationMs(text, mostMs) !== undefined, `expected a duration such as ${example}`);
}

const LISTEN = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/u;

export const slackSchema = z.strictObject({
  command: z
    .string()
    .regex(/^\/[a-z0-9_-]{1,31}$/u, 'expected a slash command such as /502')
    .optional()
    .describe('The slash command of the app; /502 where absent.'),
  language: language.optional().describe('What is posted in channels; defaults.language where absent.'),
  channels: z
    .record(
      z.string().regex(/^[CGD][A-Z0-9]{2,}$/u, 'expected the id of a channel, such as C024BE91L'),
      z.strictObject({ language: language.optional() }),
    )
    .optional()
    .describe('Channels by their ids, where they differ.'),
});

export const serviceSchema = z.strictObject({
  listen: z
    .string()
    .refine(
      (text) => Number(LISTEN.exec(text)?.[1] ?? 65_536) < 65_536,
      'expected an address and a port such as 127.0.0.1:3502',
    )
    .optional()
    .describe('Where health checks, and Slack in HTTP mode, are answered; 127.0.0.1:3502 where absent.'),
  publicUrl: z
    .url({ protocol: /^https?$/u, error: 'expected a URL that begins with https:// or http://' })
    .optional()
    .describe(
      'Where Slack reaches `listen` in HTTP mode; goodgate slack-manifest takes it where it begins with https://.',
    ),
  dataFolder: z
    .string()
    .min(1, 'expected the path of a folder')
    .optional()
    .describe('Where the private Redis keeps its data; ~/.local/share/goodgate where absent.'),
  runs: z
    .strictObject({
      atOnce: z
        .int()
        .min(1)
        .max(200)
        .optional()
        .describe('Runs that one worker carries out at once; 8 where absent.'),
      perHost: z
        .int()
        .min(1)
        .max(50)
        .optional()
        .describe('Runs that look at one host at once, over all workers; 2 where absent.'),
      timeLimit: duration('2m', 3_600_000).optional().describe('What a run may take; 2m where absent.'),
      keep: duration('30d', KEEP_MOST_MS).optional().describe('How long evidence is kept; 30d where absent.'),
    })
    .optional(),
});

export interface SlackConfig {
  readonly command: string;
  readonly language: 'en' | 'zh';
  /** Languages of channels that differ, by id. */
  readonly channels: ReadonlyMap<string, 'en' | 'zh'>;
}

export interface ServiceConfig {
  readonly listen: { readonly host: string; readonly port: number };
  readonly publicUrl?: string;
  /** Absolute. */
  readonly dataFolder: string;
  readonly runs: {
    readonly atOnce: number;
    readonly perHost: number;
    readonly timeLimitMs: number;
    readonly keepMs: number;
  };
}

const DEFAULTS = {
  command: '/502',
  listen: { host: '127.0.0.1', port: 3502 },
  dataFolder: '~/.local/share/goodgate',
  atOnce: 8,
  perHost: 2,
  timeLimitMs: 120_000,
  keepMs: 30 * DAY_MS,
} as const;

export function buildSlackConfig(
  entry: z.infer<typeof slackSchema> | undefined,
  defaultLanguage: 'en' | 'zh' | undefined,
): SlackConfig {
  const language = entry?.language ?? defaultLanguage ?? 'en';
  const channels = Object.entries(entry?.channels ?? {}).map(
    ([id, channel]) => [id, channel.language ?? language] as const,
  );
  return { command: entry?.command ?? DEFAULTS.command, language, channels: new Map(channels) };
}

/** `toPath` resolves what a person wrote against the folder of the file, and `~`. */
export function buildServiceConfig(
  entry: z.infer<typeof serviceSchema> | undefined,
  toPath: (path: string) => string,
): ServiceConfig {
  const runs = entry?.runs ?? {};
  return {
    listen: entry?.listen === undefined ? DEFAULTS.listen : parseListen(entry.listen),
    ...(entry?.publicUrl === undefined ? {} : { publicUrl: entry.publicUrl.replace(/\/+$/u, '') }),
    dataFolder: toPath(entry?.dataFolder ?? DEFAULTS.dataFolder),
    runs: {
      atOnce: runs.atOnce ?? DEFAULTS.atOnce,
      perHost: runs.perHost ?? DEFAULTS.perHost,
      timeLimitMs: parseDurationMs(runs.timeLimit ?? '') ?? DEFAULTS.timeLimitMs,
      keepMs: parseDurationMs(runs.keep ?? '', KEEP_MOST_MS) ?? DEFAULTS.keepMs,
    },
  };
}

function parseListen(text: string): ServiceConfig['listen'] {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/gu, ''), port: Number(text.slice(colon + 1)) };
}
