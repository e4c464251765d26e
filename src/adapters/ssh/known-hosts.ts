/** Reads known_hosts as OpenSSH does (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
import { createHmac } from 'node:crypto';
import { matchesWildcards } from './include-paths.js';

export interface KnownHostKey {
  readonly mark: 'none' | 'revoked' | 'cert-authority';
  /** `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256`, … */
  readonly type: string;
  readonly key: Buffer;
  /** Line number, from 1. */
  readonly line: number;
}

/** The name under which a host is kept: `host`, or `[host]:port` where the port is not 22. */
export function knownHostsName(address: string, port: number): string {
  const lower = address.toLowerCase();
  return port === 22 ? lower : `[${lower}]:${port}`;
}

/**
 * ```
 * docs-1,10.0.0.7 ssh-ed25519 AAAAC3Nza…
 * [docs-1]:2222 ssh-ed25519 AAAAC3Nza…
 * |1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-rsa AAAAB3Nza…
 * @revoked * ssh-rsa AAAAB3Nza…
 * ```
 * Lines that cannot be read are passed over, as OpenSSH does. Source: https://man.openbsd.org/sshd.8
 */
export function findKnownHostKeys(text: string, name: string): KnownHostKey[] {
  const found: KnownHostKey[] = [];
  text.split('\n').forEach((line, index) => {
    const words = line.trim().split(/\s+/);
    const mark =
      words[0] === '@revoked' ? 'revoked' : words[0] === '@cert-authority' ? 'cert-authority' : 'none';
    const [patterns, type, base64] = mark === 'none' ? words : words.slice(1);
    if (patterns === undefined || patterns.startsWith('#') || patterns.startsWith('@')) return;
    if (type === undefined || base64 === undefined || !namesHost(patterns, name)) return;
    const key = Buffer.from(base64, 'base64');
    if (keyType(key) === type) found.push({ mark, type, key, line: index + 1 });
  });
  return found;
}

/** The type that a public key's blob names itself; empty where it is not one. */
export function keyType(blob: Buffer): string {
  if (blob.length < 4) return '';
  const length = blob.readUInt32BE(0);
  return length <= 64 && blob.length >= 4 + length ? blob.subarray(4, 4 + length).toString('latin1') : '';
}

function namesHost(patterns: string, name: string): boolean {
  if (patterns.startsWith('|')) return matchesHash(patterns, name);
  let named = false;
  for (const pattern of patterns.toLowerCase().split(',')) {
    if (pattern.startsWith('!')) {
      if (matchesWildcards(pattern.slice(1), name)) return false;
    } else if (matchesWildcards(pattern, name)) {
      named = true;
    }
  }
  return named;
}

function matchesHash(hashed: string, name: string): boolean {
  const [, version, salt, hash] = hashed.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}
