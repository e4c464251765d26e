import { once } from 'node:events';
import { createServer, Server } from 'node:net';
import { createEmulator } from 'emulate';
import { type Json, jsonObject, objectsIn, textIn } from './json.js';
import { app, type Channel, channels, letters, type Person, people, team } from './workspace.js';

/** A third party's Slack Web API, with our people and channels in it. */
export interface Emulator {
  readonly people: readonly Person[];
  readonly channels: readonly Channel[];
  /** As the app, as the bot's user, as `admin`, or as a person by id; the answer is Slack's JSON. */
  call(as: string, method: string, fields: Json): Promise<Json>;
  /** Anything that is not JSON in both directions: uploads, files. */
  pass(path: string, how: { method: string; body?: Uint8Array; contentType?: string }): Promise<Response>;
  close(): Promise<void>;
}

/** The app's own token, with the app's scopes; as the bot's user everything may be looked at. */
export const AS_APP = 'app';

/** emulate counts 5,000 requests an hour for each token; a bench makes more. The bot has many tokens there. */
const REQUESTS_A_TOKEN = 4_500;
const TOKENS = 60;

/** `gatewayUrl`: what emulate writes into the addresses of uploads and files. */
export async function startEmulator(
  gatewayUrl: string,
  appScopes: readonly string[] = ALL_SCOPES,
): Promise<Emulator> {
  const tokens = new Map(
    [...people.map(({ name }) => name), 'admin', app.botUserId, AS_APP].map((user) => [user, tokensOf()]),
  );
  const port = await freePort();
  const emulator = await onLoopbackOnly(port, () =>
    createEmulator({
      service: 'slack',
      port,
      baseUrl: gatewayUrl,
      seed: {
        slack: {
          team: { name: team.name, domain: team.domain },
          users: people.map(({ name, realName }) => ({ name, real_name: realName })),
          channels: channels.map(({ name, kind }) => ({ name, is_private: kind === 'private' })),
          oauth_apps: [
            {
              client_id: 'goodgate',
              client_secret: letters(32),
              name: 'goodgate',
              redirect_uris: [],
              app_id: app.appId,
              bot_id: app.botId,
              bot_user_id: app.botUserId,
              bot_name: app.botName,
            },
          ],
          strict_scopes: true,
          tokens: [...tokens].flatMap(([name, list]) => {
            const user = name === AS_APP ? app.botUserId : name;
            const scopes = [...(name === AS_APP ? appScopes : ALL_SCOPES)];
            return list.map((token) => ({ token, user, app_id: app.appId, bot_id: app.botId, scopes }));
          }),
        },
      },
    }),
  );
  let used = 0;
  const names = new Map<string, string>([[app.botUserId, app.botUserId]]);

  function tokenOf(user: string): string {
    used += 1;
    const list = tokens.get(names.get(user) ?? user) ?? [];
    return list[Math.floor(used / REQUESTS_A_TOKEN) % TOKENS] ?? '';
  }

  async function pass(path: string, how: { method: string; body?: Uint8Array; contentType?: string }) {
    const headers = new Headers({ authorization: `Bearer ${tokenOf(app.botUserId)}` });
    if (how.contentType !== undefined) headers.set('content-type', how.contentType);
    const body = how.body === undefined ? {} : { body: Buffer.from(how.body) };
    return fetch(`http://127.0.0.1:${port}${path}`, { method: how.method, headers, ...body });
  }

  async function call(as: string, method: string, fields: Json): Promise<Json> {
    const answer = await fetch(`http://127.0.0.1:${port}/api/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokenOf(as)}`, 'content-type': 'application/json' },
      body: JSON.stringify(fields),
    });
    const read = jsonObject(await answer.json());
    if (answer.ok && read !== undefined) return read;
    // emulate answers a method that it does not know with HTTP 404; Slack says this.
    return { ok: false, error: 'unknown_method' };
  }

  const users = objectsIn(await call('admin', 'users.list', {}), 'members');
  const folk = people.map(({ name, realName, locale }) => ({
    id: idOf(users, name),
    name,
    realName,
    locale,
  }));
  for (const { id, name } of folk) names.set(id, name);
  const types = 'public_channel,private_channel';
  const rooms = objectsIn(await call('admin', 'conversations.list', { types }), 'channels');
  const channelList = channels.map(({ name, kind }) => ({ id: idOf(rooms, name), name, kind }));
  for (const channel of channelList) {
    const bot = channels.find(({ name }) => name === channel.name)?.bot === 'in' ? [app.botUserId] : [];
    const everybody = [...folk.map(({ id }) => id), ...bot];
    // One by one: emulate refuses all of them when one is a member already.
    for (const user of everybody) {
      await call('admin', 'conversations.invite', { channel: channel.id, users: user });
    }
  }
  return { people: folk, channels: channelList, call, pass, close: () => emulator.close() };
}

const ALL_SCOPES = [
  ...['app_mentions:read', 'chat:write', 'commands', 'files:read', 'files:write', 'team:read', 'users:read'],
  ...['channels', 'groups', 'im', 'mpim'].flatMap((kind) => [`${kind}:read`, `${kind}:history`]),
  ...['channels:manage', 'groups:write', 'im:write'],
];

function tokensOf(): string[] {
  return Array.from({ length: TOKENS }, () => letters(40));
}

function idOf(list: readonly Json[], name: string): string {
  return textIn(
    list.find((one) => one['name'] === name),
    'id',
  );
}

/** emulate listens at every address of the machine, and has no setting for it: here it gets the loopback only. */
async function onLoopbackOnly<Value>(port: number, start: () => Promise<Value>): Promise<Value> {
  const { listen } = Server.prototype;
  function listenOnLoopback(this: Server, ...words: unknown[]): Server {
    if (words[0] === port) return listen.call(this, { port, host: '127.0.0.1' });
    return Reflect.apply(listen, this, words);
  }
  Server.prototype.listen = listenOnLoopback;
  try {
    return await start();
  } finally {
    Server.prototype.listen = listen;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  server.close();
  await once(server, 'close');
  return port;
}
