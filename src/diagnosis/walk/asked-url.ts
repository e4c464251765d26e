import type { RequestFacts } from '../../probes/http/request-facts.js';
import type { EvidenceStore } from '../looked.js';
import { type WalkTarget, walk } from './walk.js';

/**
 * The URL whose way has to be followed to learn how the service is. A front page is often a file or a redirect of
 * nginx's own, which answers well while all behind it is down: then the playbook's `healthPath` is asked instead.
 * A URL that fails by itself is followed as it is. `target.url` is where redirects led from the `configured` one.
 */
export function askedUrl(
  store: EvidenceStore,
  target: WalkTarget,
  front: RequestFacts | undefined,
  configured: string,
): string {
  const { healthPath: path, expectBody, expectStatus } = target.variables;
  // Who says what a good answer of the URL looks like wants that answer.
  if (expectBody !== undefined || expectStatus !== undefined) return target.url;
  const works = front?.outcome === 'answered' && (front.status ?? 500) < 500;
  if (path === undefined || !/^\/(?!\/)/.test(path) || !works) return target.url;
  const url = new URL(target.url);
  const health = new URL(path, url).href;
  if (new URL(configured).pathname === '/') return health;
  const read = walk(store, target).proxy?.read;
  return read && read.pass.servers.length === 0 ? health : target.url;
}
