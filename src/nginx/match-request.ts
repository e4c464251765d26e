import { inherited, levelsOf } from './inherit.js';
import { listAlternatives } from './list-alternatives.js';
import type { Handler, MatchResult } from './match-result.js';
import { matchServer } from './match-server.js';
import type { Directive, NginxConfig } from './model.js';
import { normalizeUri } from './normalize-uri.js';
import type { NginxRequest } from './request-context.js';
import { beginWalk, newJourney, walkServer } from './walk-request.js';

/**
 * Which server and location take a request, and what answers it, by nginx's own rules. What depends on more than the
 * configuration and the request (files, the client, other modules) is listed in `undecided` and `possible`.
 */
export function matchRequest(config: NginxConfig, request: NginxRequest): MatchResult {
  const serverMatch = matchServer(config, request);
  const arrived = normalizeUri(request.uri, true);
  const path = arrived.ok ? arrived.path : request.uri;
  if (serverMatch === undefined) {
    const winner = { serverMatch, location: undefined, pass: undefined, arrived: path, uri: path };
    return nothing(config, { kind: 'none' }, path, { alternatives: listAlternatives(config, winner) });
  }
  const { server, listen } = serverMatch;
  const walk = beginWalk(config, request, serverMatch);
  if (walk === undefined)
    return nothing(config, { kind: 'none', status: 400 }, path, { server, serverMatch });
  if (listen.ssl !== (request.scheme === 'https')) {
    const says = listen.ssl
      ? 'the port expects TLS, the request is plain'
      : 'the port is plain, the request uses TLS';
    walk.undecided.push({ says, variables: [], directive: listen.directive });
  }
  walk.undecided.push(...serverMatch.undecided);
  const journey = newJourney(walk);
  const outcome = walkServer(journey);
  const levels = levelsOf(config, server.directive, outcome.blocks);
  const auth = inherited(levels, 'auth_request');
  const winner = {
    serverMatch,
    location: outcome.location,
    pass: outcome.handler.directive,
    arrived: path,
    uri: walk.uri,
  };
  return {
    serverMatch,
    server,
    locations: outcome.blocks.filter((block) => block.name === 'location'),
    ...(outcome.location === undefined ? {} : { location: outcome.location }),
    handler: outcome.handler,
    certain: walk.undecided.length === 0 && !journey.guessed,
    undecided: walk.undecided,
    steps: journey.steps,
    possible: journey.possible,
    alternatives: listAlternatives(config, winner),
    ...(auth === undefined || auth.args[0] === 'off'
      ? {}
      : { authRequest: followAuth(config, request, auth) }),
    uri: walk.uri,
    args: walk.args,
    rewritten: walk.rewritten,
    levels,
    context: walk,
  };
}

function followAuth(
  config: NginxConfig,
  request: NginxRequest,
  directive: Directive,
): NonNullable<MatchResult['authRequest']> {
  const uri = directive.args[0] ?? '';
  const none: Handler = { kind: 'none' };
  const serverMatch = matchServer(config, request);
  if (serverMatch === undefined || !uri.startsWith('/')) return { directive, uri, handler: none };
  const walk = beginWalk(config, { ...request, uri, method: 'GET' }, serverMatch);
  if (walk === undefined) return { directive, uri, handler: none };
  walk.internal = true;
  return { directive, uri, handler: walkServer(newJourney(walk)).handler };
}

function nothing(
  config: NginxConfig,
  handler: Handler,
  uri: string,
  more: Partial<MatchResult>,
): MatchResult {
  return {
    locations: [],
    handler,
    certain: true,
    undecided: [],
    steps: [],
    possible: [],
    alternatives: [],
    uri,
    args: '',
    rewritten: false,
    levels: [config.directives, config.http],
    ...more,
  };
}
