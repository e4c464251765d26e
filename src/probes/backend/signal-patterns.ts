/** What programs say when something is wrong, by the texts of their run times and libraries. */

export type SignalKind =
  | 'connection-refused'
  | 'connection-timeout'
  | 'name-not-found'
  | 'address-in-use'
  | 'permission-denied'
  | 'no-such-file'
  | 'no-space'
  | 'read-only-file-system'
  | 'too-many-files'
  | 'cannot-fork'
  | 'redis-auth'
  | 'redis-error'
  | 'amqp-error'
  | 'database-auth'
  | 'database-missing'
  | 'database-too-many'
  | 'pool-timeout'
  | 'config-parse'
  | 'library-missing'
  | 'exec-format'
  | 'command-missing'
  | 'module-not-found'
  | 'jwt-error'
  | 'heap-out-of-memory'
  | 'tls-clock'
  | 'killed'
  | 'uncaught-exception'
  | 'listening';

/** Named groups say what it is about: address, port, path, name, file, line. */
export interface SignalPattern {
  readonly kind: SignalKind;
  readonly pattern: RegExp;
}

/** Not a time of day (`21:06:07`), and not a place in a source file (`main.go:42`). */
const SOURCE_FILE = String.raw`(?![\w.-]{1,80}\.(?:[cm]?[jt]s|py|go|rb|java|php|rs|kt|cs|c|cpp|lua|json5?|ya?ml|conf):)`;
const ADDRESS = String.raw`(?:(?<![\w.:-])\[?(?<address>\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F.]{0,15}){2,8}?|${SOURCE_FILE}[A-Za-z][A-Za-z0-9_.-]{0,200})\]?:(?<port>\d{1,5})(?![\d.]))`;
const PATH = String.raw`(?<path>/[^\s'",;:)\]]{1,400})`;

