import { decideAccess } from './decide-access.js';
import { inherited, inheritedAll, type Levels, levelsOf } from './inherit.js';
import { findNamed, matchLocation } from './match-location.js';
import type { Handler, HandlerKind, MatchStep, PossibleOutcome } from './match-result.js';
import type { ServerMatch } from './match-server.js';
import type { Directive, LocationBlock, NginxConfig } from './model.js';
import { fromBytes, normalizeUri } from './normalize-uri.js';
import type { NginxRequest } from './request-context.js';
import { type RewriteEnd, runRewrites, takeCaptures, type Walk } from './run-rewrites.js';
import { evaluateTemplate } from './variables.js';

/** nginx gives up after ten rewrites or internal redirects, with 500. */
const MAX_URI_CHANGES = 10;

/** Where the walk through one server ended. */
export interface Outcome {
  readonly handler: Handler;
  readonly location?: LocationBlock;
  /** Enclosing locations, the location, and the `if` in it that holds. */
  readonly blocks: readonly Directive[];
}

/** A walk with its story and the number of internal redirects that are left. */
export interface Journey {
  readonly walk: Walk;
  readonly steps: MatchStep[];
  readonly possible: PossibleOutcome[];
  left: number;
  /** An error page is being looked for already; nginx does not look twice by default. */
  inErrorPage: boolean;
  /** The outcome depends on something that cannot be known. */
  guessed: boolean;
}

/** Follows a request through the server's rewrites, its locations and their fallbacks to what answers it. */
export function walkServer(journey: Journey): Outcome {
  const { walk } = journey;
  if (journey.left <= 0) return loop(journey);
  const end = runRewrites(walk.server.directive.block ?? [], walk);
  if (end.kind !== 'go-on') return answered(journey, end, undefined, []);
  if (end.uriChanged) journey.steps.push({ says: `the server rewrites the URI to ${fromBytes(walk.uri)}` });
  return walkLocations(journey);
}

function walkLocations(journey: Journey): Outcome {
  const { walk } = journey;
  for (; journey.left > 0; journey.left -= 1) {
    const found = matchLocation(walk.server.locations, walk.uri);
    walk.undecided.push(...found.undecided);
    if (found.location === undefined) return content(journey, undefined, []);
    const { location } = found;
    journey.steps.push({
      says: `${location.label} takes ${fromBytes(walk.uri)}`,
      directive: location.directive,
    });
    if (found.captures.length > 0) takeCaptures(walk, found.captures, found.groups);
    if (found.slashRedirect) {
      return {
        handler: {
          kind: 'redirect',
          status: 301,
          target: `${walk.uri}/${walk.args === '' ? '' : `?${walk.args}`}`,
        },
        location,
        blocks: blocksOf(location),
      };
    }
    const internal = location.directive.block?.find((child) => child.name === 'internal');
    if (internal !== undefined && !walk.internal) {
      return refused(journey, 404, internal, location, blocksOf(location));
    }
    const end = runRewrites(location.directive.block ?? [], walk);
    if (end.kind !== 'go-on') return answered(journey, end, location, blocksOf(location));
    if (!end.uriChanged) return content(journey, location, [...blocksOf(location), ...end.taken]);
    journey.steps.push({
      says: `the URI is rewritten to ${fromBytes(walk.uri)}`,
      directive: location.directive,
    });
  }
  return loop(journey);
}

function walkNamed(journey: Journey, name: string): Outcome {
  const { walk } = journey;
  const location = findNamed(walk.server.locations, name);
  journey.left -= 1;
  if (location === undefined || journey.left <= 0) return loop(journey);
  walk.internal = true;
  journey.steps.push({ says: `${location.label} is taken`, directive: location.directive });
  const end = runRewrites(location.directive.block ?? [], walk);
  if (end.kind !== 'go-on') return answered(journey, end, location, blocksOf(location));
  if (end.uriChanged) return walkLocations(journey);
  return content(journey, location, [...blocksOf(location), ...end.taken]);
}

/** An internal redirect: a path starts again at the server's rewrites, `@name` goes straight to its location. */
function redirectInside(journey: Journey, target: string): Outcome {
  if (target.startsWith('@')) return walkNamed(journey, target);
  const question = target.indexOf('?');
  journey.walk.uri = question < 0 ? target : target.slice(0, question);
  if (question >= 0) journey.walk.args = target.slice(question + 1);
  journey.walk.internal = true;
  journey.walk.rewritten = true;
  journey.left -= 1;
  return walkServer(journey);
}

