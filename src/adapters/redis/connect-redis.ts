import { readFileSync } from 'node:fs';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisPlace, RedisTls } from './redis-url.js';

export type RedisClient = Redis | Cluster;

/**
 * request: fails within about a second, for people who wait. wait: never gives up, for workers; what it was asked while
 * Redis was away is done afterwards. listen: the same, and subscribes again by itself.
 */
export type ConnectionPurpose = 'request' | 'wait' | 'listen';

export interface ConnectOptions {
  readonly purpose: ConnectionPurpose;
  /** Seen in `CLIENT LIST`. */
  readonly name: string;
  /** Lost connections and the like; the client goes on trying by itself. */
  readonly onError: (error: Error) => void;
}

type PlainOptions = RedisOptions & { readonly replyMapping: 'legacy' };

const COMMAND_MS = 1_000;
/** Consuming again within 5 s of Redis' return needs tries that are no further apart than this. */
const SLOWEST_RETRY_MS = 1_000;
/** A peer that vanished without a word is given up after this long with a command unanswered. */
const SILENT_SOCKET_MS = 20_000;

export function connectRedis(place: RedisPlace, options: ConnectOptions): RedisClient {
  const client =
    place.kind === 'cluster' ? connectCluster(place, options) : new Redis(standalone(place, options));
  // Without a listener, Node ends the process on 'error': https://nodejs.org/api/events.html#error-events
  client.on('error', options.onError);
  return client;
}

/** Resolves when commands can be sent; rejects with the last error after `timeoutMs`. */
export async function whenReady(client: RedisClient, timeoutMs: number): Promise<void> {
  if (client.status === 'ready') return;
  let last: Error | undefined;
  const keep = (error: Error) => {
    last = error;
  };
  client.on('error', keep);
  let done: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      done = resolve;
      timer = setTimeout(() => reject(last ?? new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      client.on('ready', resolve);
    });
  } finally {
    clearTimeout(timer);
    client.off('error', keep);
    if (done !== undefined) client.off('ready', done);
  }
}

/** Ends the connection, politely where Redis is there. Never waits for a Redis that is away. */
export async function disconnectRedis(client: RedisClient): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, COMMAND_MS);
  });
  if (client.status === 'ready') await Promise.race([client.quit().catch(() => undefined), tooLong]);
  clearTimeout(timer);
  endNow(client);
}

/**
 * Between two tries, ioredis' `disconnect` stops the next one and leaves what waits in its queue without an answer for
 * ever; one that is connecting is ended whole (ioredis 6.0, Redis.js `disconnect`).
 */
export function endNow(client: RedisClient): void {
  if (client.status === 'end') return;
  if (client.status === 'reconnecting') client.connect().catch(() => undefined);
  client.disconnect();
}

function retryDelayMs(times: number): number {
  return Math.min(50 * 2 ** Math.min(times, 10), SLOWEST_RETRY_MS);
}

/**
 * After a failover the old master is a replica: READONLY is its answer to writes. Reconnecting asks Sentinel, or DNS,
 * anew. https://redis.io/docs/latest/develop/reference/sentinel-clients/
 */
function isDemoted(error: Error): boolean {
  return /^(?:READONLY|MASTERDOWN)\b/u.test(error.message);
}

function shared(place: RedisPlace, { purpose, name }: ConnectOptions): PlainOptions {
  const login = {
    ...(place.username === undefined ? {} : { username: place.username }),
    ...(place.password === undefined ? {} : { password: place.password }),
  };
  const patience: RedisOptions =
    purpose === 'request'
      ? {
          enableOfflineQueue: false,
          commandTimeout: COMMAND_MS,
          maxRetriesPerRequest: 0,
          // A command that nobody waits for any more is not to be done when Redis returns.
          autoResendUnfulfilledCommands: false,
          reconnectOnError: (error) => isDemoted(error),
        }
      : // 2: the command is sent again.
        { maxRetriesPerRequest: null, reconnectOnError: (error) => (isDemoted(error) ? 2 : false) };
  return {
    ...login,
    ...patience,
    connectionName: name,
    connectTimeout: 2_000,
    keepAlive: 10_000,
    ...(purpose === 'listen' ? {} : { socketTimeout: SILENT_SOCKET_MS }),
    retryStrategy: retryDelayMs,
    // Answers in the shapes of RESP2, which Redis 6.2 and every proxy of it know.
    protocol: 2,
    replyMapping: 'legacy',
  };
}

function standalone(place: Exclude<RedisPlace, { kind: 'cluster' }>, options: ConnectOptions): PlainOptions {
  const base = { ...shared(place, options), db: place.db };
  switch (place.kind) {
    case 'unix':
      return { ...base, path: place.path };
    case 'single':
      return { ...base, ...place.address, ...(place.tls === undefined ? {} : { tls: readTls(place.tls) }) };
    case 'sentinel': {
      const { sentinelLogin, tls } = place;
      return {
        ...base,
        sentinels: [...place.sentinels],
        name: place.master,
        sentinelRetryStrategy: retryDelayMs,
        sentinelCommandTimeout: COMMAND_MS,
        failoverDetector: true,
        ...(sentinelLogin?.username === undefined ? {} : { sentinelUsername: sentinelLogin.username }),
        ...(sentinelLogin?.password === undefined ? {} : { sentinelPassword: sentinelLogin.password }),
        ...(tls === undefined
          ? {}
          : { tls: readTls(tls), sentinelTLS: readTls(tls), enableTLSForSentinelMode: true }),
      };
    }
  }
}

function connectCluster(place: Extract<RedisPlace, { kind: 'cluster' }>, options: ConnectOptions): Cluster {
  const { enableOfflineQueue, retryStrategy: _node, ...redisOptions } = shared(place, options);
  return new Cluster([...place.nodes], {
    clusterRetryStrategy: retryDelayMs,
    clusterNodeRetryStrategy: retryDelayMs,
    // A request is not kept waiting while a new master is chosen.
    ...(options.purpose === 'request' ? { maxRedirections: 5 } : {}),
    ...(enableOfflineQueue === undefined ? {} : { enableOfflineQueue }),
    redisOptions: { ...redisOptions, ...(place.tls === undefined ? {} : { tls: readTls(place.tls) }) },
    slotsRefreshTimeout: 2_000,
  });
}

/** The server's name and certificate are always checked; an own authority is named by `?ca=FILE`. */
function readTls(tls: RedisTls): ConnectionOptions {
  return {
    ...(tls.ca === undefined ? {} : { ca: readFileSync(tls.ca) }),
    ...(tls.cert === undefined ? {} : { cert: readFileSync(tls.cert) }),
    ...(tls.key === undefined ? {} : { key: readFileSync(tls.key) }),
  };
}

/** What is wrong with the files that a place names; undefined where nothing is. To be asked before `connectRedis`. */
export function findTlsProblem(place: RedisPlace): string | undefined {
  if (place.kind === 'unix' || place.tls === undefined) return undefined;
  try {
    createSecureContext(readTls(place.tls));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
