/**
 * Secrets in nginx's configuration, which stand where no name tells of them: in headers of somebody's own, in variables,
 * on either side of a map. What a diagnosis reads (Host, Connection, X-Forwarded-…) stays as it is.
 */

type Pseudonym = (secret: string) => string;

const NGINX =
  /^[ \t]*(?:proxy_set_header|grpc_set_header|uwsgi_param|scgi_param|fastcgi_param|add_header|more_set_\w+|set|map)[ \t]/m;

/** Names that speak of a secret anywhere, as headers and variables do. */
const TELLING = /auth|key|token|secret|passw|credential|cookie|session|signature|hmac/i;

/** Headers that are sent in front of everyone, or that say where a request goes. */
const OPEN =
  /^(?:host|connection|upgrade|via|range|te|trailer|date|server|referer|origin|user-agent|early-data|accept(?:-.*)?|if-.*|content-.*|cache-control|pragma|expires|vary|location|retry-after|forwarded|x-real-.*|x-forwarded.*|x-original-.*|x-request-.*|x-client-.*|x-scheme|x-url-.*|x-script-name|x-sendfile.*|x-accel-.*|sec-.*|access-control-.*|strict-transport-security|referrer-policy|permissions-policy|feature-policy|x-frame-options|x-content-type-options|x-xss-protection|x-robots-tag|x-cache.*|x-served-by|x-powered-by|alt-svc|link|p3p|http2?-settings)$/i;

/** A variable that holds a secret ends with the word for it; `$auth_backend` and `$keycloak_upstream` say where to go. */
const HOLDS = /(?:auth|key|token|secret|passw(?:or)?d|pass|credentials?|cookie|session|signature|hmac)"?$/i;

/** Where a request goes is read by the diagnosis: an address, a path, a socket, a number. */
const PLACE = /^(?:\w+:\/\/[^@]*$|unix:|\/|@|[\w.-]+:\d+$|\d+$)/;

/** Long, and letters and digits take turns as in nothing that a person names: `9f86d081884c7d65`, not `docs-backend-01`. */
function isRandom(text: string): boolean {
  if (!/^[A-Za-z0-9+/_=-]{16,}$/.test(text) || text.startsWith('/')) return false;
  return (text.replace(/[^A-Za-z0-9]/g, '').match(/[A-Za-z](?=\d)|\d(?=[A-Za-z])/g)?.length ?? 0) >= 4;
}

const DIRECTIVE =
  /^([ \t]*)(\w+)([ \t]+)(["']?)([^\s"';{}]+)\4([ \t]+)("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s"';{}]+)/;

export function maskNginxConfig(text: string, pseudonym: Pseudonym): string {
  if (!NGINX.test(text)) return text;
  let map: { readonly keys: boolean; readonly values: boolean } | undefined;
  return text
    .split('\n')
    .map((line) => {
      const opens = /^[ \t]*map[ \t]+("?[^\s"{]+"?)[ \t]+(\$\w+)[ \t]*\{/.exec(line);
      if (opens !== null) {
        map = { keys: HOLDS.test(opens[1] ?? ''), values: HOLDS.test(opens[2] ?? '') };
        if (line.includes('}')) map = undefined;
        return line;
      }
      if (map !== undefined) {
        if (/^[ \t]*\}/.test(line)) map = undefined;
        return map === undefined ? line : maskEntry(line, map, pseudonym);
      }
      return maskDirective(line, pseudonym);
    })
    .join('\n');
}

function maskDirective(line: string, pseudonym: Pseudonym): string {
  const found = line.length > 65_536 ? null : DIRECTIVE.exec(line);
  if (found === null) return line;
  const [whole, , directive = '', , , name = '', , given = ''] = found;
  if (!isSecret(directive, name, unquoted(given))) return line;
  return `${whole.slice(0, whole.length - given.length)}${masked(given, pseudonym)}${line.slice(whole.length)}`;
}

function isSecret(directive: string, name: string, value: string): boolean {
  // A variable is no secret; what stands beside it may be one.
  const literal = value
    .replace(/\$\{?\w+\}?/g, '')
    .replace(/^(?:basic|bearer|token)\s+/i, '')
    .trim();
  if (literal.length < 4 || value.includes('‹secret:')) return false;
  switch (directive) {
    case 'proxy_set_header':
    case 'grpc_set_header':
      return !OPEN.test(name);
    case 'add_header':
    case 'fastcgi_param':
    case 'uwsgi_param':
    case 'scgi_param':
      return !OPEN.test(name) && (TELLING.test(name) || isRandom(literal));
    case 'set':
      return !PLACE.test(literal) && (HOLDS.test(name) || isRandom(literal));
    default:
      return directive.startsWith('more_set_') && TELLING.test(value.split(':', 1)[0] ?? '');
  }
}

/** `"9f8e7d…" acme;` and `acme "9f8e7d…";` and `default "";` */
function maskEntry(
  line: string,
  { keys, values }: { readonly keys: boolean; readonly values: boolean },
  pseudonym: Pseudonym,
): string {
  const found =
    /^([ \t]*)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"';]+)([ \t]+)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"';]+)(.*)$/.exec(
      line.slice(0, 65_536),
    );
  if (found === null) return line;
  const [, indent = '', key = '', gap = '', value = '', rest = ''] = found;
  if (/^(?:#.*|default|include|hostnames|volatile)$/.test(key)) {
    return key === 'default' && hides(value, values)
      ? `${indent}${key}${gap}${masked(value, pseudonym)}${rest}`
      : line;
  }
  return [
    indent,
    hides(key, keys) ? masked(key, pseudonym) : key,
    gap,
    hides(value, values) ? masked(value, pseudonym) : value,
    rest,
  ].join('');
}

function hides(given: string, isTelling: boolean): boolean {
  const value = unquoted(given).replace(/^~\*?\^?(?:basic|bearer)?\s*/i, '');
  if (value.includes('$') || value.includes('‹secret:')) return false;
  return !PLACE.test(value) && (isRandom(value) || (isTelling && value.length >= 4));
}

function unquoted(text: string): string {
  return /^["']/.test(text) ? text.slice(1, /["']$/.test(text) && text.length > 1 ? -1 : undefined) : text;
}

function masked(given: string, pseudonym: Pseudonym): string {
  const quote = /^["']/.exec(given)?.[0] ?? '';
  return `${quote}${pseudonym(unquoted(given))}${quote !== '' && given.length > 1 && given.endsWith(quote) ? quote : ''}`;
}