function blocksOf(location: LocationBlock): Directive[] {
  return [...location.parents, location.directive];
}

function loop(journey: Journey): Outcome {
  journey.steps.push({ says: 'rewrites or internal redirects go round in a circle: nginx answers 500' });
  return {
    handler: { kind: 'return', status: 500 },
    blocks: [],
  };
}

function answered(
  journey: Journey,
  end: Exclude<RewriteEnd, { kind: 'go-on' }>,
  location: LocationBlock | undefined,
  blocks: readonly Directive[],
): Outcome {
  const place = location === undefined ? { blocks } : { blocks, location };
  if (end.kind === 'redirect') {
    return {
      ...place,
      handler: { kind: 'redirect', directive: end.directive, status: end.status, target: end.url },
    };
  }
  if (end.text === '' && end.status >= 400)
    return refused(journey, end.status, end.directive, location, blocks);
  const handler: Handler = { kind: 'return', directive: end.directive, status: end.status, target: end.text };
  return { ...place, handler };
}

/** nginx answers with an error of its own, which `error_page` may hand to another location. */
function refused(
  journey: Journey,
  status: number,
  directive: Directive | undefined,
  location: LocationBlock | undefined,
  blocks: readonly Directive[],
): Outcome {
  const levels = levelsOf(journey.walk.config, journey.walk.server.directive, blocks);
  const page = journey.inErrorPage ? undefined : errorPageFor(levels, status);
  const target = page === undefined ? undefined : evaluateTemplate(page.uri, journey.walk);
  if (page !== undefined && target?.known === true) {
    journey.steps.push({ says: `error_page hands ${status} to ${target.value}`, directive: page.directive });
    journey.inErrorPage = true;
    if (/^[/@]/.test(target.value)) return redirectInside(journey, target.value);
    const handler: Handler = {
      kind: 'redirect',
      directive: page.directive,
      status: 302,
      target: target.value,
    };
    return location === undefined ? { handler, blocks } : { handler, location, blocks };
  }
  const handler: Handler = { kind: 'return', status, ...(directive === undefined ? {} : { directive }) };
  return location === undefined ? { handler, blocks } : { handler, location, blocks };
}

/** `error_page 502 504 =200 @maintenance;` in force for a status. */
function errorPageFor(levels: Levels, status: number): { directive: Directive; uri: string } | undefined {
  const directive = inheritedAll(levels, 'error_page').find((page) =>
    page.args.slice(0, -1).includes(String(status)),
  );
  const uri = directive?.args.at(-1);
  return directive === undefined || uri === undefined ? undefined : { directive, uri };
}

/** What makes the content once the location stands: access rules, try_files, a pass, another module, or files. */
function content(
  journey: Journey,
  location: LocationBlock | undefined,
  blocks: readonly Directive[],
): Outcome {
  const { walk } = journey;
  const levels = levelsOf(walk.config, walk.server.directive, blocks);
  const access = decideAccess(levels, walk.request.clientAddress);
  if (access.kind === 'denied') return refused(journey, 403, access.directive, location, blocks);
  if (access.kind === 'undecided') {
    walk.undecided.push({
      says: 'whether this client is allowed is not known',
      variables: [],
      directive: access.directive,
    });
  }
  const place = location === undefined ? { blocks } : { blocks, location };
  const own = blocks.length > 0 ? blocks : [walk.server.directive];
  const handler = contentHandler(own) ?? { kind: 'static' };
  const tryFiles =
    own.at(-1)?.name === 'if' ? undefined : own.at(-1)?.block?.find((d) => d.name === 'try_files');
  if (tryFiles !== undefined) return followTryFiles(journey, tryFiles, { ...place, handler });
  if (handler.kind === 'static') noteIndex(journey, levels);
  return { ...place, handler };
}

const CONTENT: Readonly<Record<string, HandlerKind>> = {
  proxy_pass: 'proxy',
  fastcgi_pass: 'fastcgi',
  uwsgi_pass: 'uwsgi',
  scgi_pass: 'scgi',
  grpc_pass: 'grpc',
  memcached_pass: 'memcached',
  content_by_lua: 'other',
  content_by_lua_block: 'other',
  content_by_lua_file: 'other',
  js_content: 'other',
  perl: 'other',
  echo: 'other',
  stub_status: 'other',
  empty_gif: 'other',
  flv: 'other',
  mp4: 'other',
  api: 'other',
};

