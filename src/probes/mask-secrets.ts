import { createHmac } from 'node:crypto';

type Pseudonym = (secret: string) => string;

/** What is replaced: the text before the secret, the secret, and what closes it. Lines are never joined or split. */
const BEFORE_SECRET_AFTER: readonly RegExp[] = namedSecrets();

/** Not secret, whatever the name: switches, variables of nginx and shells, what is masked already. */
const HARMLESS =
  /^(?:true|false|null|none|nil|yes|no|on|off|undefined|\*{2,}|["']{0,2}|\$\{?[\w.:-]+\}?|<[\w -]{1,40}>|‹secret:[0-9a-f]{6}›)$/i;

/**
 * Replaces secrets by `‹secret:ab12cd›`. The pseudonym is a keyed digest: the same secret is recognised again under the
 * same key, and nothing can be learned from it without the key. The number of lines never changes, and a value
 * without quotes in JSON gets them, so that what could be parsed before can be parsed after.
 */
export function maskSecrets(text: string, key: string): string {
  const pseudonym: Pseudonym = (secret) =>
    `‹secret:${createHmac('sha256', key).update(secret).digest('hex').slice(0, 6)}›`;
  let masked = maskSecretObjects(maskKeyBlocks(text, pseudonym), pseudonym);
  for (const pattern of BEFORE_SECRET_AFTER)
    masked = masked.replace(pattern, (whole: string, before: string, secret: string, after: unknown) => {
      if (HARMLESS.test(secret)) return whole;
      return `${before}${pseudonym(secret)}${typeof after === 'string' ? after : ''}`;
    });
  return masked.replace(
    JSON_NUMBER,
    (_whole, before: string, secret: string) => `${before}"${pseudonym(secret)}"`,
  );
}

/** `"dbPass": 123456`: a number would not be JSON any more once it is masked. */
const JSON_NUMBER = new RegExp(
  String.raw`("${nameOfSecret()}"\s{0,10}:\s{0,10})(-?\d[\d.]{0,40})(?=\s{0,10}[,}\n])`,
  'gi',
);

/**
 * A key whose value is secret. It must end with the secret word: `TokenExpiredError: jwt expired` and
 * `maxTokens: 5` are no secrets, `JWT_SECRET`, `dbPass` and `secret_key_base` are.
 */
function nameOfSecret(): string {
  const word =
    'password|passwd|passphrase|pwd|secret|token|credentials?|(?:api|access|secret|private|signing|encryption|master)[_-]?key|requirepass|masterauth|(?:redis|mysql|db|sentinel)_?(?:auth|pw)|auth-pass|(?:account|auth)[_-]?key|(?:db|user|auth|admin|root|smtp|redis|mysql|pg)_?pass';
  return String.raw`(?:[\w.-]{0,60}?(?:${word})(?:[_-]?(?:key|value|hash|string|base|\d{1,3})){0,2}|(?:[\w.-]{0,60}?[_.-])?pass)`;
}

function namedSecrets(): readonly RegExp[] {
  const name = nameOfSecret();
  const flags = 'gi';
  return [
    // scheme://user:SECRET@host; in an http URL, what stands behind a slash is a path, as in …:8000/users/@me.
    /(\bhttps?:\/\/[^\s:/@'"]{0,100}:)([^\s'"/]{1,300})(?=@)/gi,
    /((?!https?:)\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@'"]{0,100}:)([^\s'",]{1,300})(?=@)/gi,
    // Authorization, Cookie and their like: as headers, in curl's -H, in nginx's proxy_set_header.
    /((?:proxy-)?authorization["']?\s{0,10}[:=]\s{0,10}["']?(?:(?:basic|bearer|digest|token) {1,4})?)([^\s'"]{3,8000})/gi,
    /(\b(?:proxy_set_header|add_header|fastcgi_param|proxy_pass_header)\s{1,20}(?:(?:proxy-)?authorization|cookie|x-api-key|[\w-]{0,40}token)\s{1,20}["']?(?:(?:basic|bearer) {1,4})?)([^\s'";]{2,4000})/gi,
    /((?:^|[\s|<>"'])(?:set-)?cookie2?["']?\s{0,4}:\s{0,4}["']?)([^\r\n"']{2,65536})/gim,
    // JSON, YAML, INI, .env, JSON inside JSON, logs: a name, a sign, a quoted value.
    new RegExp(String.raw`(${name}["']?\s{0,10}(?:[:=]|=>|:=)\s{0,10}")((?:[^"\\\n]|\\.){1,4000})(")`, flags),
    new RegExp(String.raw`(${name}["']?\s{0,10}(?:[:=]|=>|:=)\s{0,10}')((?:[^'\\\n]|\\.){1,4000})(')`, flags),
    new RegExp(String.raw`(${name}\\"\s{0,10}:\s{0,10}\\")([^"\\\n]{1,4000})(\\")`, flags),
    // Without quotes: after "=" anywhere, after ":" only as YAML has it, for logs use colons in sentences.
    new RegExp(String.raw`(\b${name}\s{0,3}=\s{0,3})([^\s"',;&{}[\]()‹]{1,4000})`, flags),
    new RegExp(
      String.raw`(^[ \t|-]{0,60}["']?${name}["']?[ \t]{0,10}:[ \t]{1,10})([^\s"'{}[\],|>&*!‹][^\r\n#,}]{0,4000}?)(?=[ \t]*(?:#[^\n]*)?\r?$)`,
      'gim',
    ),
    // Directives: `requirepass …`, `set $secure_link_secret …;`, `secure_link_md5 "… word"`.
    /(\b(?:requirepass|masterauth)[ \t]{1,10}"?)([^\s"]{1,300})/g,
    new RegExp(String.raw`(\bset\s{1,10}\$${name}\s{1,10}["']?)([^\s"';]{1,500})`, flags),
    /(\bsecure_link_md5\s{1,10}"(?:[^"\n]{0,300}[\s}])?)([^"$\s]{3,300})(")/gi,
    /(\bsecure_link_secret\s{1,10})([^\s;]{1,300})/gi,
    // Command lines: --password=…, redis-cli -a …, mysql -p….
    new RegExp(String.raw`((?:^|[\s"'])--?${name}[ =])([^\s'"-][^\s'"]{0,300})`, flags),
    /(\bredis-cli\b[^\n]{0,200}? -a )(\S{1,300})/g,
    /(\b(?:mysql|mysqladmin|mysqldump|mariadb)\b[^\n]{0,200}? -p)([^\s'"]{2,300})/g,
    // JSON Web Tokens and the well-known key shapes, wherever they stand.
    /()\b(eyJ[A-Za-z0-9_-]{8,8000}\.eyJ[A-Za-z0-9_-]{4,8000}\.[A-Za-z0-9_-]{8,2000})/g,
    /()\b((?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|AKIA|ASIA|sk_live_|rk_live_|AIza)[A-Za-z0-9_-]{12,200})/g,
  ];
}

/**
 * OnlyOffice keeps its secrets one level deeper, under a harmless name:
 *
 *     "secret": { "inbox": { "string": "…", "file": "" }, "outbox": { "string": "…" } }
 */
function maskSecretObjects(text: string, pseudonym: Pseudonym): string {
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

/** The lines between BEGIN … PRIVATE KEY and END; a block that is cut off is masked to the end of the text. */
function maskKeyBlocks(text: string, pseudonym: Pseudonym): string {
  if (!text.includes('PRIVATE KEY')) return text;
  let inside = false;
  return text
    .split('\n')
    .map((line) => {
      const begin = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/.test(line);
      const end = /-----END [A-Z ]{0,40}PRIVATE KEY-----/.test(line);
      // A whole key in one line, as JSON and .env files have it, with \n for line ends.
      if (begin && (end || line.length > 80))
        return line.replace(
          /(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)(.*?)(-----END|["']|$)/,
          (_all, head: string, body: string, tail: string) => `${head}${pseudonym(body)}${tail}`,
        );
      if (begin) inside = true;
      else if (end) inside = false;
      else if (inside && line.trim() !== '') return pseudonym(line);
      return line;
    })
    .join('\n');
}
