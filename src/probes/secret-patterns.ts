/**
 * Where secrets stand. Every pattern begins with what is rare (the secret word, a sign, a prefix), what comes before it is
 * looked at backwards and within bounds, and a value is taken in one go: a megabyte in one line costs as much as in many.
 */

export interface SecretPattern {
  /** Cheap: where it is not found, the pattern is not tried. */
  readonly hint: RegExp;
  /** Three groups: the text before the secret, the secret, and, where there is one, what closes it. */
  readonly pattern: RegExp;
}

/**
 * A key whose value is secret. It must end with the secret word: `TokenExpiredError: jwt expired` and `maxTokens: 5` are
 * no secrets, `JWT_SECRET`, `dbPass` and `secret_key_base` are. What stands before the word does not matter.
 */
const WORD = [
  'password|passwd|passphrase|pwd|secret|token|credentials?|requirepass|masterauth|auth-pass',
  '(?:api|access|secret|private|signing|encryption|master|account|auth|jwt|app|session|cookie|hmac|licen[sc]e|webhook|shared|storage|bot|crypto?)[_-]?key',
  '(?:redis|rediscli|mysql|db|sentinel)_?(?:auth|pw)',
  '(?:db|user|auth|admin|root|smtp|redis|mysql|pg|mq|amqp|mongo|mail|ldap)_?pass',
  '(?<![A-Za-z0-9])pass',
].join('|');
const NAME = String.raw`(?:${WORD})(?:[_-]?(?:key|value|hash|string|base|\d{1,3})){0,2}`;
/** In quotes a key is a key, whatever stands before `pass`. */
const QUOTED_NAME = String.raw`(?:${NAME}|pass)`;
const DOUBLE = String.raw`[^"\\\n]*(?:\\.[^"\\\n]*)*`;
const SINGLE = String.raw`[^'\\\n]*(?:\\.[^'\\\n]*)*`;
const SIGN = String.raw`\s{0,10}(?:[:=]=?|=>|[!~]=|=~)\s{0,10}`;
/** A name in a header, an option or a call: authentication by any of its names. */
const HEADER = String.raw`(?:${NAME}|authorization|api-?key|auth|signature|cookie)`;

const NAMED = /pass|pwd|secret|token|credential|key|auth|[_-]pw/i;

/** `"dbPass": 123456`: a number would not be JSON any more once it is masked, and gets quotes. */
export const NUMBER_IN_JSON: SecretPattern = {
  hint: NAMED,
  pattern: new RegExp(
    String.raw`(${QUOTED_NAME}"\s{0,10}:\s{0,10})(-?\d[\d.]{0,400})(?=\s{0,10}[,}\n])`,
    'gi',
  ),
};

