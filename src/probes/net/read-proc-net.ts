import type { Line } from '../../domain/evidence.js';
import { withoutUndefined, wordsOf } from '../output-reading.js';
import type { Listener } from './listener.js';
import { bothFamilies } from './parse-endpoint.js';

/** TCP_LISTEN in include/net/tcp_states.h. */
const TCP_LISTEN = '0A';
/** __SO_ACCEPTCON: the socket listens (include/uapi/linux/net.h). */
const ACCEPTS = 0x10000;

/**
 * Sample of /proc/net/tcp (proc(5); an address is in the machine's byte order, which is little-endian on what we meet):
 *   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 *    0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000   999        0 38213 1 …
 * and of /proc/net/unix:
 * Num       RefCount Protocol Flags    Type St Inode Path
 * 0000000000000000: 00000002 00000000 00010000 0001 01 21342 /run/php/php.sock
 */
export function readProcNet(lines: readonly Line[], family: 'tcp' | 'unix'): Listener[] {
  const listeners: Listener[] = [];
  for (const { text, line } of lines) {
    const words = wordsOf(text);
    if (family === 'unix') {
      const path = words.slice(7).join(' ');
      const flags = Number.parseInt(words[3] ?? '', 16);
      if (path !== '' && (flags & ACCEPTS) !== 0)
        listeners.push({ family, address: path, path, processes: [], line });
      continue;
    }
    if (words[3] !== TCP_LISTEN) continue;
    const [address = '', port = ''] = (words[1] ?? '').split(':');
    const readable = addressFromHex(address);
    if (readable === undefined || !/^[0-9A-F]{4}$/.test(port)) continue;
    const waiting = Number.parseInt((words[4] ?? '').split(':')[1] ?? '', 16);
    const recvQ = Number.isNaN(waiting) ? undefined : waiting;
    const endpoint = bothFamilies({ address: readable, port: Number.parseInt(port, 16) });
    const entry = { family, ...endpoint, recvQ, processes: [], line };
    listeners.push(withoutUndefined(entry));
  }
  return listeners;
}

/** `0100007F` is 127.0.0.1; 32 digits are four such words. */
function addressFromHex(hex: string): string | undefined {
  if (!/^(?:[0-9A-F]{8}|[0-9A-F]{32})$/.test(hex)) return undefined;
  const bytes: string[] = [];
  for (let word = 0; word < hex.length; word += 8) {
    for (let at = word + 6; at >= word; at -= 2) bytes.push(hex.slice(at, at + 2));
  }
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  const joined = bytes.join('').toLowerCase();
  if (joined.startsWith('00000000000000000000ffff')) {
    return `::ffff:${bytes
      .slice(12)
      .map((byte) => Number.parseInt(byte, 16))
      .join('.')}`;
  }
  const groups = Array.from({ length: 8 }, (_, at) =>
    joined.slice(at * 4, at * 4 + 4).replace(/^0{1,3}/, ''),
  );
  return shortenZeroes(groups);
}

/** RFC 5952: the longest run of zero groups becomes `::`. */
function shortenZeroes(groups: readonly string[]): string {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === '0') length += 1;
    if (length > best.length) best = { start, length };
  }
  if (best.start === -1) return groups.join(':');
  const left = groups.slice(0, best.start).join(':');
  return `${left}::${groups.slice(best.start + best.length).join(':')}`;
}
