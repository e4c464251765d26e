import type { Certainty, HopState, NotChecked, RecoveryText, Verdict } from '../domain/diagnosis.js';

/** The words around a diagnosis. Its own sentences come with it, in the language it was judged in. */
export interface Texts {
  readonly verdict: Readonly<Record<Verdict, string>>;
  readonly certainty: Readonly<Record<Certainty, string>>;
  readonly hopState: Readonly<Record<HopState, string>>;
  readonly risk: Readonly<Record<RecoveryText['risk'], string>>;
  readonly reason: Readonly<Record<NotChecked['reason'], string>>;
  readonly httpStatus: (status: number | null) => string;
  readonly onHost: (host: string) => string;
  readonly chain: string;
  readonly alsoBroken: (count: number) => string;
  readonly hints: string;
  readonly path: string;
  readonly nextStep: string;
  readonly noRecovery: string;
  readonly makeVisible: string;
  readonly recordWhileItFails: string;
  readonly recordCommand: (target: string | undefined) => string;
  readonly replayCommand: string;
  readonly andMore: (count: number) => string;
  /** What a probe looks at, in a reader's words; the probe's own name where there are none. */
  readonly look: Readonly<Record<string, string>>;
  readonly unseen: (reason: string, what: readonly string[]) => string;
  readonly ruledOut: (count: number) => string;
  readonly notChecked: (count: number) => string;
  readonly recent: string;
  readonly noProcess: string;
  readonly moreLines: (count: number) => string;
  readonly counts: (hosts: number, probes: number, seconds: string) => string;
  readonly playbook: (name: string) => string;
  readonly explainHint: (id: string) => string;
  readonly doctorHint: (target: string | undefined) => string;
  readonly progress: {
    readonly connecting: string;
    readonly connected: string;
    readonly round: (round: number, total: number | undefined) => string;
    readonly done: (done: number, total: number | undefined) => string;
    readonly outside: string;
    readonly judging: string;
    readonly unreachable: string;
  };
  readonly explain: {
    readonly command: (id: string) => string;
    readonly confirm: string;
    readonly mend: string;
    readonly prevent: string;
    readonly unlike: string;
    readonly leadsTo: string;
    readonly causedBy: string;
    readonly references: string;
    readonly layer: Readonly<Record<Layer, string>>;
  };
  readonly doctor: {
    readonly reached: (user: string, root: boolean) => string;
    readonly sudo: Readonly<Record<'yes' | 'refused' | 'not-asked', string>>;
    readonly tools: string;
    readonly missingTool: (tool: string) => string;
    readonly sudoRemedy: (user: string) => string;
    readonly toolsUnknown: string;
    readonly clock: string;
    readonly clockOff: (seconds: string) => string;
    readonly clockUnknown: string;
    readonly clockRemedy: string;
    readonly nginxDenied: (user: string) => string;
    readonly dockerDenied: (user: string) => string;
    readonly rootRemedy: (host: string) => string;
    readonly way: { readonly local: string; readonly container: (name: string, where: string) => string };
    readonly steps: Readonly<Record<'dns' | 'tcp' | 'host-key' | 'login' | 'shell', string>>;
    readonly outside: string;
    readonly outsideAnswer: (status: number) => string;
    readonly allGood: string;
    readonly problems: (count: number) => string;
  };
}

export type Layer = 'edge' | 'proxy' | 'link' | 'process' | 'resource' | 'dependency' | 'access';

