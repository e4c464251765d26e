import http from 'node:http';
import https from 'node:https';

export type OutsideView =
  | { readonly answered: true; readonly status: number }
  | { readonly answered: false; readonly says: string };

/** Asks a URL from this machine, as a client would, following no redirect. Any HTTP answer is a way that works. */
export function askOutside(url: string, timeoutMs: number, signal: AbortSignal): Promise<OutsideView> {
  // fetch would refuse some ports (9, 6000, …) on which a service may well live.
  const { request } = url.startsWith('https:') ? https : http;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  return new Promise((resolve) => {
    const asked = request(url, { signal: limit, agent: false, headers: { 'user-agent': 'goodgate' } });
    asked.on('response', (response) => {
      resolve({ answered: true, status: response.statusCode ?? 0 });
      asked.destroy();
    });
    asked.on('error', (error) => {
      const late = limit.aborted && !signal.aborted;
      resolve({ answered: false, says: late ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error) });
    });
    asked.end();
  });
}

/** A name with several addresses fails once for each of them; the first says enough. */
function reasonOf(error: Error): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const message = inner instanceof Error ? inner.message : error.message;
  return message === '' ? 'no HTTP answer' : message;
}
