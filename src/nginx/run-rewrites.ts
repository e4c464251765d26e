import { decideCondition } from './decide-condition.js';
import type { Directive, NginxConfig, ServerBlock } from './model.js';
import { toBytes } from './normalize-uri.js';
import { runPcre } from './pcre-regex.js';
import type { NginxRequest, Undecided } from './request-context.js';
import { evaluateTemplate } from './variables.js';

/** A request on its way: what rewrites, captures and `set` have made of it so far. Satisfies RequestContext. */
export interface Walk {
  readonly config: NginxConfig;
  readonly request: NginxRequest;
  readonly server: ServerBlock;
  uri: string;
  args: string;
  captures: readonly string[];
  readonly variables: Map<string, string | undefined>;
  readonly undecided: Undecided[];
  /** A rewrite or an internal redirect has happened: `internal` locations may be used. */
  internal: boolean;
  /** A rewrite has changed the URI: what is passed on is not the client's spelling any more. */
  rewritten: boolean;
}

export type RewriteEnd =
  | {
      readonly kind: 'go-on';
      /** The location has to be looked up again. */
      readonly uriChanged: boolean;
      /** `if` blocks whose condition held: their directives are in force, the last one's first. */
      readonly taken: readonly Directive[];
    }
  | { readonly kind: 'return'; readonly directive: Directive; readonly status: number; readonly text: string }
  | {
      readonly kind: 'redirect';
      readonly directive: Directive;
      readonly status: number;
      readonly url: string;
    };

interface Run {
  uriChanged: boolean;
  readonly taken: Directive[];
}

/** Runs the rewrite directives of one level (server or location) in their order. */
export function runRewrites(directives: readonly Directive[], walk: Walk): RewriteEnd {
  const run: Run = { uriChanged: false, taken: [] };
  const end = runList(directives, walk, run);
  if (end !== undefined && end !== 'stop') return end;
  return { kind: 'go-on', uriChanged: run.uriChanged, taken: run.taken };
}

function runList(directives: readonly Directive[], walk: Walk, run: Run): RewriteEnd | 'stop' | undefined {
  for (const directive of directives) {
    const end = runOne(directive, walk, run);
    if (end !== undefined) return end;
  }
  return undefined;
}