const en: Texts = {
  verdict: {
    'root-cause': 'ROOT CAUSE FOUND',
    healthy: 'HEALTHY',
    inconclusive: 'INCONCLUSIVE',
    unreachable: 'UNREACHABLE',
  },
  certainty: { proven: 'proven', likely: 'likely', possible: 'only a hint' },
  hopState: { ok: 'ok', broken: 'broken', unknown: 'unknown' },
  risk: {
    safe: 'safe, interrupts nobody',
    disruptive: 'requests fail meanwhile',
    manual: 'for a person to do',
  },
  reason: {
    timeout: 'no answer in time',
    unreachable: 'not reachable',
    'command-not-found': 'the program is not there',
    'permission-denied': 'permission denied',
    unparseable: 'the answer could not be read',
    truncated: 'the answer was too long',
    'not-found': 'not there',
    failed: 'failed',
    dns: 'name does not resolve',
    refused: 'connection refused',
    'no-route': 'no route',
    'host-key-unknown': 'host key unknown',
    'host-key-changed': 'HOST KEY CHANGED',
    auth: 'login refused',
    'key-file': 'key file unusable',
    passphrase: 'key needs a passphrase',
    'no-shell': 'no shell',
    container: 'container not there',
    lost: 'connection lost',
  },
  httpStatus: (status) => (status === null ? 'no HTTP answer' : `HTTP ${status}`),
  onHost: (host) => `on ${host}`,
  chain: 'From cause to symptom',
  alsoBroken: (count) => (count === 1 ? 'A second, independent fault' : `${count} more independent faults`),
  hints: 'Hints, not proven',
  path: 'The way of a request',
  nextStep: 'Next step',
  noRecovery: 'There is no ready-made command for this. How to mend it by hand, step by step:',
  makeVisible: 'Make visible what could not be looked at (above), and check again.',
  recordWhileItFails:
    'Check again while it fails, and keep what was seen: the record shows every look in full.',
  recordCommand: (target) => `goodgate check ${target ?? '(with the same options)'} --record check.json`,
  replayCommand: 'goodgate replay check.json --verbose',
  unseen: (reason, what) => `${reason}${what.length === 0 ? '' : `: ${what.join(', ')}`}`,
  andMore: (count) => `and ${count} more (--verbose)`,
  look: {
    connect: '',
    sudo: '',
    'haproxy.status': 'HAProxy’s servers',
    'nginx.dump': 'nginx’s configuration',
    'nginx.test': 'nginx’s own test of its configuration',
    'nginx.errorLog': 'nginx’s error log',
    'nginx.accessLog': 'nginx’s access log',
    'nginx.processes': 'nginx’s processes',
    'backend.config': 'the backend’s configuration',
    'backend.log': 'the backend’s log',
    'http.request': 'a request of the check’s own',
    'docker.containers': 'containers',
    'docker.listeners': 'ports within a container',
    'docker.logs': 'a container’s log',
    'supervisor.config': 'supervisor’s configuration',
    'supervisor.status': 'supervisor’s programs',
    'supervisor.starts': 'supervisor’s log',
    'systemd.units': 'systemd’s units',
    'systemd.journal': 'the journal',
    'net.filter': 'packet filter',
    'net.listeners': 'listening ports',
    'net.addresses': 'network addresses',
    'net.counters': 'network counters',
    'net.route': 'routes',
    'process.list': 'processes',
    'process.detail': 'a process’s limits and state',
    'process.cgroups': 'control groups',
    'host.disk': 'disks',
    'host.cpu': 'processors',
    'host.memory': 'memory',
    'host.clock': 'clock',
    'host.mounts': 'mounts',
    'host.identity': 'the host itself',
    'kernel.log': 'kernel log',
    'mac.status': 'SELinux and AppArmor',
    'file.stat': 'permissions of files',
    'dns.config': 'resolver settings',
    'dns.lookup': 'name resolution',
    'dns.query': 'a name server',
    'tls.handshake': 'TLS handshake',
    'redis.ping': 'Redis',
    'rabbitmq.greeting': 'RabbitMQ',
    'rabbitmq.alarms': 'RabbitMQ’s alarms',
    'postgres.ready': 'PostgreSQL',
    'postgres.activity': 'PostgreSQL’s connections',
    'mysql.greeting': 'MySQL',
    'tcp.connect': 'a connection',
  },
  ruledOut: (count) => `Ruled out (${count})`,
  notChecked: (count) => `Could not be looked at (${count})`,
  recent: 'Recent failures, over by now',
  noProcess: '(no nginx that takes this URL)',
  moreLines: (count) => `${count} more ${count === 1 ? 'line' : 'lines'}`,
  counts: (hosts, probes, seconds) =>
    `${hosts} ${hosts === 1 ? 'host' : 'hosts'}, ${probes} probes, ${seconds} s`,
  playbook: (name) => `playbook ${name}`,
  explainHint: (id) => `More about this cause: goodgate explain ${id}`,
  doctorHint: (target) =>
    `More about the way to the hosts: goodgate doctor ${target ?? '(with the same options)'}`,
  progress: {
    connecting: 'connecting',
    connected: 'connected',
    round: (round, total) => {
      const what = total === undefined ? '' : ` at ${total} ${total === 1 ? 'thing' : 'things'}`;
      return round === 1 ? `looking${what}` : `looking closer${what === '' ? '' : `,${what}`}`;
    },
    done: (done, total) => (total === undefined ? `${done}` : `${done}/${total}`),
    outside: 'asking from outside',
    judging: 'judging',
    unreachable: 'not reachable',
  },
  explain: {
    command: (id) => `goodgate explain ${id}`,
    confirm: 'See for yourself',
    mend: 'Mend',
    prevent: 'Prevent',
    unlike: 'Easily taken for',
    leadsTo: 'Leads to',
    causedBy: 'Brought about by',
    references: 'References',
    layer: {
      edge: 'Edge: before the proxy',
      proxy: 'Proxy: nginx and its configuration',
      link: 'Link: the network between proxy and backend',
      process: 'Process: the backend itself',
      resource: 'Resource: memory, disk, processor, descriptors',
      dependency: 'Dependency: what the backend needs',
      access: 'Access: permissions and policies',
    },
  },
  doctor: {
    reached: (user, root) => `logged in as ${user}${root ? ' (root)' : ''}`,
    sudo: {
      yes: 'sudo works without a password',
      refused: 'sudo is refused',
      'not-asked': 'sudo is not asked for; what needs root is not seen',
    },
    tools: 'tools',
    missingTool: (tool) => `${tool} is not there`,
    sudoRemedy: (user) => `let ${user} run "sudo -n" without a password (visudo), or say sudo: false`,
    toolsUnknown: 'which tools are there could not be asked',
    clock: 'clock is right',
    clockOff: (seconds) => `clock is off by ${seconds} s, so the times in its logs mislead`,
    clockUnknown: 'the clock could not be read',
    clockRemedy: 'timedatectl set-ntp true, or start chronyd',
    nginxDenied: (user) =>
      `${user} may not run nginx -t: the configuration files are read instead, as far as they may be`,
    dockerDenied: (user) => `${user} may not use docker`,
    rootRemedy: (host) => `set sudo: true for ${host} (and allow it there), or log in as root`,
    way: { local: 'this machine', container: (name, where) => `container ${name} on ${where}` },
    steps: { dns: 'name', tcp: 'port', 'host-key': 'host key', login: 'login', shell: 'shell' },
    outside: 'from outside',
    outsideAnswer: (status) => `answers HTTP ${status}`,
    allGood: 'Everything is in place.',
    problems: (count) => `${count} ${count === 1 ? 'problem' : 'problems'}.`,
  },
};

