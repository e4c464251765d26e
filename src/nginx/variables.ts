import { normalIp } from './compile-config.js';
import { lookUpMap } from './look-up-map.js';
import { toBytes } from './normalize-uri.js';
import { hostName, type RequestContext } from './request-context.js';

/** The value of a string with variables, or the variables that cannot be known. */
export type Value =
  | { readonly known: true; readonly value: string }
  | { readonly known: false; readonly variables: readonly string[] };

const MAX_DEPTH = 20;
const MAX_VALUE = 64 * 1024;

/** Puts values for `$name`, `${name}` and `$1` into a template, as far as the request and the configuration tell. */
export function evaluateTemplate(template: string, context: RequestContext, depth = 0): Value {
  if (!template.includes('$')) return { known: true, value: template };
  const missing = new Set<string>();
  let value = '';
  let rest = 0;
  for (const found of template.matchAll(VARIABLE)) {
    const name = found[1] ?? found[2] ?? '';
    value += template.slice(rest, found.index);
    rest = found.index + found[0].length;
    const part = evaluateVariable(name, context, depth + 1);
    if (part.known) value += part.value;
    else for (const each of part.variables) missing.add(each);
    if (value.length > MAX_VALUE) return { known: false, variables: [name] };
  }
  value += template.slice(rest);
  return missing.size > 0 ? { known: false, variables: [...missing] } : { known: true, value };
}

const VARIABLE = /\$(?:\{([A-Za-z0-9_]+)\}|([1-9]|[A-Za-z0-9_]+))/g;

/** Whether a string holds a variable. */
export function hasVariable(template: string): boolean {
  return /\$\{?[A-Za-z0-9_]/.test(template);
}

/** The value of one variable, named without `$`. */
export function evaluateVariable(name: string, context: RequestContext, depth = 0): Value {
  const unknown: Value = { known: false, variables: [name] };
  if (depth > MAX_DEPTH) return unknown;
  if (/^[1-9]$/.test(name)) return known(context.captures[Number(name)] ?? '');
  if (context.variables.has(name)) {
    const value = context.variables.get(name);
    return value === undefined ? unknown : known(value);
  }
  const map = context.config.maps.get(name);
  if (map !== undefined) {
    const source = evaluateTemplate(map.source, context, depth + 1);
    if (!source.known) return source;
    const found = lookUpMap(map, source.value);
    if (found.kind === 'undecided') return unknown;
    if (found.kind === 'none') return known('');
    const inside = { ...context, captures: found.captures, variables: withGroups(context, found.groups) };
    return evaluateTemplate(found.result, inside, depth + 1);
  }
  const builtIn = builtInValue(name, context);
  return builtIn === undefined ? unknown : known(builtIn);
}

function known(value: string): Value {
  return { known: true, value };
}

function withGroups(
  context: RequestContext,
  groups: Readonly<Record<string, string>>,
): ReadonlyMap<string, string | undefined> {
  return new Map([...context.variables, ...Object.entries(groups)]);
}

function builtInValue(name: string, context: RequestContext): string | undefined {
  const { request, server, uri, args } = context;
  const prefixed = /^(http|arg|cookie)_([a-z0-9_]+)$/i.exec(name);
  if (prefixed?.[2] !== undefined) {
    if (prefixed[1] === 'http') return headerValue(context, prefixed[2].toLowerCase());
    if (prefixed[1] === 'arg') return pairValue(args.split('&'), prefixed[2]);
    return pairValue((headerValue(context, 'cookie') ?? '').split(/;\s?/), prefixed[2]);
  }
  switch (name) {
    case 'host':
      return hostName(request.host) || (server.names[0]?.text ?? '');
    case 'server_name':
      return server.names[0]?.text ?? '';
    case 'hostname':
      return request.hostname;
    case 'scheme':
      return request.scheme;
    case 'https':
      return request.scheme === 'https' ? 'on' : '';
    case 'server_port':
      return String(request.port);
    case 'server_addr':
      return request.address === undefined ? undefined : normalIp(request.address);
    case 'server_protocol':
      return 'HTTP/1.1';
    case 'request_method':
      return request.method ?? 'GET';
    case 'request_uri':
      return toBytes(request.uri);
    case 'request':
      return `${request.method ?? 'GET'} ${toBytes(request.uri)} HTTP/1.1`;
    case 'uri':
    case 'document_uri':
      return uri;
    case 'args':
    case 'query_string':
      return args;
    case 'is_args':
      return args === '' ? '' : '?';
    case 'content_type':
      return headerValue(context, 'content_type');
    case 'content_length':
      return headerValue(context, 'content_length');
    case 'remote_addr':
      return request.clientAddress;
    case 'proxy_add_x_forwarded_for': {
      const before = headerValue(context, 'x_forwarded_for') ?? '';
      if (request.clientAddress === undefined) return undefined;
      return before === '' ? request.clientAddress : `${before}, ${request.clientAddress}`;
    }
    case 'http2':
    case 'http3':
    case 'ssl_server_name':
      return request.scheme === 'http' ? '' : undefined;
    default:
      return undefined;
  }
}

function headerValue({ request }: RequestContext, name: string): string | undefined {
  if (name === 'host' && request.host !== '') return request.host;
  for (const [header, value] of Object.entries(request.headers ?? {})) {
    if (header.toLowerCase().replaceAll('-', '_') === name) return value;
  }
  return '';
}

function pairValue(pairs: readonly string[], name: string): string {
  const wanted = `${name.toLowerCase()}=`;
  return pairs.find((pair) => pair.toLowerCase().startsWith(wanted))?.slice(wanted.length) ?? '';
}
