import { readFileSync, statSync } from 'node:fs';
import type { AgentAuthMethod, ParsedKey, PublicKeyAuthMethod } from 'ssh2';
import ssh2 from 'ssh2';
import type { HostFailure } from '../../domain/host.js';
import type { SshSettings } from './ssh-settings.js';

export interface Identities {
  readonly methods: readonly (PublicKeyAuthMethod | AgentAuthMethod)[];
  /** What will be tried, in words: `/home/me/.ssh/id_ed25519`, `the agent`. */
  readonly tried: readonly string[];
  /** Encrypted keys without a passphrase for them. */
  readonly locked: readonly string[];
  /** Why others were left out. */
  readonly notes: readonly string[];
}

/** Collects the keys to try, in order: files, then the agent. A key that goodgate.yaml names must be usable. */
export function collectIdentities(
  settings: SshSettings,
  passphrase: string | undefined,
):
  | { readonly ok: true; readonly identities: Identities }
  | { readonly ok: false; readonly failure: HostFailure } {
  const methods: (PublicKeyAuthMethod | AgentAuthMethod)[] = [];
  const tried: string[] = [];
  const locked: string[] = [];
  const notes: string[] = [];
  const username = settings.user;
  const named = settings.keyFile;
  for (const file of named === undefined ? settings.identityFiles : [named]) {
    const loaded = loadKey(file, passphrase);
    switch (loaded.state) {
      case 'key':
        methods.push({ type: 'publickey', username, key: loaded.key });
        tried.push(file);
        break;
      case 'locked':
        locked.push(file);
        break;
      case 'absent':
      case 'unusable':
        if (file === named) return { ok: false, failure: unusableKey(file, loaded.says) };
        if (loaded.state === 'unusable') notes.push(`${file}: ${loaded.says}`);
    }
  }
  const agent = settings.agent;
  if (agent !== undefined && (!settings.identitiesOnly || methods.length === 0)) {
    if (isSocket(agent)) {
      methods.push({ type: 'agent', username, agent });
      tried.push(`the agent at ${agent}`);
    } else notes.push(`no agent listens at ${agent}`);
  }
  if (methods.length === 0 && locked.length > 0)
    return { ok: false, failure: lockedKeys(settings, locked, passphrase) };
  return { ok: true, identities: { methods, tried, locked, notes } };
}

export function lockedKeys(
  settings: SshSettings,
  locked: readonly string[],
  passphrase: string | undefined,
): HostFailure {
  const given = passphrase === undefined ? 'no agent holds it' : 'GOODGATE_KEY_PASSPHRASE does not open it';
  return {
    reason: 'passphrase',
    says: `the key ${locked.join(', ')} for ${settings.user}@${settings.address} is encrypted, and ${given}`,
    remedy: `ssh-add ${locked[0] ?? ''}   (or set GOODGATE_KEY_PASSPHRASE)`,
  };
}

type LoadedKey =
  | { readonly state: 'key'; readonly key: ParsedKey }
  | { readonly state: 'locked' }
  | { readonly state: 'absent' | 'unusable'; readonly says: string };

function loadKey(file: string, passphrase: string | undefined): LoadedKey {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT'
      ? { state: 'absent', says: 'there is no such file' }
      : { state: 'unusable', says: `it cannot be read (${code ?? 'unknown error'})` };
  }
  const encrypted = isEncrypted(text);
  if (encrypted && passphrase === undefined) return { state: 'locked' };
  const parsed = encrypted ? ssh2.utils.parseKey(text, passphrase) : ssh2.utils.parseKey(text);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error) {
    return encrypted
      ? { state: 'locked' }
      : { state: 'unusable', says: 'it is not a private key that can be read' };
  }
  if (!key.isPrivateKey())
    return { state: 'unusable', says: 'it is a public key; the private one is needed' };
  return { state: 'key', key };
}

/** By the formats themselves: PEM says so in a header, OpenSSH's own names a cipher after its magic. */
function isEncrypted(text: string): boolean {
  if (/^Proc-Type: 4,ENCRYPTED/m.test(text) || text.includes('BEGIN ENCRYPTED PRIVATE KEY')) return true;
  if (/^Encryption: (?!none)/m.test(text)) return true;
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)/.exec(text)?.[1];
  if (body === undefined) return false;
  const blob = Buffer.from(body, 'base64');
  const magic = Buffer.from('openssh-key-v1\0', 'latin1');
  if (blob.length < magic.length + 4 || !blob.subarray(0, magic.length).equals(magic)) return false;
  const length = blob.readUInt32BE(magic.length);
  return blob.subarray(magic.length + 4, magic.length + 4 + length).toString('latin1') !== 'none';
}

function unusableKey(file: string, says: string): HostFailure {
  return {
    reason: 'key-file',
    says: `the key file ${file} cannot be used: ${says}`,
    remedy: `ls -l ${file}; then correct \`keyFile\` in goodgate.yaml`,
  };
}

function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch {
    return false;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
