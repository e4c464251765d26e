import { portOf, requestOf } from '../diagnosis/walk/read-proxy.js';
import { VERSION_MARK } from '../diagnosis/walk/requests.js';
import { OUTSIDE } from '../domain/check-record.js';
import type { Evidence } from '../domain/evidence.js';
import type { Clock } from '../ports.js';
import type { OutsideRequester } from '../ports-outside.js';
import { httpRequest } from '../probes/http/http-request.js';
import type { HttpRequestParams } from '../probes/http/request-params.js';
import { maskOutput } from './mask-output.js';

/** Nobody waits longer than this for a page. */
const OUTSIDE_SECONDS = 8;

interface AskDeps {
  readonly outside: OutsideRequester;
  readonly clock: Clock;
  readonly onProgress?: (event: { readonly kind: 'outside'; readonly says: string }) => void;
}

/** What a client sees at the target's URL, by a request that carries this check's mark. */
export async function askOutside(target: string, trace: string, deps: AskDeps): Promise<Evidence> {
  const url = new URL(target);
  const { scheme, uri } = requestOf(url);
  const params: HttpRequestParams = {
    label: 'outside',
    scheme,
    host: url.host,
    uri,
    connect: { address: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(url) },
    timeoutSeconds: OUTSIDE_SECONDS,
    insecure: true,
    ...(scheme === 'https' ? { sni: url.hostname } : {}),
    marker: { trace, version: VERSION_MARK },
  };
  const { output, durationMs } = await deps.outside.request(params);
  const kept = maskOutput(output);
  const parsed = httpRequest.parse(kept);
  deps.onProgress?.({ kind: 'outside', says: parsed.ok ? parsed.facts.says : parsed.says });
  return {
    id: 'http.request:outside',
    kind: httpRequest.kind,
    host: OUTSIDE,
    argv: ['goodgate', 'GET', target],
    at: deps.clock.now().toISOString(),
    durationMs,
    output: kept,
    ...(parsed.ok ? {} : { missing: { reason: parsed.reason, says: parsed.says } }),
  };
}
