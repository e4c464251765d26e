import type { Line } from '../../domain/evidence.js';
import { wholeNumber, withoutUndefined, wordsOf } from '../output-reading.js';
import type { Listener, ListenerProcess } from './listener.js';
import { parseEndpoint } from './parse-endpoint.js';

/**
 * Sample of `ss -l -t -x -n -p -e` (before `-e` knew control groups, iproute2 5.9, without `cgroup:`):
 * Netid State  Recv-Q Send-Q   Local Address:Port  Peer Address:Port Process
 * u_str LISTEN 0      4096   /run/php/php.sock 21342            * 0     users:(("php-fpm",pid=31,fd=8))
 * tcp   LISTEN 0      511            127.0.0.1:8000       0.0.0.0:*     users:(("node",pid=4711,fd=19))
 * tcp   LISTEN 0      4096      127.0.0.53%lo:53         0.0.0.0:*     uid:101 ino:18 sk:2 cgroup:/system.slice/systemd-resolved.service <->
 */
export function readSs(lines: readonly Line[]): Listener[] {
  const listeners: Listener[] = [];
  for (const { text, line } of lines) {
    const { place, extras } = partsOf(text);
    const processes = processesOf(extras);
    const words = wordsOf(place);
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
      listeners.push(
        withoutUndefined({ family: 'tcp', ...endpoint, ...queues, processes, ...openerOf(extras), line }),
      );
    }
  }
  return listeners;
}

/** The columns, and what `-p` and `-e` add to them. */
function partsOf(text: string): { place: string; extras: string } {
  const at = text.search(/(?:users:\(\(|timer:\(|uid:\d|ino:\d|sk:|<->)/);
  return at === -1 ? { place: text, extras: '' } : { place: text.slice(0, at), extras: text.slice(at) };
}

function openerOf(extras: string): Pick<Listener, 'uid' | 'cgroup'> {
  const cgroup = /(?:^| )cgroup:(\/[^\s]{0,1000})/.exec(extras)?.[1];
  return { uid: wholeNumber(/(?:^| )uid:(\d{1,10})(?= |$)/.exec(extras)?.[1]), cgroup };
}

function processesOf(users: string): ListenerProcess[] {
  const found = new Map<number, ListenerProcess>();
  for (const match of users.matchAll(/\("([^"]{0,64})",pid=(\d{1,9}),/g)) {
    const pid = Number(match[2]);
    if (!found.has(pid)) found.set(pid, { pid, name: match[1] ?? '' });
  }
  return [...found.values()];
}
