/**
 * An ordinary web service: settings from CONFIG_DIR, a cache in Redis that it cannot do without, a data folder, `/healthz`.
 */
import { chmodSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBehaviour } from './behaviour.js';
import { askAddress, askRedis, type Endpoint } from './dependency.js';
import { numberAt, readLayeredSettings, type Settings, textAt } from './layered-json.js';
import { live, touchStorage, warmUp } from './lifetime.js';
import { serviceLine } from './log-line.js';
import { type Listen, openListener } from './web-server.js';

const behaviour = readBehaviour();

function log(level: 'INFO' | 'WARN' | 'ERROR', message: string): void {
  (level === 'ERROR' ? process.stderr : process.stdout).write(serviceLine(level, message));
}

function die(error: unknown): never {
  log('ERROR', `fatal: ${error instanceof Error ? error.stack : String(error)}`);
  process.exit(1);
}

process.on('uncaughtException', die);
process.on('SIGTERM', () => process.exit(0));

function redisOf(settings: Settings): Endpoint {
  const password = textAt(settings, 'redis.password');
  const host = textAt(settings, 'redis.host', '127.0.0.1');
  return { host, port: numberAt(settings, 'redis.port', 6379), ...(password ? { password } : {}) };
}

async function checkNeeds(settings: Settings): Promise<void> {
  const redis = redisOf(settings);
  await askRedis(redis).catch((error: unknown) => {
    throw new Error(
      `redis ${redis.host}:${redis.port}: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  const api = textAt(settings, 'search.url');
  if (api !== '') {
    const url = new URL(api);
    await askAddress({ host: url.hostname, port: Number(url.port) }).catch((error: unknown) => {
      throw new Error(`search ${api}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
  touchStorage(textAt(settings, 'dataDir'));
}

function answerWith(settings: Settings) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    const publicHost = textAt(settings, 'publicHost');
    if (publicHost !== '' && (request.headers.host ?? '').split(':')[0] !== publicHost) {
      log('WARN', `host ${request.headers.host} is not ${publicHost}`);
      response.writeHead(421).end('Misdirected Request\n');
      return;
    }
    if ((request.url ?? '').startsWith('/static/')) response.end('static\n');
    else if ((request.url ?? '').startsWith('/healthz')) void answerHealth(settings, response);
    else response.end('welcome\n');
  };
}

async function answerHealth(settings: Settings, response: ServerResponse): Promise<void> {
  try {
    await checkNeeds(settings);
    response.setHeader('Content-Type', 'application/json');
    response.end('{"status":"ok"}\n');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log('ERROR', `health: ${message}`);
    response.writeHead(500, { 'Content-Type': 'application/json' }).end('{"status":"error"}\n');
  }
}

function listenOf(settings: Settings): Listen {
  const socket = textAt(settings, 'listen.socket');
  if (socket !== '') return { socket };
  const host = textAt(settings, 'listen.host');
  const keyFile = textAt(settings, 'tls.key');
  const certFile = textAt(settings, 'tls.cert');
  const minVersion = textAt(settings, 'tls.minVersion');
  return {
    port: numberAt(settings, 'listen.port', 8080),
    ...(host ? { host } : {}),
    ...(keyFile ? { certificate: { keyFile, certFile, ...(minVersion ? { minVersion } : {}) } } : {}),
  };
}

async function run(): Promise<void> {
  const settings = readLayeredSettings(process.env['CONFIG_DIR'] ?? '.');
  log('INFO', 'starting');
  await warmUp(behaviour);
  await checkNeeds(settings);
  const listen = listenOf(settings);
  if (listen.socket !== undefined) rmSync(listen.socket, { force: true });
  await openListener(listen, answerWith(settings), behaviour);
  if (listen.socket !== undefined) chmodSync(listen.socket, 0o666);
  log('INFO', `listening on ${listen.socket ?? listen.port}`);
  live(behaviour);
}

run().catch(die);
