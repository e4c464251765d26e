/** What makes one of several services that could be meant the likeliest. Pure. */
import type { Walk } from './walk.js';

/** A slip of the finger: 9190 for 9100, 8008 for 8080. */
export function portsAlike(one: number, other: number | undefined): boolean {
  const [a, b] = [String(one), String(other)];
  if (a.length !== b.length) return false;
  const differs = [...a].flatMap((digit, place) => (digit === b[place] ? [] : [place]));
  const [first, second] = differs;
  if (first === undefined || differs.length > 2) return false;
  return second === undefined || (a[first] === b[second] && a[second] === b[first]);
}

/** How people call the site that takes the request: `shop.example.com`, `/etc/nginx/sites-enabled/shop.conf`. */
export function siteNames(walk: Walk): string[] {
  const match = walk.proxy?.read?.match;
  const name = match?.serverMatch?.name?.text;
  const [host] = name === undefined || /^[\d.]+$/.test(name) ? [] : name.split('.');
  const file = match?.server?.directive.file.split('/').at(-1);
  const site = file?.replace(/\.conf$/, '');
  return [host ?? '', site ?? ''].filter((one) => !/^(?:www|default|nginx|_|)$/.test(one));
}
