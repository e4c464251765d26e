import { type Acting, createActing } from './acting.js';
import type { CallRecord } from './call-record.js';
import { type Emulator, startEmulator } from './emulator.js';
import { createFaults, type SlackFaults } from './faults.js';
import { end, fieldsOf, type Gateway, sendAnswer, startGateway, tokenOf } from './gateway.js';
import { createHttpDelivery, type HttpDelivery } from './http-delivery.js';
import { textIn } from './json.js';
import { createMembership } from './membership.js';
import { createRateLimiter, type RateLimit, SLACK_RATE } from './rate-limit.js';
import { createReading, type Reading } from './reading.js';
import { createResponseUrls } from './response-urls.js';
import { createSeen, type Seen } from './seen.js';
import { createSockets, type Sockets } from './sockets.js';
import { createWebApi } from './web-api.js';
import {
  app,
  type Channel,
  type ChannelName,
  drawSecrets,
  type Person,
  type PersonName,
  type Secrets,
  team,
} from './workspace.js';

/**
 * A Slack of this machine: a third party's Web API (`emulate`), and around it what people see and do, Slack's limits,
 * and faults on demand. https://github.com/vercel-labs/emulate
 */
export interface LocalSlack
  extends Acting,
    Reading,
    Pick<Seen, 'ephemeral' | 'home' | 'modal' | 'modalErrors' | 'reload'> {
  /** For `slackApiUrl`: `http://127.0.0.1:PORT/api/`. */
  readonly url: string;
  /** Of the page: `http://127.0.0.1:PORT/`. */
  readonly pageUrl: string;
  readonly secrets: Secrets;
  readonly team: typeof team;
  readonly app: typeof app;
  readonly people: readonly Person[];
  readonly channels: readonly Channel[];
  person(name: PersonName): Person;
  channel(name: ChannelName): Channel;
  /** HTTP mode: where the app listens, and the signed requests that went there. */
  readonly http: HttpDelivery;
  /** Socket Mode: connections of the app, and what can happen to them. */
  readonly sockets: Sockets;
  readonly faults: SlackFaults;
  /** Every call of the app, oldest first. */
  readonly calls: readonly CallRecord[];
  /** What the app sent and should not have; empty at the end of every test. */
  readonly violations: readonly string[];
  setMembership(channel: string, bot: 'in' | 'out'): Promise<void>;
  /** `revoked`: every call is answered `token_revoked`. */
  setToken(state: 'good' | 'revoked'): void;
  /** Called after anything changed that somebody can see; answers how to stop that. */
  onChange(tell: () => void): () => void;
  readonly gateway: Gateway;
  close(): Promise<void>;
}

export interface LocalSlackSetup {
  readonly port?: number;
  /** Where the page listens; people reach it at 127.0.0.1 all the same. */
  readonly listen?: string;
  /** Messages a second in a channel; as Slack's if absent. */
  readonly rate?: RateLimit | 'none';
  /** What the app was installed with: a call that needs another scope is answered `missing_scope`. All if absent. */
  readonly scopes?: readonly string[];
  /** HTTP mode: the app's address, e.g. `http://127.0.0.1:3000/slack/events`; can be set later. */
  readonly requestUrl?: string;
  /** How acts reach the app: by HTTP if absent. */
  readonly mode?: 'http' | 'socket';
}

export async function startLocalSlack(setup: LocalSlackSetup = {}): Promise<LocalSlack> {
  const gateway = await startGateway(setup.port, setup.listen);
  const emulator = await startEmulator(gateway.base, setup.scopes);
  const secrets = drawSecrets();
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const tell of listeners) tell();
  };
  const violations: string[] = [];
  const faults = createFaults();
  const seen = createSeen(changed);
  const membership = createMembership(emulator, setup.scopes ?? []);
  const reading = createReading(emulator);
  const http = createHttpDelivery(secrets.signingSecret);
  const sockets = createSockets(gateway);
  http.setRequestUrl(setup.requestUrl ?? '');
  let tokenState: 'good' | 'revoked' = 'good';
  const triggers = new Map<string, string>();

  async function drawTrigger(user: string, viewId?: string): Promise<string> {
    const about = { user_id: user, ...(viewId === undefined ? {} : { view_id: viewId }) };
    const trigger = textIn(
      await emulator.call(app.botUserId, 'views.generateTriggerId', about),
      'trigger_id',
    );
    triggers.set(trigger, user);
    return trigger;
  }

  const responses = createResponseUrls({ base: gateway.base, emulator, seen, violations, changed });
  const api = createWebApi({
    emulator,
    seen,
    faults,
    membership,
    violations,
    tooFast: createRateLimiter(setup.rate ?? SLACK_RATE),
    tokenState: () => tokenState,
    tokens: { bot: secrets.botToken, app: secrets.appToken },
    personOf: (trigger) => triggers.get(trigger),
    openConnection: sockets.open,
    changed,
  });
  const acting = createActing({
    emulator,
    delivery: () => (setup.mode === 'socket' ? sockets : http),
    responses,
    seen,
    reading,
    verificationToken: secrets.verificationToken,
    drawTrigger,
    changed,
  });
  gateway.route('api', async (asked, response) => {
    const method = asked.url.pathname.slice('/api/'.length);
    sendAnswer(response, await api.answer(method, tokenOf(asked), fieldsOf(asked)));
  });
  gateway.route('response', async (asked, response) => {
    const used = await responses.use(asked.url.pathname.slice('/response/'.length), fieldsOf(asked));
    end(response, used.status, used.says);
  });
  passThrough(gateway, emulator, secrets);

  return {
    ...acting,
    ...reading,
    ephemeral: seen.ephemeral,
    home: seen.home,
    modal: seen.modal,
    modalErrors: seen.modalErrors,
    reload: seen.reload,
    url: `${gateway.base}api/`,
    pageUrl: gateway.base,
    secrets,
    team,
    app,
    people: emulator.people,
    channels: emulator.channels,
    person: (name) => named(emulator.people, name),
    channel: (name) => named(emulator.channels, name),
    http,
    sockets,
    faults,
    calls: api.calls,
    violations,
    setMembership: membership.set,
    setToken(state) {
      tokenState = state;
    },
    onChange(tell) {
      listeners.add(tell);
      return () => void listeners.delete(tell);
    },
    gateway,
    async close() {
      await sockets.close();
      await gateway.close();
      await emulator.close();
    },
  };
}

/** The bytes of files: an upload's address is secret enough for Slack, reading one takes the token. */
function passThrough(gateway: Gateway, emulator: Emulator, secrets: Secrets): void {
  for (const word of ['upload', 'files-pri']) {
    gateway.route(word, async (asked, response) => {
      if (word === 'files-pri' && tokenOf(asked) !== secrets.botToken)
        return end(response, 401, 'not_authed');
      const contentType = asked.headers['content-type'];
      const got = await emulator.pass(`${asked.url.pathname}${asked.url.search}`, {
        method: asked.method,
        ...(asked.method === 'GET' ? {} : { body: asked.body }),
        ...(contentType === undefined ? {} : { contentType }),
      });
      response.writeHead(got.status, { 'content-type': got.headers.get('content-type') ?? 'text/plain' });
      response.end(Buffer.from(await got.arrayBuffer()));
    });
  }
}

function named<One extends { readonly name: string }>(list: readonly One[], name: string): One {
  const found = list.find((one) => one.name === name);
  if (found === undefined) throw new Error(`Nothing of the local Slack has the name ${name}.`);
  return found;
}