/** The handler of a location; one within a taken `if` goes first. Nested locations inherit none. */
function contentHandler(blocks: readonly Directive[]): Handler | undefined {
  const last = blocks.at(-1);
  const candidates = last?.name === 'if' ? [last, blocks.at(-2)] : [last];
  for (const block of candidates) {
    const directive = block?.block?.findLast((child) => CONTENT[child.name] !== undefined);
    const kind = CONTENT[directive?.name ?? ''];
    if (directive !== undefined && kind !== undefined)
      return { kind, directive, target: directive.args[0] ?? '' };
  }
  return undefined;
}

/** Which of the files exist is not known: the fallback is followed, and the file is kept as possible. */
function followTryFiles(journey: Journey, tryFiles: Directive, here: Outcome): Outcome {
  journey.guessed = true;
  const says = `try_files ${tryFiles.args.join(' ')}`;
  const fallback = tryFiles.args.at(-1) ?? '';
  const whereFileIs: PossibleOutcome = {
    because: `${says}: one of the files exists`,
    handler: here.handler,
    directive: tryFiles,
    ...(here.location === undefined ? {} : { location: here.location }),
  };
  if (fallback.startsWith('=')) {
    const handler: Handler = {
      kind: 'return',
      status: Number(fallback.slice(1)) || 404,
      directive: tryFiles,
    };
    journey.possible.push({ ...whereFileIs, because: `${says}: none of the files exists`, handler });
    return here;
  }
  journey.possible.push(whereFileIs);
  const target = evaluateTemplate(fallback, journey.walk);
  if (!target.known) {
    journey.walk.undecided.push({
      says: 'where try_files ends is not known',
      variables: target.variables,
      directive: tryFiles,
    });
    return here;
  }
  journey.steps.push({ says: `${says}: without such a file, on to ${target.value}`, directive: tryFiles });
  return redirectInside(journey, target.value);
}

/** A directory's index file, if there is one, is looked up as a location of its own. */
function noteIndex(journey: Journey, levels: Levels): void {
  const { walk } = journey;
  if (!walk.uri.endsWith('/') || journey.possible.length > 20) return;
  const index = inherited(levels, 'index');
  for (const name of (index?.args ?? ['index.html']).slice(0, 5)) {
    const file = evaluateTemplate(name, walk);
    if (!file.known) continue;
    const uri = file.value.startsWith('/') ? file.value : `${walk.uri}${file.value}`;
    const found = matchLocation(walk.server.locations, uri);
    const handler = found.location === undefined ? undefined : contentHandler([found.location.directive]);
    if (found.location === undefined || handler === undefined) continue;
    const because = `if there is a file ${uri}, it is asked for inside`;
    const possible = { because, location: found.location, handler };
    journey.possible.push(index === undefined ? possible : { ...possible, directive: index });
  }
}

/** Begins a walk with the client's own URI; undefined where nginx refuses it (400). */
export function beginWalk(config: NginxConfig, request: NginxRequest, match: ServerMatch): Walk | undefined {
  // The URI is read before the Host header: the socket's default server says whether slashes are merged.
  const levels = levelsOf(config, match.defaultServer.directive, []);
  const uri = normalizeUri(request.uri, inherited(levels, 'merge_slashes')?.args[0] !== 'off');
  if (!uri.ok) return undefined;
  const walk: Walk = {
    config,
    request,
    server: match.server,
    uri: uri.path,
    args: uri.args,
    captures: match.captures,
    variables: new Map(),
    undecided: [],
    internal: false,
    rewritten: false,
  };
  for (const name of setVariables(config.http)) walk.variables.set(name, '');
  takeCaptures(walk, match.captures, match.groups);
  return walk;
}

/** A variable of a `set` anywhere is empty until that `set` runs. */
function setVariables(directives: readonly Directive[]): Set<string> {
  const names = new Set<string>();
  const queue = [...directives];
  for (let directive = queue.pop(); directive !== undefined; directive = queue.pop()) {
    if (directive.name === 'set' && directive.args[0]?.startsWith('$') === true)
      names.add(directive.args[0].slice(1));
    if (directive.block !== undefined && directive.name !== 'map')
      for (const child of directive.block) queue.push(child);
  }
  return names;
}

export function newJourney(walk: Walk): Journey {
  return { walk, steps: [], possible: [], left: MAX_URI_CHANGES, inErrorPage: false, guessed: false };
}
