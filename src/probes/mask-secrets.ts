import { createHmac } from 'node:crypto';

/** What is replaced, and which group of the match is the secret. Lines are never joined or split. */
interface SecretPattern {
  readonly pattern: RegExp;
  readonly group: number;
}

const NAME = String.raw`[\w.-]{0,40}(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|dbpass|pwd|requirepass|masterauth)[\w-]{0,30}`;

const PATTERNS: readonly SecretPattern[] = [
  // scheme://user:SECRET@host
  { pattern: /([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@'"]{0,100}:)([^\s@'"]{1,200})(?=@)/gi, group: 2 },
  // Authorization, Cookie and their like, as headers or in curl's -H.
  {
    pattern: /((?:proxy-)?authorization\s*[:=]\s*(?:basic|bearer|digest|token)?\s*)([^\s'"]{6,4000})/gi,
    group: 2,
  },
  { pattern: /((?:set-)?cookie\s*:\s*)([^\r\n]{4,4000})/gi, group: 2 },
  // JSON, YAML, INI, .env, nginx: `"dbPass": "…"`, `REDIS_PASSWORD=…`, `requirepass …`.
  {
    pattern: new RegExp(
      String.raw`(["']?${NAME}["']?\s{0,10}[:=]\s{0,10})"((?:[^"\\\n]|\\.){1,2000})"`,
      'gi',
    ),
    group: 2,
  },
  {
    pattern: new RegExp(
      String.raw`(["']?${NAME}["']?\s{0,10}[:=]\s{0,10})'((?:[^'\\\n]|\\.){1,2000})'`,
      'gi',
    ),
    group: 2,
  },
  {
    pattern: new RegExp(String.raw`(\b${NAME}\s{0,10}[:=]\s{0,10})([^\s"',;{}\[\]‹]{3,2000})`, 'gi'),
    group: 2,
  },
  { pattern: /(\b(?:requirepass|masterauth)[ \t]+"?)([^\s"]{1,200})/g, group: 2 },
  // Command lines: `-a SECRET` of redis-cli, `--password=…`.
  { pattern: new RegExp(String.raw`(--?${NAME}[ =])([^\s'"]{2,200})`, 'gi'), group: 2 },
  // JSON Web Tokens and the well-known key shapes, wherever they stand.
  { pattern: /()\b(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})/g, group: 2 },
  {
    pattern:
      /()\b((?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|AKIA|ASIA|sk_live_|rk_live_|AIza)[A-Za-z0-9_-]{12,200})/g,
    group: 2,
  },
];

const HARMLESS = /^(?:true|false|null|none|yes|no|on|off|\d{1,6}|\*{2,}|\$\{?\w+\}?|‹secret:[0-9a-f]{6}›)$/i;

/**
 * Replaces secrets by `‹secret:ab12cd›`. The pseudonym is a keyed digest: the same secret is recognised again under the
 * same key, and nothing can be learned from it without the key. The number of lines never changes.
 */
export function maskSecrets(text: string, key: string): string {
  const pseudonym = (secret: string): string =>
    `‹secret:${createHmac('sha256', key).update(secret).digest('hex').slice(0, 6)}›`;
  let masked = maskKeyBlocks(text, pseudonym);
  for (const { pattern } of PATTERNS) {
    masked = masked.replace(pattern, (whole: string, before: string, secret: string) =>
      HARMLESS.test(secret)
        ? whole
        : whole
            .replace(before + secret, before + pseudonym(secret))
            .replace(`${before}"${secret}"`, `${before}"${pseudonym(secret)}"`)
            .replace(`${before}'${secret}'`, `${before}'${pseudonym(secret)}'`),
    );
  }
  return masked;
}

/** The lines between BEGIN … PRIVATE KEY and END; a block that is cut off is masked to the end of the text. */
function maskKeyBlocks(text: string, pseudonym: (secret: string) => string): string {
  if (!text.includes('PRIVATE KEY')) return text;
  let inside = false;
  return text
    .split('\n')
    .map((line) => {
      if (/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/.test(line)) {
        inside = !line.includes('-----END');
        return line.includes('-----END') ? pseudonym(line) : line;
      }
      if (/-----END [A-Z ]{0,40}PRIVATE KEY-----/.test(line)) {
        inside = false;
        return line;
      }
      return inside && line.trim() !== '' ? pseudonym(line) : line;
    })
    .join('\n');
}
