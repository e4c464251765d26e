import type { ProbeKind } from '../probe-kind.js';
import { parseRequest } from './parse-request.js';
import type { RequestFacts } from './request-facts.js';
import {
  bodyBytes,
  curlArguments,
  type HttpRequestParams,
  requestHead,
  timeoutSeconds,
} from './request-params.js';
import { REQUEST_SNIPPET } from './request-snippet.js';

/**
 * Sends one marked HTTP request from the host: to the proxy, to the backend's address, or to a unix socket.
 * curl where it is installed, else python3, perl, bash or nc (the last two for plain HTTP over TCP only).
 */
export const httpRequest: ProbeKind<HttpRequestParams, RequestFacts> = {
  kind: 'http.request',
  command(params) {
    const { connect } = params;
    const [address, port, socket] =
      'socket' in connect ? ['', '', connect.socket] : [connect.address, String(connect.port), ''];
    return {
      id: `http.request:${params.label}`,
      kind: 'http.request',
      argv: [
        'sh',
        '-c',
        REQUEST_SNIPPET,
        'goodgate',
        params.scheme,
        address.replace(/^\[|\]$/g, ''),
        port,
        socket,
        String(timeoutSeconds(params)),
        params.insecure === true ? '1' : '',
        params.sni ?? '',
        String(bodyBytes(params)),
        params.upgrade === true ? '1' : '',
        requestHead(params),
        ...curlArguments(params),
      ],
      timeoutMs: (timeoutSeconds(params) + 3) * 1000,
      capBytes: 256 * 1024,
    };
  },
  parse: parseRequest,
};
