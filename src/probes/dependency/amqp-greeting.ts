import { type ReachAddress, reachProbe, type Verdict } from './reach.js';

/** The protocol header of AMQP 0-9-1 (its specification, 4.2.2), to which a broker answers Connection.Start. */
export const amqpGreeting = reachProbe<ReachAddress>('rabbitmq.greeting', {
  send: 'AMQP\\000\\000\\011\\001',
  judge: judgeAmqp,
});

/**
 * Connection.Start: frame type 1, channel 0, size, class 10, method 10, then a table of the server's properties:
 *
 *     \x01\x00\x00\x00\x00\x01\xf8\x00\n\x00\n\x00\t…\x07productS\x00\x00\x00\x08RabbitMQ…\x07versionS\x00\x00\x00\x063.10.8…
 *
 * A broker of another version answers with its own header, `AMQP\x00\x00\t\x01`, and closes.
 */
export function judgeAmqp(answer: string): Verdict {
  if (answer.startsWith('AMQP')) return { outcome: 'ok', says: 'a protocol header of another AMQP version' };
  const isStart = answer.startsWith('\u0001\0\0') && answer.slice(7, 11) === '\0\n\0\n';
  if (!isStart) return { outcome: 'wrong-service' };
  const product = property(answer, 'product');
  const version = property(answer, 'version');
  const names = [product, version].filter((name) => name !== undefined);
  return {
    outcome: 'ok',
    says: ['Connection.Start', ...names].join(' '),
    ...(version === undefined ? {} : { version }),
  };
}

/** A long string of the properties' table: name's length and name, `S`, four bytes of length, text. */
function property(answer: string, name: string): string | undefined {
  const at = answer.indexOf(`${String.fromCharCode(name.length)}${name}S\0\0\0`);
  if (at < 0) return undefined;
  const from = at + name.length + 6;
  const value = answer.slice(from, from + answer.charCodeAt(from - 1));
  return /^[ -~]{1,100}$/.test(value) ? value : undefined;
}
