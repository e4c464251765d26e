import { portOf, requestOf } from '../diagnosis/walk/read-proxy.js';
import { VERSION_MARK } from '../diagnosis/walk/requests.js';
import { OUTSIDE } from '../domain/check-record.js';
import type { Evidence } from '../domain/evidence.js';
import type { Clock } from '../ports.js';
import type { OutsideRequester } from '../ports-outside.js';
import { httpRequest } from '../probes/http/http-request.js';
import type { RequestFacts } from '../probes/http/request-facts.js';
import type { HttpRequestParams } from '../probes/http/request-params.js';
import { maskOutput } from './mask-output.js';

/** Nobody waits longer than this for a page. */
const OUTSIDE_SECONDS = 8;

/** A service that sends its clients on more often than this sends them in a circle. */
const REDIRECTS_MAX = 4;

export interface AskDeps {
  readonly outside: OutsideRequester;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: { readonly kind: 'outside'; readonly says: string }) => void;
}

/** One request of the bot's own, and what came of it. */
export interface OutsideView {
  readonly url: string;
  readonly evidence: Evidence;
  /** Absent where the answer could not be read. */
  readonly facts: RequestFacts | undefined;
}

/**
 * What a client sees at the target's URL. A browser goes where a redirect sends it, and that is where it meets the
 * 502: redirects are followed as long as they stay on the same host. The last view is where they led.
 */
export async function askOutside(target: string, trace: string, deps: AskDeps): Promise<OutsideView[]> {
  const views = [await askOnce(target, 'outside', trace, deps)];
  for (let at = views[0]; at && views.length <= REDIRECTS_MAX && !deps.signal?.aborted; ) {
    const next = redirectOf(at);
    if (next === undefined || views.some((view) => view.url === next)) break;
    at = await askOnce(next, `outside ${views.length + 1}`, trace, deps, views[0]?.facts?.remoteAddress);
    views.push(at);
  }
  return views;
}

/**
 * One marked request from here. `label` is its name within the record; `address` is where the first one got its answer,
 * so that a name which changes its address between two requests leads nowhere else.
 */
export async function askOnce(
  target: string,
  label: string,
  trace: string,
  deps: AskDeps,
  address?: string,
): Promise<OutsideView> {
  const url = new URL(target);
  const { scheme, uri } = requestOf(url);
  const params: HttpRequestParams = {
    label,
    scheme,
    host: url.host,
    uri,
    connect: { address: address ?? url.hostname.replace(/^\[|\]$/g, ''), port: portOf(url) },
    timeoutSeconds: OUTSIDE_SECONDS,
    insecure: true,
    ...(scheme === 'https' ? { sni: url.hostname } : {}),
    marker: { trace, version: VERSION_MARK },
  };
  const { output, durationMs } = await deps.outside.request(params, deps.signal);
  const kept = maskOutput(output);
  const parsed = httpRequest.parse(kept);
  deps.onProgress?.({ kind: 'outside', says: parsed.ok ? parsed.facts.says : parsed.says });
  const evidence: Evidence = {
    id: `http.request:${label}`,
    kind: httpRequest.kind,
    host: OUTSIDE,
    argv: ['goodgate', 'GET', target],
    at: deps.clock.now().toISOString(),
    durationMs,
    output: kept,
    ...(parsed.ok ? {} : { missing: { reason: parsed.reason, says: parsed.says } }),
  };
  return { url: target, evidence, facts: parsed.ok ? parsed.facts : undefined };
}

/** Where the answer sends a client, on the same host; undefined where it sends nobody, or somewhere else. */
export function redirectOf({ url, facts }: Pick<OutsideView, 'url' | 'facts'>): string | undefined {
  const { status, location } = facts ?? {};
  if (status === undefined || ![301, 302, 303, 307, 308].includes(status) || location === undefined) {
    return undefined;
  }
  const from = new URL(url);
  const to = URL.canParse(location, url) ? new URL(location, url) : undefined;
  if (to === undefined || !/^https?:$/.test(to.protocol) || to.hostname !== from.hostname) return undefined;
  // A redirect from outside must not lead the bot to whatever else listens on that host.
  if (to.port !== '' && to.port !== from.port) return undefined;
  to.hash = '';
  to.username = '';
  to.password = '';
  return to.href;
}
