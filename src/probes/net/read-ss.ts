import type { Line } from '../../domain/evidence.js';
import { wholeNumber, withoutUndefined, wordsOf } from '../output-reading.js';
import type { Listener, ListenerProcess } from './listener.js';
import { parseEndpoint } from './parse-endpoint.js';

/**
 * Sample of `ss -l -t -x -n -p`:
 * Netid State  Recv-Q Send-Q   Local Address:Port  Peer Address:Port Process
 * u_str LISTEN 0      4096   /run/php/php.sock 21342            * 0     users:(("php-fpm",pid=31,fd=8))
 * tcp   LISTEN 0      511            127.0.0.1:8000       0.0.0.0:*     users:(("node",pid=4711,fd=19))
 * tcp   LISTEN 0      4096      127.0.0.53%lo:53         0.0.0.0:*
 */
export function readSs(lines: readonly Line[]): Listener[] {
  const listeners: Listener[] = [];
  for (const { text, line } of lines) {
    const usersAt = text.indexOf('users:((');
    const processes = usersAt === -1 ? [] : processesOf(text.slice(usersAt));
    const words = wordsOf(usersAt === -1 ? text : text.slice(0, usersAt));
    const [netid = '', state = '', recv, send] = words;
    if (state !== 'LISTEN') continue;
    const queues = { recvQ: wholeNumber(recv), sendQ: wholeNumber(send) };
    if (netid === 'u_str' || netid === 'u_seq') {
      // The path may have blanks in it; after it come its inode and the peer, `* 0`.
      const path = words.slice(4, -3).join(' ');
      if (path !== '')
        listeners.push(withoutUndefined({ family: 'unix', address: path, path, ...queues, processes, line }));
      continue;
    }
    if (netid !== 'tcp' && netid !== 'mptcp') continue;
    const endpoint = parseEndpoint(words[4] ?? '');
    if (endpoint !== undefined) {
      listeners.push(withoutUndefined({ family: 'tcp', ...endpoint, ...queues, processes, line }));
    }
  }
  return listeners;
}

function processesOf(users: string): ListenerProcess[] {
  const found = new Map<number, ListenerProcess>();
  for (const match of users.matchAll(/\("([^"]{0,64})",pid=(\d{1,9}),/g)) {
    const pid = Number(match[2]);
    if (!found.has(pid)) found.set(pid, { pid, name: match[1] ?? '' });
  }
  return [...found.values()];
}