const zh: Texts = {
  verdict: {
    'root-cause': '已找到根因',
    healthy: '服务正常',
    inconclusive: '未能定论',
    unreachable: '无法连接',
  },
  certainty: { proven: '已证实', likely: '很可能', possible: '仅为线索' },
  hopState: { ok: '正常', broken: '故障', unknown: '未知' },
  risk: { safe: '安全，不影响请求', disruptive: '期间请求会失败', manual: '需人工操作' },
  reason: {
    timeout: '未及时应答',
    unreachable: '无法到达',
    'command-not-found': '缺少该程序',
    'permission-denied': '权限不足',
    unparseable: '结果无法解析',
    truncated: '结果过长',
    'not-found': '不存在',
    failed: '失败',
    dns: '名称无法解析',
    refused: '连接被拒绝',
    'no-route': '没有路由',
    'host-key-unknown': '主机密钥未知',
    'host-key-changed': '主机密钥已变更！',
    auth: '登录被拒绝',
    'key-file': '密钥文件不可用',
    passphrase: '密钥需要口令',
    'no-shell': '没有 shell',
    container: '容器不存在',
    lost: '连接中断',
  },
  httpStatus: (status) => (status === null ? '无 HTTP 应答' : `HTTP ${status}`),
  onHost: (host) => `在 ${host} 上`,
  chain: '从根因到现象',
  alsoBroken: (count) => (count === 1 ? '另有一个独立故障' : `另有 ${count} 个独立故障`),
  hints: '线索（未证实）',
  path: '请求路径',
  nextStep: '下一步',
  noRecovery: '没有现成的命令。人工修复的逐步做法：',
  makeVisible: '先让上面未能查看的内容可见，然后重新检查。',
  recordWhileItFails: '在故障期间重新检查并保存所见：记录中有每一次查看的完整结果。',
  recordCommand: (target) => `goodgate check ${target ?? '（使用相同的选项）'} --record check.json --lang zh`,
  replayCommand: 'goodgate replay check.json --verbose --lang zh',
  unseen: (reason, what) => `${reason}${what.length === 0 ? '' : `：${what.join('、')}`}`,
  andMore: (count) => `等，另有 ${count} 项（--verbose）`,
  look: {
    connect: '',
    sudo: '',
    'haproxy.status': 'HAProxy 服务器状态',
    'nginx.dump': 'nginx 配置',
    'nginx.test': 'nginx 对配置的自检',
    'nginx.errorLog': 'nginx 错误日志',
    'nginx.accessLog': 'nginx 访问日志',
    'nginx.processes': 'nginx 进程',
    'backend.config': '后端配置',
    'backend.log': '后端日志',
    'http.request': '检查自身的请求',
    'docker.containers': '容器',
    'docker.listeners': '容器内的端口',
    'docker.logs': '容器日志',
    'supervisor.config': 'supervisor 配置',
    'supervisor.status': 'supervisor 程序状态',
    'supervisor.starts': 'supervisor 日志',
    'systemd.units': 'systemd 单元',
    'systemd.journal': 'journal 日志',
    'net.filter': '防火墙规则',
    'net.listeners': '监听端口',
    'net.addresses': '网络地址',
    'net.counters': '网络计数器',
    'net.route': '路由',
    'process.list': '进程列表',
    'process.detail': '进程的限制与状态',
    'process.cgroups': '控制组',
    'host.disk': '磁盘',
    'host.cpu': '处理器',
    'host.memory': '内存',
    'host.clock': '时钟',
    'host.mounts': '挂载点',
    'host.identity': '主机信息',
    'kernel.log': '内核日志',
    'mac.status': 'SELinux 与 AppArmor',
    'file.stat': '文件权限',
    'dns.config': '解析器配置',
    'dns.lookup': '域名解析',
    'dns.query': 'DNS 服务器',
    'tls.handshake': 'TLS 握手',
    'redis.ping': 'Redis',
    'rabbitmq.greeting': 'RabbitMQ',
    'rabbitmq.alarms': 'RabbitMQ 告警',
    'postgres.ready': 'PostgreSQL',
    'postgres.activity': 'PostgreSQL 连接',
    'mysql.greeting': 'MySQL',
    'tcp.connect': '一个连接',
  },
  ruledOut: (count) => `已排除（${count}）`,
  notChecked: (count) => `未能查看（${count}）`,
  recent: '近期故障（已经过去）',
  noProcess: '（没有处理该 URL 的 nginx）',
  moreLines: (count) => `另有 ${count} 行`,
  counts: (hosts, probes, seconds) => `${hosts} 台主机，${probes} 个探针，${seconds} 秒`,
  playbook: (name) => `剧本 ${name}`,
  explainHint: (id) => `了解此根因：goodgate explain ${id} --lang zh`,
  doctorHint: (target) => `检查到主机的连接：goodgate doctor ${target ?? '（使用相同的选项）'} --lang zh`,
  progress: {
    connecting: '正在连接',
    connected: '已连接',
    round: (round, total) =>
      `${round === 1 ? '正在查看' : '进一步查看'}${total === undefined ? '' : ` ${total} 项`}`,
    done: (done, total) => (total === undefined ? `${done}` : `${done}/${total}`),
    outside: '从外部请求',
    judging: '正在判断',
    unreachable: '无法到达',
  },
  explain: {
    command: (id) => `goodgate explain ${id} --lang zh`,
    confirm: '自行确认',
    mend: '修复',
    prevent: '预防',
    unlike: '容易混淆',
    leadsTo: '会导致',
    causedBy: '可能源于',
    references: '参考',
    layer: {
      edge: '边缘：代理之前',
      proxy: '代理：nginx 及其配置',
      link: '链路：代理与后端之间的网络',
      process: '进程：后端本身',
      resource: '资源：内存、磁盘、处理器、描述符',
      dependency: '依赖：后端所需的服务',
      access: '访问：权限与策略',
    },
  },
  doctor: {
    reached: (user, root) => `已登录，用户 ${user}${root ? '（root）' : ''}`,
    sudo: {
      yes: 'sudo 无需密码可用',
      refused: 'sudo 被拒绝',
      'not-asked': '未请求 sudo；需要 root 的内容看不到',
    },
    tools: '工具',
    missingTool: (tool) => `缺少 ${tool}`,
    sudoRemedy: (user) => `允许 ${user} 免密码执行 "sudo -n"（visudo），或设置 sudo: false`,
    toolsUnknown: '无法得知有哪些工具',
    clock: '时钟准确',
    clockOff: (seconds) => `时钟偏差 ${seconds} 秒，其日志中的时间会误导判断`,
    clockUnknown: '无法读取时钟',
    clockRemedy: 'timedatectl set-ntp true，或启动 chronyd',
    nginxDenied: (user) => `${user} 无权运行 nginx -t：将改为直接读取其有权读取的配置文件`,
    dockerDenied: (user) => `${user} 无权使用 docker`,
    rootRemedy: (host) => `为 ${host} 设置 sudo: true（并在该主机上允许），或以 root 登录`,
    way: { local: '本机', container: (name, where) => `${where} 上的容器 ${name}` },
    steps: { dns: '名称', tcp: '端口', 'host-key': '主机密钥', login: '登录', shell: 'shell' },
    outside: '从外部看',
    outsideAnswer: (status) => `应答 HTTP ${status}`,
    allGood: '一切就绪。',
    problems: (count) => `${count} 个问题。`,
  },
};

export const texts: Readonly<Record<'en' | 'zh', Texts>> = { en, zh };
