/**
 * A stand-in for OnlyOffice's docservice. It reads default.json and local.json from NODE_CONFIG_DIR, and behaves at
 * start, at the loss of what it needs, and on a taken port as the real one was seen to (source of 2026-03).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBehaviour } from './behaviour.js';
import { askAddress, askBroker, askDatabase, askRedis, type Endpoint } from './dependency.js';
import { numberAt, readLayeredSettings, type Settings, settingAt, textAt } from './layered-json.js';
import { live, touchStorage, warmUp } from './lifetime.js';
import { documentServerLine } from './log-line.js';
import { tokenRefusal } from './token.js';
import { type Listen, openListener } from './web-server.js';

const CO = 'services.CoAuthoring';
const behaviour = readBehaviour();

function log(level: 'INFO' | 'WARN' | 'ERROR', message: string): void {
  process.stdout.write(documentServerLine(level, message));
}

process.on('uncaughtException', (error) => {
  log('ERROR', `uncaughtException:${error.stack ?? error.message}`);
  process.exit(1);
});
process.on('SIGTERM', () => process.exit(0));

/** What it needs, with the words in which it complains. */
interface Need {
  readonly complaint: string;
  /** It goes on trying and listens when the need is met; a database that came late is never looked at again. */
  readonly patient: boolean;
  ask(): Promise<void>;
}

function needsOf(settings: Settings): readonly Need[] {
  const needs: Need[] = [];
  const sql = settingAt(settings, `${CO}.sql`);
  if (sql !== undefined) {
    const complaint = 'getTableColumns error:';
    needs.push({ complaint, patient: false, ask: () => askDatabase(databaseOf(settings)) });
  }
  needs.push({ complaint: '[REDIS]', patient: true, ask: () => askRedis(redisOf(settings)) });
  const broker = textAt(settings, 'rabbitmq.url');
  if (broker !== '') {
    const url = new URL(broker);
    const endpoint = { host: url.hostname, port: Number(url.port) };
    needs.push({ complaint: '[AMQP]', patient: true, ask: () => askBroker(endpoint) });
  }
  const outside = textAt(settings, 'storage.endpoint');
  if (outside !== '') {
    const url = new URL(outside);
    const endpoint = { host: url.hostname, port: Number(url.port) };
    needs.push({ complaint: `storage ${outside}`, patient: true, ask: () => askAddress(endpoint) });
  }
  return needs;
}

function redisOf(settings: Settings): Endpoint {
  const password = textAt(settings, `${CO}.redis.options.password`);
  const host = textAt(settings, `${CO}.redis.host`, '127.0.0.1');
  return { host, port: numberAt(settings, `${CO}.redis.port`, 6379), ...(password ? { password } : {}) };
}

function databaseOf(settings: Settings): Endpoint {
  return {
    host: textAt(settings, `${CO}.sql.dbHost`, 'localhost'),
    port: numberAt(settings, `${CO}.sql.dbPort`, 5432),
    user: textAt(settings, `${CO}.sql.dbUser`),
    password: textAt(settings, `${CO}.sql.dbPass`),
    database: textAt(settings, `${CO}.sql.dbName`),
  };
}

async function untilMet(need: Need): Promise<void> {
  for (;;) {
    try {
      return await need.ask();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log('ERROR', `${need.complaint} Error: ${reason}`);
      if (textAt(behaviour, 'onMissingNeed') === 'exit') process.exit(1);
      if (!need.patient) await new Promise(() => setInterval(() => undefined, 60_000));
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

function answerWith(settings: Settings, needs: readonly Need[]) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === '/healthcheck') void answerHealth(settings, needs, response);
    else if (path === '/coauthoring/CommandService.ashx') answerCommand(settings, request, response);
    else if (path === '/index.html' || path === '/')
      response.end('Server is functioning normally. Version: 9.2.1\n');
    else if (path.startsWith('/web-apps/')) response.end('<!doctype html><title>Editor</title>\n');
    else {
      request.resume();
      response.writeHead(404).end('Not Found\n');
    }
  };
}

async function answerHealth(
  settings: Settings,
  needs: readonly Need[],
  response: ServerResponse,
): Promise<void> {
  log('INFO', 'healthCheck start');
  let healthy = true;
  for (const need of needs) {
    await need.ask().catch((error: unknown) => {
      healthy = false;
      log(
        'ERROR',
        `${need.complaint} healthCheck error: ${error instanceof Error ? error.stack : String(error)}`,
      );
    });
  }
  try {
    touchStorage(textAt(settings, 'storage.fs.folderPath'));
  } catch (error) {
    healthy = false;
    log('ERROR', `healthCheck error: ${error instanceof Error ? error.stack : String(error)}`);
  }
  log('INFO', 'healthCheck end');
  response.setHeader('Content-Type', 'text/plain');
  response.end(String(healthy));
}

function answerCommand(settings: Settings, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
  const refusal = tokenRefusal(token, textAt(settings, `${CO}.secret.inbox.string`));
  if (refusal !== undefined) {
    log(
      'ERROR',
      `checkJwt error: name = JsonWebTokenError message = ${refusal} token = ${token.slice(0, 12)}...`,
    );
    response.writeHead(403, { 'Content-Type': 'application/json' }).end('{"error":6}');
  } else response.end('{"error":0,"version":"9.2.1"}');
}

function listenOf(settings: Settings): Listen {
  const server = `${CO}.server`;
  const host = textAt(settings, `${server}.host`);
  const keyFile = textAt(settings, `${server}.ssl.key`);
  const certFile = textAt(settings, `${server}.ssl.cert`);
  const minVersion = textAt(settings, `${server}.ssl.minVersion`);
  return {
    port: numberAt(settings, `${server}.port`, 8000),
    ...(host ? { host } : {}),
    ...(keyFile ? { certificate: { keyFile, certFile, ...(minVersion ? { minVersion } : {}) } } : {}),
  };
}

async function run(): Promise<void> {
  const settings = readLayeredSettings(process.env['NODE_CONFIG_DIR'] ?? '.');
  log('WARN', `Express server starting...`);
  await warmUp(behaviour);
  const storage = textAt(settings, 'storage.fs.folderPath');
  if (storage !== '') touchStorage(storage);
  const needs = needsOf(settings);
  for (const need of needs) await untilMet(need);
  const listen = listenOf(settings);
  await openListener(listen, answerWith(settings, needs), behaviour);
  log(
    'WARN',
    `Express server listening on port ${listen.port} in production-linux mode. Version: 9.2.1. Build: 8`,
  );
  live(behaviour);
}

try {
  await run();
} catch (error) {
  if (error instanceof Error && error.message.startsWith('C')) throw error;
  log('ERROR', `uncaughtException:${error instanceof Error ? error.stack : String(error)}`);
  process.exit(1);
}
