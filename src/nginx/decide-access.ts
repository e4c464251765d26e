import { BlockList, isIP } from 'node:net';
import { inheritedAll, type Levels } from './inherit.js';
import type { Directive } from './model.js';

export type Access =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'denied' | 'undecided'; readonly directive: Directive };

/** `allow` and `deny` in their order, the first that fits; without the client's address only `all` can be judged. */
export function decideAccess(levels: Levels, client: string | undefined): Access {
  for (const directive of inheritedAll(levels, 'allow', 'deny')) {
    const [rule = ''] = directive.args;
    const fits = rule === 'all' ? true : client === undefined ? undefined : ruleFits(rule, client);
    if (fits === undefined) return { kind: 'undecided', directive };
    if (fits) return directive.name === 'deny' ? { kind: 'denied', directive } : { kind: 'allowed' };
  }
  return { kind: 'allowed' };
}

function ruleFits(rule: string, client: string): boolean | undefined {
  if (rule === 'unix:') return client.startsWith('unix:');
  const family = isIP(client);
  if (family === 0) return client.startsWith('unix:') ? false : undefined;
  const [address = '', bits] = rule.split('/');
  if (isIP(address) !== family) return isIP(address) === 0 ? undefined : false;
  const name = family === 4 ? 'ipv4' : 'ipv6';
  const prefix = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > (family === 4 ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, prefix, name);
  return list.check(client, name);
}
