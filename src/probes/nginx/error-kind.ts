/** What an error.log message is about. The texts are those of nginx's sources, 1.18 to 1.29. */
export type NginxErrorKind =
  | 'connect-failed'
  | 'upstream-timed-out'
  | 'no-live-upstreams'
  | 'prematurely-closed'
  | 'recv-failed'
  | 'send-failed'
  | 'invalid-header'
  | 'too-big-header'
  | 'ssl-handshake-failed'
  | 'ssl-verify-error'
  | 'could-not-be-resolved'
  | 'host-not-found'
  | 'worker-connections'
  | 'too-many-open-files'
  | 'body-too-large'
  | 'limiting-requests'
  | 'limiting-connections'
  | 'conflicting-server-name'
  | 'access-forbidden'
  | 'no-space'
  | 'open-failed'
  | 'bind-failed'
  | 'emerg-config'
  | 'upstream-server-temporarily-disabled'
  | 'worker-exited'
  | 'other';

export interface NginxErrorReading {
  readonly kind: NginxErrorKind;
  /** The system's error number, from `(111: Connection refused)`. */
  readonly errno?: number;
  /** What nginx was doing: `connecting to upstream`, `reading response header from upstream`, … */
  readonly phase?: string;
  /** connect, send or read, of a time-out. */
  readonly stage?: 'connect' | 'send' | 'read';
  /** limit_req's or limit_conn's zone. */
  readonly zone?: string;
  /** OpenSSL's words of a failed handshake. */
  readonly detail?: string;
  /** X509_V_ERR number of a certificate that did not verify. */
  readonly verifyCode?: number;
  /** The host name that did not resolve. */
  readonly name?: string;
  /** The file or socket that could not be opened or bound. */
  readonly path?: string;
}

const PATTERNS: readonly (readonly [NginxErrorKind, RegExp])[] = [
  ['ssl-verify-error', /upstream SSL certificate (?:verify error|does not match)/],
  ['ssl-handshake-failed', /SSL_do_handshake\(\) failed|peer closed connection in SSL handshake/],
  ['no-live-upstreams', /^no live upstreams/],
  ['upstream-timed-out', /^upstream timed out/],
  ['prematurely-closed', /^upstream prematurely closed/],
  ['too-big-header', /^upstream sent too big header/],
  [
    'invalid-header',
    /^upstream sent (?:no valid HTTP|invalid (?:header|status|chunked|"Content|"Trans)|unsupported FastCGI|unexpected|duplicate header|more data than|"Content-Length" and)|^upstream sent .{0,60}HTTP\/0\.9/,
  ],
  [
    'could-not-be-resolved',
    /could not be resolved|^no resolver defined|resolver.{0,40}timed out|unexpected.{0,20}DNS response/,
  ],
  ['host-not-found', /host not found in (?:upstream|resolver|"|set)|host not found/],
  ['worker-connections', /worker_connections are not enough|worker_connections (?:exceed|are more than)/],
  ['too-many-open-files', /\((?:23|24): Too many open files/],
  ['no-space', /\(28: No space left on device\)/],
  ['body-too-large', /^client intended to send too large (?:chunked )?body/],
  ['limiting-requests', /^(?:limiting|delaying) requests/],
  ['limiting-connections', /^limiting connections/],
  ['conflicting-server-name', /^conflicting server name/],
  ['access-forbidden', /^access forbidden by rule|directory index of .{0,400} is forbidden|^user "/],
  ['bind-failed', /^bind\(\) to .{1,300} failed|^still could not bind/],
  ['upstream-server-temporarily-disabled', /^upstream server temporarily disabled/],
  ['worker-exited', /^worker process \d+ exited on signal|^worker process \d+ exited with fatal/],
  ['connect-failed', /^(?:connect|kevent)\(\) (?:to .{1,300} )?failed/],
  ['recv-failed', /^(?:recv|readv|SSL_read)\(\) (?:not all data )?failed/],
  ['send-failed', /^(?:send|writev|sendfile|SSL_write|sendmsg)\(\) failed/],
  ['open-failed', /^(?:open|mkdir|rename|pread|pwrite|stat)\(\) ".{0,4096}" failed|could not open error log/],
];

/** Reads the message of one line: what stands between the connection number and `, client:`. */
export function readErrorKind(message: string, level: string): NginxErrorReading {
  const errno = /\((\d{1,4}): [^()]{1,120}\)/.exec(message)?.[1];
  const phase = / while ([a-zA-Z0-9 -]{1,80})/.exec(message)?.[1];
  const found = PATTERNS.find(([, pattern]) => pattern.test(message))?.[0];
  const kind = found ?? (level === 'emerg' ? 'emerg-config' : 'other');
  return {
    kind,
    ...(errno === undefined || kind === 'ssl-handshake-failed' ? {} : { errno: Number(errno) }),
    ...(phase === undefined ? {} : { phase: phase.trim() }),
    ...detailsOf(kind, message),
  };
}

function detailsOf(kind: NginxErrorKind, message: string): Partial<NginxErrorReading> {
  switch (kind) {
    case 'upstream-timed-out':
      if (message.includes('while connecting to upstream')) return { stage: 'connect' };
      return { stage: message.includes('while sending') ? 'send' : 'read' };
    case 'limiting-requests':
    case 'limiting-connections':
      return optional('zone', /by zone "([^"]{1,200})"/.exec(message)?.[1]);
    case 'ssl-handshake-failed':
      return optional('detail', /SSL: (error:[^)]{1,400})/.exec(message)?.[1] ?? message.slice(0, 200));
    case 'ssl-verify-error': {
      const verify = /verify error: \((\d{1,4}):([^)]{1,200})\)/.exec(message);
      if (verify === null) return { detail: message.slice(0, 200) };
      return { verifyCode: Number(verify[1]), detail: verify[2] ?? '' };
    }
    case 'could-not-be-resolved':
      return optional(
        'name',
        /^(?:no resolver defined to resolve )?([A-Za-z0-9_.-]{1,253})(?: could not|$| while)/.exec(
          message,
        )?.[1],
      );
    case 'host-not-found':
      return optional('name', /host not found in [^"]{0,60}"([^"]{1,300})"/.exec(message)?.[1]);
    case 'connect-failed':
      return optional('path', /to unix:([^ ]{1,300}) failed/.exec(message)?.[1]);
    case 'open-failed':
    case 'no-space':
    case 'too-many-open-files':
      return optional('path', /"([^"]{1,4096})"/.exec(message)?.[1]);
    case 'bind-failed':
      return optional('path', /bind\(\) to (\S{1,300}) failed/.exec(message)?.[1]);
    default:
      return {};
  }
}

function optional<Key extends 'zone' | 'detail' | 'name' | 'path'>(
  key: Key,
  value: string | undefined,
): Partial<NginxErrorReading> {
  return value === undefined ? {} : { [key]: value };
}
