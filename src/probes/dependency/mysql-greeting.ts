import { type ReachTarget, reachProbe, type Verdict } from './reach.js';

/**
 * Waits for the server's greeting and closes. A MySQL server counts that as an interrupted handshake against
 * max_connect_errors (100 by default, reset by any login from the same remote host; loopback is not counted).
 */
export const mysqlGreeting = reachProbe<ReachTarget>('mysql.greeting', { send: '', judge: judgeMysql });

/**
 *     \\\x00\x00\x00\n5.5.5-10.11.6-MariaDB-0+deb12u1\x00…      (HandshakeV10: length, sequence 0, protocol 10, version)
 *     \x17\x00\x00\x00\xff\x10\x04Too many connections        (ERR: 0xff, code, text)
 */
export function judgeMysql(answer: string): Verdict {
  const length = answer.charCodeAt(0) + answer.charCodeAt(1) * 256 + answer.charCodeAt(2) * 65_536;
  if (answer.length < 8 || length < 4 || length > 4096) return { outcome: 'wrong-service' };
  if (answer.charCodeAt(4) === 0xff) {
    const code = answer.charCodeAt(5) + answer.charCodeAt(6) * 256;
    const text = answer.slice(7, 4 + length).replace(/[^ -~]/g, '?');
    const says = `ERROR ${code}: ${text}`.slice(0, 300);
    // ER_CON_COUNT_ERROR and ER_TOO_MANY_USER_CONNECTIONS; ER_HOST_IS_BLOCKED and ER_HOST_NOT_PRIVILEGED.
    if (code === 1040 || code === 1203) return { outcome: 'too-many', says };
    if (code === 1129 || code === 1130) return { outcome: 'permission-denied', says };
    return { outcome: 'unknown', says };
  }
  const end = answer.indexOf('\0', 5);
  const version = answer.slice(5, end < 0 ? 5 : end);
  if (answer.charCodeAt(4) !== 10 || !/^\d[ -~]{0,100}$/.test(version)) return { outcome: 'wrong-service' };
  return { outcome: 'ok', says: `MySQL protocol 10, ${version}`, version };
}
