/** A broker that greets as an AMQP 0-9-1 server does (Connection.Start) and then keeps the connection. */
import { createServer } from 'node:net';

const GREETING = Buffer.from('AMQP\0\0\x09\x01', 'latin1');

function connectionStart(): Buffer {
  const mechanisms = Buffer.from('AMQPLAIN PLAIN');
  const locales = Buffer.from('en_US');
  const payload = Buffer.concat([
    Buffer.from([0, 10, 0, 10, 0, 9, 0, 0, 0, 0, 0, 0, 0, mechanisms.length]),
    mechanisms,
    Buffer.from([0, 0, 0, locales.length]),
    locales,
  ]);
  const head = Buffer.alloc(7);
  head[0] = 1;
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([0xce])]);
}

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', (chunk) => {
    if (chunk.subarray(0, 4).equals(GREETING.subarray(0, 4))) socket.write(connectionStart());
    else socket.end(GREETING);
  });
});
process.on('SIGTERM', () => process.exit(0));
server.listen(Number(process.argv[2]), '127.0.0.1');
