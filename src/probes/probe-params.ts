/** The rules by which values from outside are let into a probe's arguments; everything else is refused. */
import { isIP } from 'node:net';
import { ProbeParamError } from './probe-param-error.js';

/** A process id: Linux allows 1 to 4194304 (proc_sys_kernel(5), pid_max). */
export function pidParam(kind: string, pid: number): string {
  if (!Number.isInteger(pid) || pid < 1 || pid > 4_194_304) {
    throw new ProbeParamError(kind, 'pid', 'a process id', pid);
  }
  return String(pid);
}

/** A positive whole number up to `max`. */
export function countParam(kind: string, name: string, value: number, max: number): string {
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new ProbeParamError(kind, name, `a whole number from 1 to ${max}`, value);
  }
  return String(value);
}

/** An absolute path that no tool can take for an option and that cannot break a line of output. */
export function pathParam(kind: string, name: string, path: string): string {
  if (!path.startsWith('/') || path.length > 4096 || hasControlCharacter(path)) {
    throw new ProbeParamError(kind, name, 'an absolute path without control characters', path);
  }
  return path;
}

/** An IPv4 or IPv6 address, without brackets and without a zone. */
export function addressParam(kind: string, name: string, address: string): string {
  if (isIP(address) === 0 || address.includes('%')) {
    throw new ProbeParamError(kind, name, 'an IP address', address);
  }
  return address;
}

/** A host name as resolvers take it: letters, digits, dots, hyphens, underscores; at most 253 characters. */
export function hostNameParam(kind: string, name: string, value: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/.test(value)) {
    throw new ProbeParamError(kind, name, 'a host name', value);
  }
  return value;
}

/** A unit name by systemd.unit(5): ASCII letters, digits and ":-_.\@", at most 255; never like an option. */
export function unitParam(kind: string, unit: string): string {
  if (!/^[A-Za-z0-9:_.@\\][A-Za-z0-9:_.@\\-]{0,254}$/.test(unit)) {
    throw new ProbeParamError(kind, 'unit', 'a systemd unit name', unit);
  }
  return unit;
}

/** A container's name or id, by the rule that docker itself enforces: [a-zA-Z0-9][a-zA-Z0-9_.-]. */
export function containerParam(kind: string, container: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/.test(container)) {
    throw new ProbeParamError(kind, 'container', 'a container name or id', container);
  }
  return container;
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 32 || code === 127) return true;
  }
  return false;
}
