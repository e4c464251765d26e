import type { Citation } from '../domain/diagnosis.js';
import { enteredBy } from '../domain/within-container.js';
import { shellWords, shortCommand } from './shell-words.js';

/**
 * The look that brought a line, as a person can repeat it. What really ran (`argv`) is mostly a snippet that tries one
 * program after another and frames what they print; here stands the plain command that shows the same line.
 */
export function commandShown(citation: Pick<Citation, 'probe' | 'argv' | 'within'>, ellipsis = '…'): string {
  const { argv, probe, within } = citation;
  const entered = enteredBy(argv);
  if (entered) {
    const inner = commandShown(
      { probe, argv: entered.argv, ...(within === undefined ? {} : { within }) },
      ellipsis,
    );
    return `${shellWords(['docker', 'exec', entered.container])} ${inner}`;
  }
  const values = valuesOf(argv);
  // What a snippet ran is translated; what ran as it stands is shown so.
  if (values === undefined && probe !== 'systemd.journal') return shellWords(argv);
  return PLAIN[probe]?.(values ?? argv, within) ?? shortCommand(argv, ellipsis);
}

type Show = (values: readonly string[], within: string | undefined) => string | undefined;

/** The values of a snippet (`sh -c TEXT goodgate VALUE…`) or of the check's own request (`goodgate GET URL`). */
function valuesOf(argv: readonly string[]): readonly string[] | undefined {
  if (argv[0] === 'goodgate') return argv;
  return argv[0] === 'sh' && argv[1] === '-c' ? argv.slice(4) : undefined;
}

const tail: Show = ([path]) => (path === undefined ? undefined : shellWords(['tail', path]));
const always =
  (...words: readonly string[]): Show =>
  () =>
    shellWords(words);

/** One line for each kind of probe. */
const PLAIN: Readonly<Record<string, Show>> = {
  'backend.config': (_values, within) => fileCommand(within),
  'backend.log': tail,
  'dns.config': (_values, within) => named(within) ?? 'cat /etc/resolv.conf',
  'dns.query': ([name = '', server, port = '53']) =>
    shellWords(['dig', ...(port === '53' ? [] : ['-p', port]), ...(server ? [`@${server}`] : []), name]),
  'docker.containers': (_values, within) =>
    shellWords(
      within === undefined || within.startsWith('docker ') ? ['docker', 'ps'] : ['docker', 'inspect', within],
    ),
  'docker.listeners': (_values, within) => named(within),
  'docker.logs': ([container = '']) => shellWords(['docker', 'logs', container]),
  'file.stat': ([path], within) => shellWords(['stat', within ?? path ?? '']),
  'host.cpu': (_values, within) => named(within) ?? 'top -b -n 1',
  'host.disk': (_values, within) => shellWords(['df', /^df -\w*i/u.test(within ?? '') ? '-i' : '-h']),
  'host.memory': (_values, within) => named(within) ?? 'free -m',
  'http.request': (values) => curl(values),
  'kernel.log': always('dmesg'),
  'mac.status': (_values, within) => named(within),
  'mysql.greeting': reach('nc', '-v'),
  'net.addresses': always('ip', 'addr'),
  'net.filter': (_values, within) => named(within) ?? 'nft list ruleset',
  'net.listeners': (_values, within) => (within?.includes('netstat') ? 'netstat -ltnp' : 'ss -ltnp'),
  'net.route': ([address = '']) => shellWords(['ip', 'route', 'get', address]),
  'nginx.accessLog': tail,
  'haproxy.status': (_values, within) => haproxyCommand(within),
  'nginx.dump': (_values, within) => named(within) ?? 'nginx -T',
  'nginx.errorLog': ([path = '', lines, kind]) =>
    kind === 'logs' ? shellWords(['docker', 'logs', path]) : tail([path, lines ?? ''], undefined),
  'nginx.processes': always('ps', '-o', 'pid,user,lstart,args', '-C', 'nginx'),
  'postgres.activity': always('psql', '-c', 'select count(*) from pg_stat_activity'),
  'postgres.ready': ([host = '', port = '', socket]) =>
    socket ? shellWords(['pg_isready', '-h', folderOf(socket)]) : `pg_isready ${hostPort(host, port)}`,
  'process.cgroups': (_values, within) => named(within) ?? 'cat /proc/PID/cgroup',
  'process.detail': ([pid = ''], within) =>
    within === 'fd count' ? `ls /proc/${pid}/fd | wc -l` : (named(within) ?? `cat /proc/${pid}/status`),
  'process.list': always('ps', '-ef'),
  'rabbitmq.alarms': (_values, within) => named(within) ?? 'rabbitmqctl status',
  'rabbitmq.greeting': reach('nc', '-v'),
  'redis.ping': ([host = '', port = '', socket]) =>
    socket ? shellWords(['redis-cli', '-s', socket, 'ping']) : `redis-cli ${hostPort(host, port)} ping`,
  'supervisor.config': (_values, within) => named(within) ?? 'supervisorctl avail',
  'supervisor.starts': tail,
  'supervisor.status': (_values, within) => named(within) ?? 'supervisorctl status',
  'systemd.journal': (argv) =>
    shellWords(['journalctl', '-u', argv.find((word) => word.startsWith('--unit='))?.slice(7) ?? '']),
  'systemd.units': (_values, within) =>
    shellWords(
      within === undefined || !within.includes('.')
        ? ['systemctl', '--failed']
        : ['systemctl', 'show', within],
    ),
  'tcp.connect': reach('nc', '-vz'),
  'tls.handshake': ([place = '', name]) =>
    `openssl s_client -connect ${shellWords([place])}${name ? ` -servername ${shellWords([name])}` : ''} </dev/null`,
};