export const SECRET_PATTERNS: readonly SecretPattern[] = [
  // scheme://user:SECRET@host; in an http URL, what stands behind a slash is a path, as in …:8000/users/@me.
  { hint: /@/, pattern: /(\bhttps?:\/\/[^\s:/@'"]{0,100}:)([^\s'"/@]{1,300})(?=@)/gi },
  { hint: /@/, pattern: /(?<!\bhttps?)(:\/\/[^\s:/@'"]{0,100}:)([^\s'",]{1,300})(?=@)/gi },
  // A key in the place of a user, as Sentry has it.
  { hint: /@/, pattern: /(:\/\/)([0-9a-f]{24,64})(?=@)/gi },
  // Authorization and Cookie: a header's line to its end; within a line to the quote, or the blank.
  {
    hint: /authorization/i,
    pattern:
      /(^[ \t|<>*]{0,10}(?:proxy-)?authorization:[ \t]{0,10}(?:basic|bearer|digest|token)?[ \t]{0,4})([^\r\n]{3,})/gim,
  },
  {
    hint: /authorization/i,
    pattern:
      /(["'](?:proxy-)?authorization["']?\s{0,10}[:=,]\s{0,10}["']?(?:(?:basic|bearer|digest|token) {1,4})?)([^'"\r\n]{3,})/gi,
  },
  {
    hint: /authorization/i,
    pattern:
      /((?:proxy-)?authorization["']?\s{0,10}[:=]\s{0,10}["']?(?:(?:basic|bearer|digest|token) {1,4})?)([^\s'"‹]{3,})/gi,
  },
  { hint: /bearer|basic/i, pattern: /(\b(?:bearer|basic) {1,4})((?=[^\s'"]{0,400}[\d=+])[\w.+/=~-]{12,})/gi },
  { hint: /cookie/i, pattern: /(^[ \t|<>*]{0,10}(?:set-)?cookie2?:[ \t]{0,10})([^\r\n]{2,})/gim },
  // Within a line of a log: name=value, the value perhaps in quotes, again and again.
  {
    hint: /cookie/i,
    pattern:
      /((?:^|[\s|<>])(?:set-)?cookie2?:[ \t]{0,4})([^\s;=,"'‹]+=(?:"[^"\r\n]*"|[^\s;"',]*)(?:;[ \t]*[^\s;=,"']+(?:=(?:"[^"\r\n]*"|[^\s;"',]*))?)*)/gim,
  },
  {
    hint: /cookie/i,
    pattern: /((?:^|[\s|<>"'])(?:set-)?cookie2?["']?\s{0,4}:\s{0,4}["']?)([^\r\n"'‹][^\r\n"']+)/gim,
  },
  {
    hint: /sess|sid\b/i,
    pattern: /(\b(?:\w{0,20}sess(?:ion)?_?id|connect\.sid|\w{1,20}_session|sid)=)([^\s"',;&‹]{6,})/gi,
  },
  // JSON, YAML, INI, .env, JSON inside JSON, logs, Lua: a name, a sign, a quoted value, also where it is cut off.
  { hint: NAMED, pattern: new RegExp(`(${QUOTED_NAME}["']?\\]?${SIGN}")(${DOUBLE})("?)`, 'gi') },
  { hint: NAMED, pattern: new RegExp(`(${QUOTED_NAME}["']?\\]?${SIGN}')(${SINGLE})('?)`, 'gi') },
  {
    hint: NAMED,
    pattern: new RegExp(String.raw`(${QUOTED_NAME}\\"\s{0,10}:\s{0,10}\\")([^"\\\n]+)(\\?)`, 'gi'),
  },
  // "NAME=a value" as a whole in quotes: docker inspect's Env, systemd's Environment.
  { hint: NAMED, pattern: new RegExp(`(${NAME}(?<="[\\w.-]{1,100})=)(${DOUBLE})("?)`, 'gi') },
  { hint: NAMED, pattern: new RegExp(`(${NAME}(?<='[\\w.-]{1,100})=)(${SINGLE})('?)`, 'gi') },
  // Without quotes: after "=" anywhere, after ":" only as YAML has it, for logs use colons in sentences.
  { hint: NAMED, pattern: new RegExp(String.raw`(${NAME}\s{0,3}!?=\s{0,3})([^\s"',;&{}[\]()‹]+)`, 'gi') },
  {
    hint: NAMED,
    pattern: new RegExp(
      String.raw`(${NAME}(?<=^[ \t|<>*-]{0,60}["']?[\w.-]{1,100})["']?[ \t]{0,10}:[ \t]{1,10})([^\s"'{}[\],|>&*!‹][^\r\n]*?)(?=[ \t]{1,10}#|\r?$)`,
      'gim',
    ),
  },
  // Environment variables: DEPLOY_KEY=…, but not the path of a key's file.
  { hint: /KEY=/, pattern: /(\b[A-Z][A-Z0-9_]{0,60}_KEY=)([^\s"',;&/‹][^\s"',;&‹]{5,})/g },
  // A pair in a call or in a list of arguments: set_header("X-Api-Key", "…"), "--token", "…".
  {
    hint: NAMED,
    pattern: new RegExp(
      String.raw`(${HEADER}(?<=(?:\(\s{0,5}["']|["']--?)[\w.-]{1,100})["'],\s{0,100}["'])([^"'\n]+)`,
      'gi',
    ),
  },
  // Directives: `requirepass …`, `set $secure_link_secret …;`, `secure_link_md5 "… word"`, redis's `user … >…`.
  { hint: /requirepass|masterauth/, pattern: /(\b(?:requirepass|masterauth)[ \t]{1,10}"?)([^\s"]+)/g },
  { hint: /^\s*user /m, pattern: /(^\s{0,20}user [^\n>]{1,300} >)(\S+)/gm },
  {
    hint: /secure_link/,
    pattern: /(\bsecure_link_md5\s{1,10}"(?:[^"\n]{0,300}[\s}])?)([^"$\s]{3,300})(")/gi,
  },
  { hint: /secure_link/, pattern: /(\bsecure_link_secret\s{1,10})([^\s;]+)/gi },
  // Command lines: --password …, redis-cli -a …, mysql -p…, sshpass -p …, curl -u user:….
  {
    hint: NAMED,
    pattern: new RegExp(String.raw`(${NAME}(?<=(?:^|[\s"'])--?[\w.-]{1,100})[ ])([^\s'"-][^\s'"]*)`, 'gim'),
  },
  { hint: /redis-cli/, pattern: /(\bredis-cli\b[^\n]{0,200}? -a )(\S+)/g },
  {
    hint: /mysql|maria/,
    pattern:
      /(\b(?:mysql|mysqladmin|mysqldump|mysqld_safe|mariadb|mariadb-dump)\b[^\n]{0,200}? -p)([^\s'"]{2,})/g,
  },
  {
    hint: / -p[ =]/,
    pattern:
      /(\b(?:sshpass|mongo(?:sh|dump|restore|export)?|(?:docker|podman) login|mysql|mariadb|rabbitmqadmin|ldapsearch|smbclient|htpasswd)\b[^\n]{0,200}? -p[ =])([^\s'"]+)/g,
  },
  // HAProxy: `stats auth ops:…`, `user ops insecure-password …`.
  { hint: /stats\s+auth/, pattern: /(\bstats[ \t]{1,10}auth[ \t]{1,10}[^\s:]{1,100}:)(\S+)/g },
  {
    hint: /\buser\s/,
    pattern: /(\buser[ \t]{1,10}\S{1,100}[ \t]{1,10}(?:insecure-)?password[ \t]{1,10})(\S+)/g,
  },
  { hint: /(?:-u|--user)[ =]/, pattern: /((?:-u|--user)[ =]["']?[^\s:'"]{1,100}:)([^\s'"]+)/g },
  { hint: /ldap/, pattern: /(\bldap\w{1,20}\b[^\n]{0,200}? -w )(\S+)/g },
  // What signs a URL.
  {
    hint: /[?&]/,
    pattern:
      /([?&](?:sig|signature|x-amz-signature|x-amz-credential|x-amz-security-token|x-goog-signature|auth|jwt)=)([^\s"'&#<>‹]{6,})/gi,
  },
  // Hashes of passwords: crypt's (shadow, htpasswd, HAProxy's `password`), and LDAP's.
  {
    hint: /\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|argon2)/,
    pattern: /()(?<![\w$])(\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|argon2(?:id?|d))\$[\w./,=+$-]{8,400})/g,
  },
  {
    hint: /\{S?SHA|\{S?MD5|\{CRYPT/i,
    pattern: /(\{(?:S?SHA(?:\d{3})?|S?MD5|CRYPT)\})([^\s'"{}:;,]{8,400})/gi,
  },
  // JSON Web Tokens and the well-known key shapes, wherever they stand.
  {
    hint: /eyJ/,
    pattern: /()(?<![A-Za-z0-9_-])(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{8,})/g,
  },
  {
    hint: /gh[pousr]_|github_pat_|glpat-|xox|xapp|AKIA|ASIA|_live_|AIza|hvs\.|npm_|pypi-|dckr_pat_|dop_v1_|shp|GOCSPX|ya29|sk-|SG\.|hf_/,
    pattern:
      /()(?<![A-Za-z0-9_])((?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|AKIA|ASIA|[sr]k_live_|AIza|hvs\.|npm_|pypi-|dckr_pat_|dop_v1_|shp(?:at|ss|ca)_|GOCSPX-|ya29\.|sk-|SG\.|hf_)[A-Za-z0-9._-]{12,})/g,
  },
  {
    hint: /hooks\.slack\.com|discord|:AA/,
    pattern:
      /(hooks\.slack\.com\/(?:services|workflows)\/|discord(?:app)?\.com\/api\/webhooks\/|\bbot(?=\d{6,12}:AA))([\w/:-]{8,})/g,
  },
];
