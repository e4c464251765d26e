import { isIP } from 'node:net';
import { type Checked, problem } from './config.js';
import { isAddress, isUser } from './config-schema.js';

export interface HostAddress {
  readonly address: string;
  readonly user?: string;
  readonly port?: number;
}

/**
 * Reads `[USER@]HOST[:PORT]`; an IPv6 address stands in brackets where a port follows: `root@[2001:db8::1]:2222`.
 * Nothing that could be taken for an option (`-oProxyCommand=…`) gets through.
 */
export function parseHostAddress(text: string): Checked<HostAddress> {
  const at = text.lastIndexOf('@');
  const user = at < 0 ? undefined : text.slice(0, at);
  if (user !== undefined && !isUser(user)) {
    return wrong(text, `"${user}" is not the name of a user`);
  }
  const rest = text.slice(at + 1);
  const split = splitPort(rest);
  if (split === undefined || !isAddress(split.address)) {
    return wrong(text, `"${rest}" is not a host`);
  }
  const port = split.port === undefined ? undefined : Number(split.port);
  if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65535)) {
    return wrong(text, `"${split.port}" is not a port from 1 to 65535`);
  }
  return {
    ok: true,
    value: {
      address: split.address,
      ...(user === undefined ? {} : { user }),
      ...(port === undefined ? {} : { port }),
    },
  };
}

function wrong(text: string, why: string): Checked<HostAddress> {
  return problem(
    `expected [USER@]HOST[:PORT], got "${text}": ${why}`,
    'for example root@docs-1.example.com:22',
  );
}

function splitPort(text: string): { address: string; port?: string } | undefined {
  if (isIP(text) === 6) {
    return { address: text };
  }
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/u.exec(text);
  if (bracketed !== null) {
    const [, address = '', port] = bracketed;
    return isIP(address) === 6 ? { address, ...(port === undefined ? {} : { port }) } : undefined;
  }
  const colon = text.indexOf(':');
  return colon < 0 ? { address: text } : { address: text.slice(0, colon), port: text.slice(colon + 1) };
}
