import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { HostFailure } from '../../domain/host.js';
import { findKnownHostKeys, type KnownHostKey, keyType, knownHostsName } from './known-hosts.js';
import type { SshSettings } from './ssh-settings.js';

export interface HostKeyCheck {
  /** Algorithms to offer, those of known keys first, as OpenSSH does: else a host with several keys may show another one. */
  readonly preferred: readonly HostKeyAlgorithm[];
  /** Undefined where the key is the expected one. */
  verify(blob: Buffer): HostFailure | undefined;
}

/** What the host must show: its pinned keys, and where none are pinned, those of known_hosts. */
export function prepareHostKeyCheck(settings: SshSettings): HostKeyCheck {
  const pinned = settings.hostKeys.map((text) => text.trim()).filter((text) => text !== '');
  if (pinned.length > 0) {
    return {
      preferred: algorithmsOf(pinned.map((text) => text.split(/\s+/)[0] ?? '')),
      verify: (blob) =>
        pinned.some((text) => isPinned(text, blob))
          ? undefined
          : changed(settings, blob, 'the pinned hostKey'),
    };
  }
  const name = settings.hostKeyAlias ?? knownHostsName(settings.address, settings.port);
  const known = settings.knownHostsFiles.flatMap((file) => readKnown(file, name));
  const plain = known.filter((entry) => entry.mark === 'none');
  return {
    preferred: algorithmsOf(plain.map((entry) => entry.type)),
    verify: (blob) => {
      const same = known.filter((entry) => entry.key.equals(blob));
      const revoked = same.find((entry) => entry.mark === 'revoked');
      if (revoked) return revokedKey(settings, blob, `${revoked.file}, line ${revoked.line}`);
      if (same.some((entry) => entry.mark === 'none')) return undefined;
      const other = plain[0];
      if (other) return changed(settings, blob, `${other.file}, line ${other.line},`);
      const authority = known.find((entry) => entry.mark === 'cert-authority');
      return unknown(settings, blob, name, authority);
    },
  };
}

/** `SHA256:` and base64 without padding, as `ssh-keygen -l` prints it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

type KnownInFile = KnownHostKey & { readonly file: string };

function readKnown(file: string, name: string): KnownInFile[] {
  try {
    return findKnownHostKeys(readFileSync(file, 'utf8'), name).map((entry) => ({ ...entry, file }));
  } catch {
    // A file that is not there knows nobody; the host is refused as unknown then.
    return [];
  }
}

function isPinned(text: string, blob: Buffer): boolean {
  if (text.startsWith('SHA256:')) return text.replace(/=+$/, '') === fingerprint(blob);
  const base64 = text.split(/\s+/)[1] ?? '';
  return base64 !== '' && Buffer.from(base64, 'base64').equals(blob);
}

const SUPPORTED = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;

export type HostKeyAlgorithm = (typeof SUPPORTED)[number];

/** A key of type ssh-rsa signs by three algorithms; the one with SHA-1 is not offered. */
function algorithmsOf(types: readonly string[]): HostKeyAlgorithm[] {
  const known = new Set<string>(
    types.flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type])),
  );
  return [...SUPPORTED.filter((name) => known.has(name)), ...SUPPORTED.filter((name) => !known.has(name))];
}

function publicKey(blob: Buffer): string {
  return `${keyType(blob)} ${blob.toString('base64')}`;
}

function unknown(
  settings: SshSettings,
  blob: Buffer,
  name: string,
  authority: KnownInFile | undefined,
): HostFailure {
  const files = settings.knownHostsFiles.join(', ');
  const says = authority
    ? `the host key of ${at(settings)} is known by a certificate authority only (${authority.file}, line ${authority.line}), which goodgate does not support; it is ${fingerprint(blob)}`
    : `the host key of ${at(settings)} is not known: ${fingerprint(blob)}, not in ${files}`;
  return {
    reason: 'host-key-unknown',
    says,
    remedy: [
      'compare the fingerprint with the one on the host (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then add to the host in goodgate.yaml:',
      `  hostKey: ${publicKey(blob)}`,
      `or to ${settings.knownHostsFiles[0] ?? '~/.ssh/known_hosts'}:`,
      `  ${name} ${publicKey(blob)}`,
    ].join('\n'),
  };
}

function changed(settings: SshSettings, blob: Buffer, where: string): HostFailure {
  return {
    reason: 'host-key-changed',
    says: `THE HOST KEY OF ${at(settings)} HAS CHANGED: ${where} holds another one than the host shows (${fingerprint(blob)}); someone may be listening in`,
    remedy: [
      'do not connect before you know why; if the host was installed anew and the fingerprint is the right one, replace the old key by:',
      `  ${publicKey(blob)}`,
    ].join('\n'),
  };
}

function revokedKey(settings: SshSettings, blob: Buffer, where: string): HostFailure {
  return {
    reason: 'host-key-changed',
    says: `THE HOST KEY OF ${at(settings)} IS REVOKED by ${where} (${fingerprint(blob)})`,
    remedy: 'do not connect; the host needs a new key',
  };
}

function at(settings: SshSettings): string {
  return settings.port === 22 ? settings.address : `${settings.address}:${settings.port}`;
}
