/** The side of the service that speaks with people: hears Slack, answers, and keeps messages up to date. */
import type { RequestListener } from 'node:http';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { ServiceLog } from '../adapters/log/logger.js';
import { createMessenger } from '../adapters/slack/messenger.js';
import {
  createHttpReceiver,
  createSocketReceiver,
  type HttpReceiver,
  type SocketReceiver,
} from '../adapters/slack/receivers.js';
import { createSlackApp } from '../adapters/slack/slack-app.js';
import { type SlackLogger, slackLogger } from '../adapters/slack/slack-logger.js';
import { causesFolder } from '../cli/package-root.js';
import type { Config } from '../config/config.js';
import { type HearDeps, hearRequest } from '../flows/service/hear-request.js';
import { pagesOfRun } from '../flows/service/pages-of-run.js';
import { runPublisher } from '../flows/service/publisher.js';
import type { JobQueue } from '../ports-state.js';
import type { Voice } from '../ports-voice.js';
import type { ServiceEnvironment, SlackMode } from './environment.js';
import { channelLanguage, personLanguage } from './languages.js';
import { createLessons } from './lessons.js';
import type { State } from './open-state.js';
import { rememberingToo } from './remembering-too.js';
import { watchIdentity } from './slack-identity.js';

export interface IngressOptions {
  readonly config: Config;
  readonly slack: NonNullable<ServiceEnvironment['slack']>;
  readonly state: State;
  readonly queue: JobQueue;
  readonly voice: Voice;
  readonly playbooks: readonly string[];
  readonly targetOptions: (query: string) => readonly object[];
  readonly workersSilentMs: () => number | undefined;
  readonly log: ServiceLog;
}

export interface Ingress {
  /** For POST on SLACK_PATH; absent in Socket Mode. */
  readonly listener?: RequestListener;
  /** Why Slack cannot be heard or spoken to; undefined where all is well. */
  readonly trouble: () => string | undefined;
  /** Publishes until the signal ends. Only the holder of the lease may call it. */
  publish(stopping: AbortSignal): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Slack wants an answer within seconds, and a call without a limit may wait for ever. */
const CALL_MS = 8000;
/** What was acknowledged gets this long to be written down when the service stops. */
const SETTLE_MS = 3000;

export function createIngress(options: IngressOptions): Ingress {
  const { config, slack, state, log } = options;
  const logger = slackLogger((level, text) => log[level]({ from: 'slack' }, text));
  const clientOptions = clientOptionsFor(slack.apiUrl, logger);
  const client = new WebClient(slack.token, clientOptions);
  const watch = watchIdentity(client, {
    trouble: (says, isToken) => log.error({ isToken }, `Slack does not say who the bot is: ${says}`),
    works: () => log.info('Slack takes the token of the bot again'),
  });
  const messenger = createMessenger({
    client,
    onTrouble: (method, says) => log.warn({ method }, says),
    onAuth: watch.heard,
  });
  const lessons = createLessons(causesFolder());
  const targets = [...config.targets.values()].map(({ target }) => target);
  const hearing: HearDeps = {
    ...state,
    clock: { now: () => new Date() },
    queue: options.queue,
    voice: options.voice,
    targets: () => targets,
    workersSilentMs: options.workersSilentMs,
    known: () => ({
      targets: targets.map(({ name }) => name),
      playbooks: options.playbooks,
      causes: lessons.ids,
    }),
    lesson: lessons.lesson,
    linkTo: async (run) => {
      const head = await state.board.load(run.id, 'head');
      return head?.ts === undefined ? undefined : messenger.permalink({ channel: head.channel, ts: head.ts });
    },
    languageOf: (person, channel) => personLanguage(person, channel, config.slack, messenger),
    onFailure: (reference, error) =>
      state.tellUnlessAway(error, () =>
        log.error({ reference, err: error }, 'a request could not be carried out'),
      ),
    onUnheard: (what, says) => log.warn({ what }, `an answer did not reach the person: ${says}`),
  };
  const wayIn = openWayIn(slack.mode, clientOptions, logger, log);
  const underWay = createUnderWay();
  let closing = false;
  createSlackApp({
    receiver: wayIn.receiver,
    token: slack.token,
    identity: watch.identity,
    command: config.slack.command,
    clientOptions,
    logger,
    seen: rememberingToo(state.seen),
    handle: (request, reply) => underWay.add(hearRequest(request, reply, hearing)),
    options: options.targetOptions,
  });
  return {
    ...(wayIn.kind === 'http'
      ? {
          listener: (request, response) => {
            // Not taken, and said so: Slack tells the person, and brings events again.
            if (closing) response.writeHead(503).end();
            else wayIn.listener(request, response);
          },
        }
      : {}),
    trouble: () => watch.trouble() ?? (wayIn.kind === 'socket' ? wayIn.connection.trouble() : undefined),
    publish: (stopping) =>
      runPublisher(
        {
          ...state,
          clock: hearing.clock,
          messenger,
          pagesOf: (runId) =>
            pagesOfRun(runId, {
              ...state,
              clock: hearing.clock,
              voice: options.voice,
              channelLanguage: (channel) => channelLanguage(config.slack, channel),
              languageOf: (person) => hearing.languageOf(person, undefined),
            }),
          onRefused: (run, part, code) =>
            log.error({ run: run.id, part, code }, 'Slack refuses a message of a run'),
          onError: (error) =>
            state.tellUnlessAway(error, () =>
              log.warn({ err: error }, 'messages cannot be brought up to date now'),
            ),
        },
        stopping,
      ),
    start: async () => {
      // Over HTTP there is nothing to open: the web server hands on what comes.
      if (wayIn.kind === 'socket') wayIn.connection.start();
    },
    stop: async () => {
      watch.stop();
      closing = true;
      if (wayIn.kind === 'socket') await wayIn.connection.stop();
      await underWay.settled(SETTLE_MS);
    },
  };
}

/** What was acknowledged and is still being carried out. */
function createUnderWay() {
  const all = new Set<Promise<void>>();
  return {
    add: (work: Promise<void>): Promise<void> => {
      const tracked = work.finally(() => all.delete(tracked));
      all.add(tracked);
      return tracked;
    },
    settled: async (withinMs: number): Promise<void> => {
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, withinMs);
      });
      await Promise.race([Promise.allSettled(all), tooLong]);
      clearTimeout(timer);
    },
  };
}

type WayIn = ({ readonly kind: 'http' } & HttpReceiver) | ({ readonly kind: 'socket' } & SocketReceiver);

function openWayIn(
  mode: SlackMode,
  clientOptions: WebClientOptions,
  logger: SlackLogger,
  log: ServiceLog,
): WayIn {
  if (mode.kind === 'http') {
    return { kind: 'http', ...createHttpReceiver({ signingSecret: mode.signingSecret, logger }) };
  }
  const tell = {
    trouble: (says: string) => log.warn(`no connection to Slack (Socket Mode): ${says}`),
    works: () => log.info('Slack is connected (Socket Mode)'),
  };
  return {
    kind: 'socket',
    ...createSocketReceiver({ appToken: mode.appToken, logger, clientOptions, tell }),
  };
}

function clientOptionsFor(apiUrl: string | undefined, logger: SlackLogger): WebClientOptions {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/` }),
    logger,
    timeout: CALL_MS,
    // Who may ask again decides that itself.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    fetch: (url, init) => fetch(url, { ...init, signal: init?.signal ?? AbortSignal.timeout(CALL_MS) }),
  };
}
