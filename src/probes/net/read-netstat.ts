import type { Line } from '../../domain/evidence.js';
import { wholeNumber, withoutUndefined, wordsOf } from '../output-reading.js';
import type { Listener, ListenerProcess } from './listener.js';
import { bothFamilies, parseEndpoint } from './parse-endpoint.js';

/**
 * Sample of `netstat -l -t -x -n -p` (the last column is missing from BusyBox builds without -p):
 * tcp        0      0 127.0.0.1:8000     0.0.0.0:*     LISTEN      4711/node
 * tcp6       0      0 :::80              :::*          LISTEN      812/nginx: master p
 * unix  2      [ ACC ]     STREAM     LISTENING     21342    31/php-fpm           /run/php/php.sock
 */
export function readNetstat(lines: readonly Line[]): Listener[] {
  const listeners: Listener[] = [];
  for (const { text, line } of lines) {
    const words = wordsOf(text);
    if (/^tcp6?$/.test(words[0] ?? '') && words[5] === 'LISTEN') {
      const endpoint = bothFamilies(parseEndpoint(words[3] ?? ''));
      const recvQ = wholeNumber(words[1]);
      const processes = ownerOf(words.slice(6).join(' '));
      if (endpoint !== undefined)
        listeners.push(withoutUndefined({ family: 'tcp', ...endpoint, recvQ, processes, line }));
      continue;
    }
    const unix =
      /^unix\s+\d+\s+\[ ACC \]\s+(?:STREAM|SEQPACKET)\s+LISTENING\s+\d+\s+(?:(\d+\/.{0,20}?|-)\s+)?([/@].*)$/.exec(
        text,
      );
    if (unix === null) continue;
    const path = (unix[2] ?? '').trim();
    listeners.push({ family: 'unix', address: path, path, processes: ownerOf(unix[1] ?? ''), line });
  }
  return listeners;
}

function ownerOf(column: string): ListenerProcess[] {
  const shape = /^(\d{1,9})\/(.*)$/.exec(column.trim());
  return shape === null ? [] : [{ pid: Number(shape[1]), name: (shape[2] ?? '').trim().replace(/:$/, '') }];
}