/** The first that fits is taken: what is more exact stands before what is more general. */
export const SIGNAL_PATTERNS: readonly SignalPattern[] = [
  // Credentials, before the connection errors that the same line may also mention.
  {
    kind: 'redis-auth',
    pattern: /\bNOAUTH\b|\bWRONGPASS\b|ERR (?:AUTH|invalid password|Client sent AUTH)|NOPERM this user/,
  },
  {
    kind: 'database-auth',
    pattern:
      /password authentication failed for user|no password supplied|SASL authentication failed|Access denied for user|ER_ACCESS_DENIED_ERROR|no pg_hba\.conf entry|role ".{1,80}" does not exist/i,
  },
  {
    kind: 'database-missing',
    pattern: /database ".{1,80}" does not exist|Unknown database|ER_BAD_DB_ERROR/i,
  },
  {
    kind: 'database-too-many',
    pattern:
      /too many clients already|remaining connection slots|Too many connections|ER_CON_COUNT_ERROR|too many connections for (?:role|database)/i,
  },
  {
    kind: 'pool-timeout',
    pattern:
      /timeout exceeded when trying to connect|QueuePool limit|Timeout acquiring a connection|ResourceRequest timed out|pool (?:is )?(?:exhausted|timeout)|HikariPool.{1,60}Connection is not available/i,
  },
  {
    kind: 'amqp-error',
    pattern:
      /ACCESS_REFUSED|CONNECTION_FORCED|AMQPConnectionError|Handshake terminated by server|Channel closed by server|AMQP.{0,40}(?:heartbeat|closed)/,
  },
  // Configuration.
  { kind: 'config-parse', pattern: /Cannot parse config file: '(?<path>[^']{1,400})'/ },
  {
    kind: 'config-parse',
    pattern:
      /(?:JSON5?: (?:invalid|unexpected)|Unexpected token .{1,60} in JSON|is not valid JSON|YAMLException|yaml\.(?:scanner|parser)\.|TomlDecodeError|toml: |invalid configuration file|configparser\.\w+Error|InvalidConfigurationException)/,
  },
  // The program cannot run at all.
  {
    kind: 'library-missing',
    pattern:
      /(?<name>lib[\w.+-]{1,80}\.so[\w.]{0,20}): cannot open shared object file|version `(?:GLIBC|GLIBCXX|CXXABI)_[\w.]{1,20}' not found|Library not loaded|error while loading shared libraries(?:: (?<name2>[^\s:]{1,100}))?/,
  },
  { kind: 'exec-format', pattern: /exec format error|ENOEXEC|cannot execute binary file/i },
  {
    kind: 'module-not-found',
    pattern:
      /Cannot find module '(?<name>[^']{1,200})'|ModuleNotFoundError|ERR_MODULE_NOT_FOUND|ClassNotFoundException|NoClassDefFoundError/,
  },
  {
    kind: 'command-missing',
    pattern: /couldn't exec|can't find command|command not found|bad interpreter|: not found$/,
  },
  // Ports.
  {
    kind: 'address-in-use',
    pattern: new RegExp(
      String.raw`EADDRINUSE.{0,80}?(?:${ADDRESS}|:::(?<port2>\d{1,5})|(?<path>/\S{1,200}))`,
    ),
  },
  {
    kind: 'address-in-use',
    pattern: new RegExp(
      String.raw`(?:${ADDRESS}|port:? ?(?<port2>\d{1,5})).{0,60}(?:address already in use|already in use)`,
      'i',
    ),
  },
  {
    kind: 'address-in-use',
    pattern: new RegExp(
      String.raw`(?:address already in use|Address in use|Connection in use).{0,60}?(?:${ADDRESS}|'(?:[^']{0,60})', (?<port2>\d{1,5}))`,
      'i',
    ),
  },
  { kind: 'address-in-use', pattern: /EADDRINUSE|address already in use|Connection in use/i },
  {
    kind: 'permission-denied',
    pattern: new RegExp(
      String.raw`(?:EACCES|EPERM).{0,60}?(?:bind|listen|permission denied).{0,40}?(?:${ADDRESS}|:::(?<port2>\d{1,5}))(?!\S)`,
    ),
  },
  {
    kind: 'permission-denied',
    pattern: new RegExp(String.raw`(?:bind|listen)\w*.{0,60}?${ADDRESS}.{0,60}permission denied`, 'i'),
  },
  {
    kind: 'permission-denied',
    pattern: new RegExp(`permission denied.{0,40}?(?:bind|listen).{0,40}?${ADDRESS}`, 'i'),
  },
  // Connections to something else.
  { kind: 'connection-refused', pattern: new RegExp(`ECONNREFUSED:? (?:.{0,60}? )?${ADDRESS}`) },
  { kind: 'connection-refused', pattern: /ECONNREFUSED (?<path>\/\S{1,200})/ },
  {
    kind: 'connection-refused',
    pattern: new RegExp(`${ADDRESS}.{0,80}?(?:connection refused|ECONNREFUSED|refused)`, 'i'),
  },
  {
    kind: 'connection-refused',
    pattern:
      /server (?:at|on) "(?<address>[^"]{1,200})"(?: \([^)]{1,80}\))?, port (?<port>\d{1,5}) failed: Connection refused/,
  },
  { kind: 'connection-refused', pattern: new RegExp(`connection refused.{0,100}?${ADDRESS}`, 'i') },
  {
    kind: 'connection-refused',
    pattern: new RegExp(
      String.raw`(?:connecting|connect|connection) to (?:\w{1,20} )?${ADDRESS}.{0,60}(?:refused|failed|error)`,
      'i',
    ),
  },
  { kind: 'connection-refused', pattern: /ECONNREFUSED|connection refused|Connect call failed/i },
  { kind: 'connection-timeout', pattern: new RegExp(`ETIMEDOUT.{0,20}?${ADDRESS}`) },
  {
    kind: 'connection-timeout',
    pattern: new RegExp(
      `(?:dial tcp|connect(?:ion)?(?: to)?) ${ADDRESS}.{0,60}(?:i/o timeout|timed out|timeout)`,
      'i',
    ),
  },
  { kind: 'connection-timeout', pattern: /\bETIMEDOUT\b|EHOSTUNREACH|ENETUNREACH|connection timed out/i },
  { kind: 'name-not-found', pattern: /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?<name>[A-Za-z0-9_.-]{1,253})/ },
  {
    kind: 'name-not-found',
    pattern:
      /lookup (?<name>[A-Za-z0-9_.-]{1,253}).{0,40}no such host|could not translate host name "(?<name2>[^"]{1,253})"|UnknownHostException: (?<name3>[A-Za-z0-9_.-]{1,253})/,
  },
  {
    kind: 'name-not-found',
    pattern: /Name or service not known|Temporary failure in name resolution|ENOTFOUND/,
  },
  // Files and limits.
  {
    kind: 'no-space',
    pattern: new RegExp(String.raw`(?:ENOSPC|No space left on device).{0,120}?(?:'|"|\s)${PATH}`),
  },
  { kind: 'no-space', pattern: /ENOSPC|No space left on device|Disk quota exceeded|EDQUOT/i },
  {
    kind: 'read-only-file-system',
    pattern: new RegExp(String.raw`(?:EROFS|[Rr]ead-only file system).{0,120}?(?:'|"|\s)${PATH}`),
  },
  { kind: 'read-only-file-system', pattern: /EROFS|read-only file system/i },
  { kind: 'too-many-files', pattern: /\bEMFILE\b|\bENFILE\b|Too many open files/i },
  {
    kind: 'cannot-fork',
    pattern:
      /(?:fork|clone|spawn|pthread_create|uv_thread_create|unable to create (?:new )?(?:native )?thread|can't start new thread).{0,80}(?:EAGAIN|Resource temporarily unavailable)|spawn .{1,200} EAGAIN|unable to create (?:new )?native thread|can't start new thread|EAGAIN.{0,40}(?:fork|spawn)|Cannot fork/i,
  },
  {
    kind: 'permission-denied',
    pattern: new RegExp(String.raw`(?:EACCES|EPERM|[Pp]ermission denied).{0,120}?(?:'|"|\s)${PATH}`),
  },
  { kind: 'permission-denied', pattern: new RegExp(`${PATH}.{0,20}?:? [Pp]ermission denied`) },
  {
    kind: 'no-such-file',
    pattern: new RegExp(String.raw`(?:ENOENT|No such file or directory).{0,120}?(?:'|"|\s)${PATH}`),
  },
  {
    kind: 'no-such-file',
    pattern: new RegExp(`${PATH}'?"?.{0,10}?:? ?(?:No such file or directory|does not exist)`),
  },
  // Memory, clocks, tokens.
  {
    kind: 'heap-out-of-memory',
    pattern:
      /JavaScript heap out of memory|java\.lang\.OutOfMemoryError|MemoryError$|out of memory: (?:cannot allocate|allocat)/i,
  },
  {
    kind: 'tls-clock',
    pattern:
      /certificate is not yet valid|CERT_NOT_YET_VALID|jwt not active|token used before issued|"nbf"|NotBeforeError/i,
  },
  {
    kind: 'jwt-error',
    pattern:
      /JsonWebTokenError|invalid signature|jwt (?:malformed|expired|must be provided)|TokenExpiredError|checkJwt error|token is not (?:valid|correctly formed)/i,
  },
  {
    kind: 'redis-error',
    pattern:
      /\[?ioredis\]? ?Unhandled error|redis\.exceptions\.ConnectionError|Redis connection .{0,60}(?:failed|lost|gone|closed)|RedisConnectionFailure|LOADING Redis/i,
  },
  {
    kind: 'uncaught-exception',
    pattern:
      /uncaughtException|UnhandledPromiseRejection|Unhandled rejection|^Traceback \(most recent call last\)|Exception in thread|^panic: |^fatal error: /i,
  },
  { kind: 'killed', pattern: /^Killed$|signal: killed|SIGKILL/ },
  {
    kind: 'listening',
    pattern: new RegExp(
      String.raw`(?:listening|started|running|serving|ready)\b.{0,60}?(?:\bport:? ?(?<port2>\d{2,5})\b|https?://(?:[^\s:/]{1,100}):(?<port3>\d{2,5})|${ADDRESS}|unix:(?<path>/\S{1,200}))`,
      'i',
    ),
  },
];