function reach(...program: readonly string[]): Show {
  return ([host = '', port = '', socket]) =>
    shellWords(socket ? [...program, '-U', socket] : [...program, host, port]);
}

function hostPort(host: string, port: string): string {
  return `-h ${shellWords([host])} -p ${shellWords([port])}`;
}

function folderOf(socket: string): string {
  return socket.slice(0, Math.max(socket.lastIndexOf('/'), 1));
}

/**
 * The command that a frame is named by, `cat /etc/hosts`: its words, joined by spaces. They may hold a path that a host
 * named; it is shown only where a shell would read nothing else into it.
 */
function named(within: string | undefined): string | undefined {
  if (within === undefined || !PROGRAM.test(within) || !/^[\w@%+=:,./ ^-]+$/u.test(within)) return undefined;
  const words = within.split(' ').filter((word) => word !== '' && word !== '--');
  const [first, second] = words;
  // A time limit of ours.
  return (first === 'timeout' && /^\d+$/u.test(second ?? '') ? words.slice(2) : words).join(' ');
}

/** Frames that are named by no command (`fd count`, `instance 0`) begin with none of these. */
const PROGRAM =
  /^(?:\S*\/)?(?:cat|tail|ls|grep|readlink|ps|top|df|ss|netstat|ip|nft|ip6?tables-save|dmesg|timeout|supervisorctl|nginx|nsenter|openresty|tengine|getenforce|ausearch|rabbitmqctl|rabbitmq-diagnostics|docker|podman|lsof|busybox) /u;

/** `file PATH`, `stat PATH`, `reads PATH`, `environ`. */
function fileCommand(within: string | undefined): string | undefined {
  const [, word, path = ''] = /^(\w+) (\/.*)$/su.exec(within ?? '') ?? [];
  return word === undefined ? undefined : shellWords([word === 'stat' ? 'stat' : 'cat', path]);
}

/** The values of a request: ten for a bare socket, then curl's own arguments, of which few matter to a reader. */
function curl(values: readonly string[]): string | undefined {
  if (values[0] === 'goodgate') return shellWords(['curl', '-sv', values.at(-1) ?? '']);
  const words = values.slice(values.indexOf('-q'));
  const url = words.at(-1);
  if (!values.includes('-q') || url === undefined) return undefined;
  const shown: string[] = ['curl', '-sv'];
  words.forEach((word, index) => {
    const value = words[index + 1] ?? '';
    if ((word === '-k' && url.startsWith('https:')) || word === '-I') shown.push(word);
    if (word === '-X' && value !== 'GET') shown.push(word, value);
    if (['--unix-socket', '--resolve', '--connect-to'].includes(word)) shown.push(word, value);
    if (word === '-H' && matters(value, url)) shown.push(word, value);
  });
  const body = words.includes('--data-binary');
  const size = values[7] ?? '0';
  const request = shellWords([...shown, ...(body ? ['--data-binary', '@-'] : []), url]);
  return body ? `head -c ${shellWords([size])} /dev/zero | ${request}` : request;
}

/** Host where it is not the URL's own, and what asks for a WebSocket. */
function matters(header: string, url: string): boolean {
  if (header.startsWith('Host: ')) return header.slice(6) !== url.split('/')[2];
  return /^(?:Upgrade:|Connection: Upgrade|Sec-WebSocket-)/u.test(header);
}

/** `show stat typed /run/haproxy/admin.sock` is what its statistics are called. */
function haproxyCommand(within: string | undefined): string | undefined {
  const socket = /^show stat typed (.+)$/.exec(within ?? '')?.[1];
  return socket === undefined
    ? named(within)
    : `echo 'show stat typed' | ${shellWords(['socat', '-', socket])}`;
}
