/**
 * A name server for one small zone. `nameserver.js ADDRESS PORT FILE`: FILE holds lines `name address` and is read anew for
 * every question; a name that is not there does not exist (NXDOMAIN); AAAA questions get an empty answer.
 */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';

const [address = '127.0.0.1', port = '53', file = 'zone'] = process.argv.slice(2);

function addressOf(name: string): string | undefined {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [host, ip] = line.trim().split(/\s+/);
    if (host === name) return ip;
  }
  return undefined;
}

function answerTo(query: Buffer): Buffer {
  const labels: string[] = [];
  let at = 12;
  while (at < query.length && query[at] !== 0) {
    const length = query[at] ?? 0;
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const type = query.readUInt16BE(at + 1);
  const question = query.subarray(12, at + 5);
  const ip = addressOf(labels.join('.').toLowerCase());
  const record = ip !== undefined && type === 1 ? ip.split('.').map(Number) : [];
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8580 | (ip === undefined ? 3 : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(record.length > 0 ? 1 : 0, 6);
  const answer =
    record.length > 0 ? Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...record]) : Buffer.alloc(0);
  return Buffer.concat([head, question, answer]);
}

const socket = createSocket('udp4');
socket.on('message', (query, from) => {
  try {
    socket.send(answerTo(query), from.port, from.address);
  } catch {
    // A malformed question gets no answer, as from most name servers.
  }
});
process.on('SIGTERM', () => process.exit(0));
socket.bind(Number(port), address);
