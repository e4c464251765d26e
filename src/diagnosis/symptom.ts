/** The end of every chain: what nginx met at the upstream, and what the client got. Pure. */

import type { Message } from './findings.js';
import type { Fact, Scene } from './scene-types.js';
import { type SymptomText, symptomTexts } from './symptom-texts.js';
import { ailingServer } from './who-answers.js';

/** As a person knows them; https://www.rfc-editor.org/rfc/rfc9110#section-15, and nginx's own 499. */
const STATUS_NAMES: Readonly<Record<number, string>> = {
  200: 'OK',
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  499: 'Client Closed Request',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** `502` -> `502 Bad Gateway`. */
export function statusName(status: number | undefined): string {
  if (status === undefined) return '?';
  const name = STATUS_NAMES[status];
  return name === undefined ? String(status) : `${status} ${name}`;
}

export interface SymptomLink {
  readonly says: Message;
  readonly cites: readonly string[];
}

export function message(text: SymptomText, values: Readonly<Record<string, string>> = {}): Message {
  return { text: symptomTexts[text], values };
}

/** What a client outside saw. */
export function requestLink(scene: Scene, url: string, frontUrl = url): SymptomLink {
  const { request } = scene;
  const ailing = request.well ? ailingServer(scene) : undefined;
  if (scene.front?.well === false && request.well) {
    return { says: requestMessage(scene.front, frontUrl), cites: scene.front.cite };
  }
  if (ailing?.address !== undefined) {
    const values = { url, status: statusName(request.status), address: ailing.address };
    return { says: message('limps', values), cites: request.cite };
  }
  return { says: requestMessage(request, url), cites: request.cite };
}

/** The same, as the last link of a chain: the address stands in its evidence. */
export function clientLink(scene: Scene, url: string): SymptomLink {
  const { request } = scene;
  if (request.outcome !== 'answered' || (request.status ?? 0) < 400) {
    return { says: requestMessage(request, url), cites: request.cite };
  }
  return { says: message('clientGets', { status: statusName(request.status) }), cites: request.cite };
}

function requestMessage(request: Fact<'Answer'>, url: string): Message {
  const says = request.says ?? request.outcome ?? '?';
  switch (request.outcome) {
    case 'answered':
      if (request.well) return message('answeredWell', { url, status: statusName(request.status) });
      if ((request.status ?? 0) < 400) {
        return message('sickBody', {
          url,
          status: statusName(request.status),
          body: (request.body ?? '').slice(0, 60),
        });
      }
      return message('answered', { url, status: statusName(request.status) });
    case 'refused':
      return message('refused', { url });
    case 'timeout-response':
      return message('silent', { url, seconds: String(Math.round((request.durationMs ?? 0) / 1000)) });
    case 'closed-early':
    case 'reset':
      return message('cut', { url });
    case 'invalid-http':
      return message('notHttp', { url, says: (request.firstBytes ?? says).slice(0, 60) });
    case 'tls-error':
      return message('noTls', { url, says });
    case undefined:
      return message('notAsked', { url, says });
    default:
      return message('noConnect', { url, says });
  }
}

/** What nginx meets at the first upstream that fails; undefined where none fails or none was asked. */
export function upstreamLink(scene: Scene): SymptomLink | undefined {
  const broken = scene.upstreams.find((upstream) => upstream.direct?.well === false);
  if (broken?.direct) return linkOf(broken, broken.direct);
  return undefined;
}

function linkOf(upstream: Fact<'Upstream'>, direct: Fact<'Answer'>): SymptomLink {
  const logged = upstream.errors?.filter((error) => error.marked).flatMap((error) => error.cite) ?? [];
  return {
    says: answerMessage(upstream.address ?? '?', direct),
    cites: [...direct.cite, ...logged.slice(0, 1)],
  };
}

export function answerMessage(address: string, direct: Fact<'Answer'>): Message {
  const says = direct.says ?? direct.outcome ?? '?';
  switch (direct.outcome) {
    case 'answered':
      return message(direct.well ? 'upstreamWell' : 'upstreamStatus', {
        address,
        status: statusName(direct.status),
      });
    case 'refused':
      return message('upstreamRefused', { address });
    case 'timeout-response':
      return message('upstreamSilent', { address });
    case 'timeout-connect':
      return message('upstreamNoConnect', { address });
    case 'reset':
    case 'closed-early':
      return message('upstreamCut', { address });
    case 'unreachable':
      return message('upstreamUnreachable', { address, says });
    case 'socket-missing':
      return message('upstreamMissing', { address });
    case 'permission-denied':
      return message('upstreamDenied', { address });
    case 'invalid-http':
      return message('upstreamInvalid', { address });
    case 'tls-error':
      return message('upstreamTls', { address, says });
    case 'name-unresolved':
      return message('upstreamUnresolved', { address });
    default:
      return message('upstreamUnknown', { address, says });
  }
}
