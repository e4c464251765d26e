/** `goodgate start` as a process of its own, beside a local Slack: what the demo and the tests talk to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/cli/package-root.js';
import { freePort } from '../redis/start-redis.js';
import type { LocalSlack } from '../slack/local-slack.js';
import { waitUntil } from '../world/wait-until.js';

export interface BotSetup {
  readonly slack: Pick<LocalSlack, 'url'> & {
    readonly secrets: Omit<LocalSlack['secrets'], 'verificationToken'>;
    readonly http: Pick<LocalSlack['http'], 'setRequestUrl'>;
  };
  /** A goodgate.yaml; the bot runs on a copy in `folder`. */
  readonly configFile: string;
  readonly folder: string;
  /** HTTP where absent. */
  readonly mode?: 'http' | 'socket';
  readonly role?: 'all' | 'ingress' | 'worker';
  /** A private Redis where absent. */
  readonly redisUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Further lines of goodgate.yaml: the `slack` section, and that of `service` without `listen` and `dataFolder`. */
  readonly slackSection?: string;
  readonly runs?: Readonly<Record<string, string | number>>;
  /** Of the first bot of its kind in a folder; others get a number behind it. */
  readonly name?: string;
}

export interface Bot {
  readonly url: string;
  readonly pid: number;
  /** What it logged so far. */
  readonly log: () => readonly LogLine[];
  /** Ended by itself or by others. */
  readonly ended: () => boolean;
  ready(timeoutMs?: number): Promise<void>;
  readiness(): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Process ids of the worker beside it, the living one last. */
  workers(): readonly number[];
  /** SIGTERM; gives its exit status. */
  stop(): Promise<number | null>;
  /** Ctrl-C in its terminal: to it and to the worker beside it, at the same moment. */
  interrupt(): Promise<number | null>;
  kill(): Promise<void>;
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly pid: number;
  readonly role: string;
  readonly [key: string]: unknown;
}

export async function startBot(setup: BotSetup): Promise<Bot> {
  const { slack, folder, mode = 'http', role = 'all' } = setup;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const configFile = join(folder, `${setup.name ?? role}.yaml`);
  const runs = Object.entries(setup.runs ?? {}).map(([key, value]) => `    ${key}: ${value}\n`);
  writeFileSync(
    configFile,
    `${readFileSync(setup.configFile, 'utf8')}${setup.slackSection ?? ''}service:\n  listen: 127.0.0.1:${port}\n` +
      `  dataFolder: ${join(folder, 'data')}\n${runs.length === 0 ? '' : `  runs:\n${runs.join('')}`}`,
  );
  const token = mode === 'http' ? 'SLACK_SIGNING_SECRET' : 'SLACK_APP_TOKEN';
  const secret = mode === 'http' ? slack.secrets.signingSecret : slack.secrets.appToken;
  const tokens = role === 'worker' ? {} : { SLACK_BOT_TOKEN: slack.secrets.botToken, [token]: secret };
  const child = spawn(
    process.execPath,
    [join(packageRoot(), 'bin', 'goodgate.js'), 'start', '--role', role, '--config', configFile],
    {
      cwd: folder,
      env: {
        ...environmentOfOurs(),
        ...tokens,
        SLACK_API_URL: slack.url,
        ...(setup.redisUrl === undefined ? {} : { REDIS_URL: setup.redisUrl }),
        ...setup.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const lines: LogLine[] = [];
  readLines(child, lines);
  if (mode === 'http' && role !== 'worker') slack.http.setRequestUrl(`${url}/slack/events`);
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const workers = () => [...new Set(lines.filter((line) => line.role === 'worker').map(({ pid }) => pid))];
  const readiness = async () => {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3000) });
    const body: unknown = await answer.json();
    return { status: answer.status, body };
  };
  return {
    url,
    pid: child.pid ?? 0,
    log: () => lines,
    ended,
    readiness,
    ready: (timeoutMs = 30_000) =>
      waitUntil(
        'the bot is ready',
        async () => {
          if (ended()) throw new Error(`The bot has ended: ${lastWords(lines)}`);
          const { status, body } = await readiness().catch((error: unknown) => ({
            status: 0,
            body: String(error),
          }));
          return status === 200 || `${JSON.stringify(body)} ${lastWords(lines)}`;
        },
        timeoutMs,
      ),
    workers,
    stop: async () => {
      if (!ended()) {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      }
      return child.exitCode;
    },
    interrupt: async () => {
      const gone = once(child, 'exit');
      for (const pid of [child.pid ?? 0, ...workers().slice(-1)]) process.kill(pid, 'SIGINT');
      await gone;
      return child.exitCode;
    },
    kill: async () => {
      if (ended()) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Whoever has tokens or a configuration of their own must not get them used here. */
function environmentOfOurs(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:SLACK_|GOODGATE_|REDIS_URL)/u.test(name));
  return Object.fromEntries(kept);
}

function readLines(child: ChildProcess, lines: LogLine[]): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const parts = `${rest}${text}`.split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) lines.push(logLine(part));
    });
  }
}

function logLine(text: string): LogLine {
  const plain = { level: 60, msg: text, pid: 0, role: 'plain' };
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...plain, ...parsed } : plain;
  } catch {
    return plain;
  }
}

function lastWords(lines: readonly LogLine[]): string {
  return lines
    .slice(-5)
    .map((line) => JSON.stringify(line))
    .join(' | ');
}
