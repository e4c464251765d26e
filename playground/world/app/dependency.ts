import { connect, type Socket } from 'node:net';

/** Where a needed service is, and what it takes to be let in. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
}

/** Resolves once Redis has answered PING with PONG; rejects with the reason otherwise. */
export async function askRedis(endpoint: Endpoint): Promise<void> {
  const auth = endpoint.password ? redisCommand(['AUTH', endpoint.password]) : '';
  await converse(endpoint, `${auth}${redisCommand(['PING'])}`, (reply) => {
    const refusal = /^-(.*)\r\n/m.exec(reply);
    if (refusal) throw new Error(`ReplyError: ${refusal[1]}`);
    return reply.includes('+PONG\r\n');
  });
}

function redisCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/** Resolves once the broker has sent its Connection.Start frame. */
export async function askBroker(endpoint: Endpoint): Promise<void> {
  await converse(endpoint, Buffer.from('AMQP\0\0\x09\x01', 'latin1'), (reply) => reply.length > 8);
}

/** Resolves once PostgreSQL has let the user in (clear-text password, as pg_hba's method `password` asks for). */
export async function askDatabase(endpoint: Endpoint): Promise<void> {
  const pairs = `user\0${endpoint.user ?? ''}\0database\0${endpoint.database ?? ''}\0\0`;
  const start = Buffer.alloc(8 + pairs.length);
  start.writeInt32BE(start.length, 0);
  start.writeInt32BE(196608, 4);
  start.write(pairs, 8, 'latin1');
  await converse(endpoint, start, (reply, socket) => {
    // Messages of authentication have 9 bytes; a refusal stands in the place of one or follows them.
    const refusal = [reply, reply.slice(9), reply.slice(18)].find((message) => message.startsWith('E'));
    if (refusal !== undefined) throw new Error(databaseRefusal(refusal));
    const asked = reply.startsWith('R') && reply.charCodeAt(8) === 3 && reply.length === 9;
    if (asked) socket.write(databasePassword(endpoint.password ?? ''));
    return reply.includes('Z\0\0\0\x05');
  });
}

function databasePassword(password: string): Buffer {
  const message = Buffer.alloc(6 + password.length);
  message.write('p', 0, 'latin1');
  message.writeInt32BE(5 + password.length, 1);
  message.write(password, 5, 'latin1');
  return message;
}

// E…SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "onlyoffice"\0…
function databaseRefusal(reply: string): string {
  const fields = reply.slice(5).split('\0');
  return fields.find((field) => field.startsWith('M'))?.slice(1) ?? 'the server refused the connection';
}

/** Resolves once the address takes a connection. */
export async function askAddress(endpoint: Endpoint): Promise<void> {
  await converse(endpoint, undefined, () => true);
}

function converse(
  endpoint: Endpoint,
  opening: string | Buffer | undefined,
  isDone: (reply: string, socket: Socket) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: endpoint.host, port: endpoint.port });
    let reply = '';
    const finish = (error?: Error): void => {
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    socket.setTimeout(2000, () => finish(new Error(`connect ETIMEDOUT ${endpoint.host}:${endpoint.port}`)));
    socket.on('error', (error: Error) => finish(plainReason(error)));
    socket.on('close', () => finish(new Error('Socket closed unexpectedly')));
    socket.on('connect', () => (opening === undefined ? finish() : socket.write(opening)));
    socket.on('data', (chunk) => {
      reply += chunk.toString('latin1');
      try {
        if (isDone(reply, socket)) finish();
      } catch (error) {
        finish(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}

/** A name with several addresses fails with an AggregateError that has no message of its own. */
function plainReason(error: Error): Error {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0];
  return error;
}