function runOne(directive: Directive, walk: Walk, run: Run): RewriteEnd | 'stop' | undefined {
  switch (directive.name) {
    case 'set': {
      const value = evaluateTemplate(directive.args[1] ?? '', walk);
      walk.variables.set((directive.args[0] ?? '').slice(1), value.known ? value.value : undefined);
      return undefined;
    }
    case 'break':
      if (run.uriChanged) walk.rewritten = true;
      run.uriChanged = false;
      return 'stop';
    case 'return':
      return runReturn(directive, walk);
    case 'rewrite':
      return runRewrite(directive, walk, run);
    case 'if':
      return runIf(directive, walk, run);
    default:
      if (/^(?:set|rewrite|access)_by_lua/.test(directive.name)) {
        walk.undecided.push({ says: 'what the Lua code does is not known', variables: [], directive });
        if (directive.name.startsWith('set_by_lua') && directive.args[0] !== undefined) {
          walk.variables.set(directive.args[0].slice(1), undefined);
        }
      }
      return undefined;
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

function runReturn(directive: Directive, walk: Walk): RewriteEnd {
  const [first = '', second] = directive.args;
  const isCode = /^\d{1,3}$/.test(first);
  const status = isCode ? Number(first) : 302;
  const template = isCode ? second : first;
  const value = evaluateTemplate(template ?? '', walk);
  if (!value.known) {
    walk.undecided.push({
      says: 'the text of the return is not known',
      variables: value.variables,
      directive,
    });
  }
  const text = value.known ? value.value : (template ?? '');
  if (REDIRECTS.has(status) && template !== undefined)
    return { kind: 'redirect', directive, status, url: text };
  return { kind: 'return', directive, status, text };
}

function runRewrite(directive: Directive, walk: Walk, run: Run): RewriteEnd | 'stop' | undefined {
  const [pattern = '', replacement = '', flag] = directive.args;
  const match = runPcre(toBytes(pattern), false, walk.uri);
  if (match.kind === 'undecided') {
    walk.undecided.push({ says: `rewrite: ${match.because}`, variables: [], directive });
    return undefined;
  }
  if (match.kind === 'no-match') return undefined;
  takeCaptures(walk, match.captures, match.groups);
  const leaves = /^(?:https?:\/\/|\$scheme)/.test(replacement) || flag === 'redirect' || flag === 'permanent';
  const target = rewrittenTarget(toBytes(replacement), leaves, walk);
  if ('unknown' in target) {
    walk.undecided.push({
      says: 'what the URI is rewritten to is not known',
      variables: target.unknown,
      directive,
    });
    return undefined;
  }
  if (leaves) {
    const path = unescapeRedirect(target.uri);
    const url = target.args === '' ? path : `${path}?${target.args}`;
    return { kind: 'redirect', directive, status: flag === 'permanent' ? 301 : 302, url };
  }
  walk.uri = target.uri;
  walk.args = target.args;
  walk.internal = true;
  walk.rewritten = true;
  run.uriChanged = flag !== 'break';
  return flag === 'last' || flag === 'break' ? 'stop' : undefined;
}

interface RewriteTarget {
  readonly uri: string;
  readonly args: string;
}

/**
 * The replacement with its variables. The client's arguments are added behind its own, unless it ends in "?". Captures
 * are escaped where they come to stand in arguments or in a redirect, if the client's URI was escaped.
 */
function rewrittenTarget(
  replacement: string,
  leaves: boolean,
  walk: Walk,
): RewriteTarget | { readonly unknown: readonly string[] } {
  const escaped = /[%+]/.test(walk.request.uri)
    ? { ...walk, captures: walk.captures.map(escapeArgument) }
    : walk;
  const question = replacement.indexOf('?');
  const path = evaluateTemplate(
    question < 0 ? replacement : replacement.slice(0, question),
    leaves ? escaped : walk,
  );
  if (!path.known) return { unknown: path.variables };
  if (question < 0) return { uri: path.value, args: walk.args };
  const own = evaluateTemplate(replacement.slice(question + 1), escaped);
  if (!own.known) return { unknown: own.variables };
  if (replacement.endsWith('?')) return { uri: path.value, args: own.value.replace(/\?$/, '') };
  return { uri: path.value, args: walk.args === '' ? own.value : `${own.value}&${walk.args}` };
}

function escapeArgument(bytes: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the bytes that nginx escapes in arguments.
  return bytes.replace(/[\x00-\x20"#%&+;<>?\\^`{|}\x7f-\xff]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

/** nginx decodes printable escapes of a redirect up to its first "?" (NGX_UNESCAPE_REDIRECT). */
function unescapeRedirect(url: string): string {
  let done = false;
  return url.replace(/%([0-9A-Fa-f]{2})|\?/g, (whole, hex: string | undefined) => {
    const char = hex === undefined ? '?' : String.fromCharCode(Number.parseInt(hex, 16));
    if (done) return whole;
    done = char === '?';
    return char > '%' && char < '\x7f' ? char : whole;
  });
}

function runIf(directive: Directive, walk: Walk, run: Run): RewriteEnd | 'stop' | undefined {
  const decision = decideCondition(directive.args, walk);
  const block = directive.block ?? [];
  if (decision.kind === 'undecided') {
    walk.undecided.push({ says: decision.says, variables: decision.variables, directive });
    for (const child of block) {
      if (child.name === 'set' && child.args[0] !== undefined)
        walk.variables.set(child.args[0].slice(1), undefined);
    }
    return undefined;
  }
  if (decision.captures !== undefined) takeCaptures(walk, decision.captures, decision.groups ?? {});
  if (decision.kind === 'false') return undefined;
  run.taken.splice(0, run.taken.length, directive);
  return runList(block, walk, run);
}

/** What a regex that matched leaves behind: $1, $2, … and named variables. */
export function takeCaptures(
  walk: Walk,
  captures: readonly string[],
  groups: Readonly<Record<string, string>>,
): void {
  walk.captures = captures;
  for (const [name, value] of Object.entries(groups)) walk.variables.set(name, value);
}
