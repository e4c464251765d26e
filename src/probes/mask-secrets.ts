import { createHmac } from 'node:crypto';
import { maskNginxConfig } from './nginx/mask-config.js';
import { NUMBER_IN_JSON, SECRET_PATTERNS } from './secret-patterns.js';

type Pseudonym = (secret: string) => string;

/** Not secret, whatever the name: switches, variables of nginx and shells, what is masked already. */
const HARMLESS =
  /^(?:true|false|null|none|nil|yes|no|on|off|undefined|\*{2,}|["']{0,2}|\$\{?[\w.:-]+\}?|<[\w -]{1,40}>|‹secret:[0-9a-f]{6}›)$/i;

/**
 * Replaces secrets by `‹secret:ab12cd›`. The pseudonym is a keyed digest: the same secret is recognised again under the
 * same key, and nothing can be learned from it without the key. The number of lines never changes, and a value
 * without quotes in JSON gets them, so that what could be parsed before can be parsed after.
 */
export function maskSecrets(text: string, key: string): string {
  const known = new Map<string, string>();
  const pseudonym: Pseudonym = (secret) => {
    const name =
      known.get(secret) ?? `‹secret:${createHmac('sha256', key).update(secret).digest('hex').slice(0, 6)}›`;
    known.set(secret, name);
    return name;
  };
  let masked = maskNginxConfig(maskSecretObjects(maskKeyBlocks(text, pseudonym), pseudonym), pseudonym);
  for (const { hint, pattern } of SECRET_PATTERNS) {
    if (!hint.test(masked)) continue;
    masked = masked.replace(pattern, (whole: string, before: string, secret: string, after: unknown) => {
      if (HARMLESS.test(secret)) return whole;
      return `${before}${pseudonym(secret)}${typeof after === 'string' ? after : ''}`;
    });
  }
  if (!NUMBER_IN_JSON.hint.test(masked)) return masked;
  return masked.replace(
    NUMBER_IN_JSON.pattern,
    (_whole, before: string, secret: string) => `${before}"${pseudonym(secret)}"`,
  );
}

/**
 * OnlyOffice keeps its secrets one level deeper, under a harmless name:
 *
 *     "secret": { "inbox": { "string": "…", "file": "" }, "outbox": { "string": "…" } }
 */
function maskSecretObjects(text: string, pseudonym: Pseudonym): string {
  if (!/secret|credential|password|token/i.test(text)) return text;
  const object =
    /"(?:\w{0,40}secrets?|credentials?|passwords?|tokens?)"\s{0,10}:\s{0,10}\{[^{}]{0,2000}(?:\{[^{}]{0,2000}\}[^{}]{0,200}){0,8}/gi;
  return text.replace(object, (whole) =>
    whole.replace(
      /("(?:string|value|pass|key|data|current|previous)"\s{0,10}:\s{0,10}")((?:[^"\\\n]|\\.){1,4000})(")/gi,
      (kept: string, before: string, secret: string, after: string) =>
        HARMLESS.test(secret) ? kept : `${before}${pseudonym(secret)}${after}`,
    ),
  );
}

/** The longest key in use has some 250 lines; a block that is cut off must not hide the rest of a log. */
const KEY_LINES_MAX = 300;

/** The lines between BEGIN … PRIVATE KEY and END, also where a log has put its own words before each. */
function maskKeyBlocks(text: string, pseudonym: Pseudonym): string {
  if (!text.includes('PRIVATE KEY')) return text;
  let left = 0;
  return text
    .split('\n')
    .map((line) => {
      const begin = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(.*)$/.exec(line);
      const end = /-----END [A-Z ]{0,40}PRIVATE KEY-----/.test(line);
      // A whole key in one line, as JSON and .env files have it, with \n for line ends.
      if (begin && (end || (begin[1] ?? '').length > 20))
        return line.replace(
          /(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)(.*?)(-----END|["']|$)/,
          (_all, head: string, body: string, tail: string) => `${head}${pseudonym(body)}${tail}`,
        );
      if (begin) left = KEY_LINES_MAX;
      else if (end) left = 0;
      else if (left > 0) {
        left -= 1;
        if (line.trim() !== '') return pseudonym(line);
      }
      return line;
    })
    .join('\n');
}
