import { type ReachTarget, reachProbe, type Verdict } from './reach.js';

/**
 * A StartupMessage of protocol 3.0 for the user `goodgate`, as pg_isready sends one: unlike an SSLRequest, it is answered
 * with an error while the server starts or has no slot left. Nothing is authenticated. pg_isready is asked only where
 * nothing can talk, since its "no response" tells refused from silent no more.
 */
export const postgresReady = reachProbe<ReachTarget>('postgres.ready', {
  // Length 41, version 3.0, user=goodgate, database=postgres, end.
  send: '\\000\\000\\000\\051\\000\\003\\000\\000user\\000goodgate\\000database\\000postgres\\000\\000',
  judge: judgePostgres,
  fallback: 'postgres',
});

/**
 *     R\x00\x00\x00\x17\x00\x00\x00\nSCRAM-SHA-256\x00\x00                              (asks to authenticate)
 *     E\x00\x00\x00jSFATAL\x00VFATAL\x00C53300\x00Msorry, too many clients already\x00Fproc.c\x00…\x00\x00
 *
 * Error fields are a letter and text ended by NUL (PostgreSQL, "Error and Notice Message Fields"). A server too old for
 * protocol 3.0 answers `E` and plain text.
 */
export function judgePostgres(answer: string): Verdict {
  // The length's upper half must be zero: no other service begins so.
  const framed = answer.slice(1, 3) === '\0\0' && answer.length >= 9;
  if (framed && answer.startsWith('R')) return { outcome: 'ok', says: 'asks to authenticate' };
  if (!framed || !answer.startsWith('E')) return { outcome: 'wrong-service' };
  const fields = answer.slice(5).split('\0');
  const field = (letter: string): string => fields.find((text) => text.startsWith(letter))?.slice(1) ?? '';
  const [severity, code, message] = [field('S'), field('C'), field('M')];
  const says = `${severity} ${code}: ${message}`.replace(/[^ -~]/g, '?').slice(0, 300);
  if (code === '53300' || /no more connections allowed|too many (?:clients|connections)/i.test(message))
    return { outcome: 'too-many', says };
  // cannot_connect_now: starting up, shutting down or in recovery.
  if (code === '57P03') return { outcome: 'loading', says };
  // It knows no such user or database, or lets it not in from here: a running server's answer to a stranger.
  if (/^(?:28|3D|08P01)/.test(code)) return { outcome: 'ok', says };
  return { outcome: 'unknown', says };
}
