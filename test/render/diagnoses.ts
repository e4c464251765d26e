import type { Diagnosis } from '../../src/domain/diagnosis.js';

const AT = '2026-11-20T21:06:07.537Z';
const hostile = 'GET /x\u001b[2J\u001b[1;1H\u202e HTTP/1.1\r\n';

const base = {
  schema: 1,
  target: 'docs-server',
  url: 'https://docs.example.com/healthcheck',
  playbook: 'onlyoffice',
  startedAt: '2026-11-20T21:06:06.100Z',
  durationMs: 2312,
  recent: [],
  ruledOut: [],
  notChecked: [],
  causes: [],
  path: [],
} as const;

type Kind = 'proven-cause' | 'double-fault' | 'healthy-with-recent-failures' | 'inconclusive' | 'unreachable';

/** One diagnosis of each kind, as judging would make them, in both languages. */
export function diagnoses(lang: 'en' | 'zh'): Record<Kind, Diagnosis> {
  const t = (en: string, zh: string) => (lang === 'en' ? en : zh);
  const cite = (probe: string, host: string, argv: string[], excerpt: string, at = AT) => ({
    probe,
    host,
    argv,
    at,
    excerpt,
  });
  const hosts = [
    { host: 'web-1', connections: 1, channels: 2, probes: 24, user: 'ops', root: false },
    { host: 'docs-1', connections: 1, channels: 2, probes: 41, user: 'root', root: true },
  ];
  const path = (backend: 'ok' | 'broken') => [
    {
      hop: t('client', '客户端'),
      address: '203.0.113.9',
      state: backend,
      says:
        backend === 'ok'
          ? t('gets HTTP 200 with the body true in 12 ms', '12 毫秒内得到 HTTP 200，正文为 true')
          : t('gets HTTP 502, made by nginx, in 8 ms', '8 毫秒内得到由 nginx 生成的 HTTP 502'),
    },
    {
      hop: 'nginx',
      address: 'web-1:443',
      state: 'ok' as const,
      says: t(
        'server docs.example.com, location / of /etc/nginx/conf.d/ds.conf:31, passes to the group docservice',
        'server docs.example.com，location /（/etc/nginx/conf.d/ds.conf:31），转发到上游组 docservice',
      ),
    },
    {
      hop: 'docservice',
      address: '10.0.4.11:8000',
      state: backend,
      says:
        backend === 'ok'
          ? t('listens, pid 812, answers', '正在监听，pid 812，应答正常')
          : t('nothing listens there', '无人监听'),
    },
    {
      hop: 'redis',
      address: '127.0.0.1:6379',
      state: backend,
      says: backend === 'ok' ? 'PONG' : t('refuses connections', '拒绝连接'),
      depth: 1,
    },
    {
      hop: 'rabbitmq',
      address: '127.0.0.1:5672',
      state: 'ok' as const,
      says: t('accepts connections', '接受连接'),
      depth: 1,
    },
    {
      hop: 'postgresql',
      address: '127.0.0.1:5432',
      state: 'unknown' as const,
      says: t('could not be asked', '未能询问'),
      depth: 1,
    },
  ];
  const redis = {
    id: 'redis-down',
    certainty: 'proven' as const,
    host: 'docs-1',
    title: t('Redis is not running', 'Redis 未运行'),
    chain: [
      {
        says: t('Redis is not running', 'Redis 未运行'),
        cause: 'redis-down',
        evidence: [
          cite(
            'systemd.unit:redis-server',
            'docs-1',
            ['systemctl', 'show', '--property=ActiveState,Result', 'redis-server.service'],
            'ActiveState=inactive\nResult=success\n',
          ),
          cite(
            'redis.ping',
            'docs-1',
            [
              'sh',
              '-c',
              'exec 3<>/dev/tcp/"$1"/"$2" &&\nprintf "PING\\r\\n" >&3',
              'goodgate',
              '127.0.0.1',
              '6379',
              '',
            ],
            'connect: Connection refused',
          ),
        ],
      },
      {
        says: t(
          'docservice ends again and again: 7 starts within 90 s',
          'docservice 反复退出：90 秒内启动 7 次',
        ),
        cause: 'backend-crash-loop',
        evidence: [
          cite(
            'backend.log',
            'docs-1',
            ['tail', '-n', '200', '/var/log/onlyoffice/documentserver/docservice/err.log'],
            '[2026-11-20T21:06:01.118] [ERROR] [localhost] [docId] [userId] nodeJS - Error: connect ECONNREFUSED 127.0.0.1:6379\n'.repeat(
              9,
            ),
          ),
        ],
      },
      {
        says: t(
          'nginx cannot connect to 10.0.4.11:8000 and answers 502',
          'nginx 无法连接 10.0.4.11:8000，返回 502',
        ),
        evidence: [
          cite(
            'nginx.errorLog',
            'web-1',
            ['tail', '-c', '65536', '/var/log/nginx/error.log'],
            `2026/11/20 21:06:06 [error] 71#71: *9 connect() failed (111: Connection refused) while connecting to upstream, client: 203.0.113.9, server: docs.example.com, request: "${hostile}", upstream: "http://10.0.4.11:8000/healthcheck"`,
          ),
        ],
      },
    ],
    recoveries: [
      {
        id: 'restart-redis',
        risk: 'disruptive' as const,
        title: t('Start Redis', '启动 Redis'),
        host: 'docs-1',
        argv: [
          ['systemctl', 'restart', 'redis-server'],
          ['systemctl', 'is-active', 'redis-server'],
        ],
      },
    ],
  };
  const stale = {
    id: 'proxy-config-invalid',
    certainty: 'likely' as const,
    host: 'web-1',
    title: t("nginx's configuration on disk does not pass its own test", 'nginx 配置语法错误'),
    chain: [
      {
        says: t('nginx -t fails: the next reload will be refused', 'nginx -t 失败：下次重载将被拒绝'),
        cause: 'proxy-config-invalid',
        evidence: [
          cite(
            'nginx.test',
            'web-1',
            ['nginx', '-t'],
            'nginx: [emerg] unknown directive "proxy_pas" in /etc/nginx/conf.d/ds.conf:31',
            '2026-11-19T23:59:58Z',
          ),
        ],
      },
    ],
    recoveries: [
      {
        id: 'edit',
        risk: 'manual' as const,
        title: t('Correct the line and test again', '修正该行并重新测试'),
        argv: [
          ['sudoedit', "/etc/nginx/conf.d/it's here.conf"],
          ['nginx', '-t'],
        ],
      },
    ],
  };
  const ruledOut = [
    {
      id: 'proxy-not-running',
      because: t('nginx answers on web-1:443 (pid 71)', 'nginx 在 web-1:443 应答（pid 71）'),
    },
    {
      id: 'upstream-port-mismatch',
      because: t(
        'nothing of docservice listens on another port, so the port that nginx was told is not what is wrong here',
        'docservice 未在其他端口监听，因此 nginx 中配置的端口并非问题所在，也不是原因',
      ),
    },
    { id: 'disk-full', because: t('/ has 61 % free, /var/log 40 %', '/ 剩余 61%，/var/log 剩余 40%') },
  ];
  const denied = [
    {
      probe: 'nginx.dump',
      host: 'web-1',
      reason: 'permission-denied' as const,
      says: t('nginx -T may not read /etc/nginx/private.conf', 'nginx -T 无法读取 /etc/nginx/private.conf'),
      remedy: t(
        'set sudo: true for web-1, and let ops run "sudo -n nginx -T"',
        '为 web-1 设置 sudo: true，并允许 ops 执行 "sudo -n nginx -T"',
      ),
    },
    {
      probe: 'nginx.errorLog',
      host: 'web-1',
      reason: 'permission-denied' as const,
      says: t('/var/log/nginx/error.log may not be read', '无法读取 /var/log/nginx/error.log'),
      remedy: t(
        'set sudo: true for web-1, and let ops run "sudo -n nginx -T"',
        '为 web-1 设置 sudo: true，并允许 ops 执行 "sudo -n nginx -T"',
      ),
    },
    { probe: 'docker.containers', host: 'docs-1', reason: 'command-not-found' as const },
  ];
  return {
    'proven-cause': {
      ...base,
      verdict: 'root-cause',
      httpStatus: 502,
      symptom: t(
        'A client outside gets 502 Bad Gateway, and nginx on web-1 made it.',
        '外部客户端得到 502 Bad Gateway，由 web-1 上的 nginx 返回。',
      ),
      causes: [redis],
      ruledOut,
      notChecked: denied.slice(2),
      path: path('broken'),
      hosts,
    },
    'double-fault': {
      ...base,
      verdict: 'root-cause',
      httpStatus: 502,
      symptom: t('A client outside gets 502 Bad Gateway.', '外部客户端得到 502 Bad Gateway。'),
      causes: [redis, stale],
      path: path('broken'),
      ruledOut,
      hosts,
    },
    'healthy-with-recent-failures': {
      ...base,
      verdict: 'healthy',
      httpStatus: 200,
      symptom: t(
        'A client outside gets HTTP 200 with the body true.',
        '外部客户端得到 HTTP 200，正文为 true。',
      ),
      path: path('ok'),
      recent: [
        {
          says: t(
            '32 times 502 between 20:01:12Z and 20:04:55Z, while docservice was being restarted',
            '20:01:12Z 至 20:04:55Z 之间出现 32 次 502，当时 docservice 正在重启',
          ),
          evidence: [
            cite(
              'nginx.errorLog',
              'web-1',
              ['tail', '-c', '65536', '/var/log/nginx/error.log'],
              '2026/11/20 20:01:12 [error] 71#71: *2 connect() failed (111: Connection refused) while connecting to upstream',
              '2026-11-20T20:01:12Z',
            ),
          ],
        },
      ],
      hosts,
    },
    inconclusive: {
      ...base,
      verdict: 'inconclusive',
      httpStatus: 504,
      symptom: t(
        'A client outside waits 60 s and gets 504 Gateway Time-out.',
        '外部客户端等待 60 秒后得到 504 Gateway Time-out。',
      ),
      causes: [
        {
          ...stale,
          id: 'proxy-timeout-too-short',
          certainty: 'possible',
          title: t('nginx gives up before the backend has finished', 'nginx 超时时间短于后端响应时间'),
          chain: [],
          recoveries: [],
        },
      ],
      ruledOut,
      notChecked: denied,
      path: path('ok').slice(0, 2),
      hosts,
    },
    unreachable: {
      ...base,
      playbook: '',
      verdict: 'unreachable',
      httpStatus: null,
      symptom: t(
        'No host of docs-server could be looked at, and from outside nothing answers at docs.example.com:443.',
        'docs-server 的主机均无法查看，从外部访问 docs.example.com:443 也没有应答。',
      ),
      notChecked: [
        {
          probe: '',
          host: 'web-1',
          reason: 'host-key-changed',
          says: t(
            'web-1.example.com:22 shows another host key than the pinned one: expected SHA256:AAA, got SHA256:BBB.',
            'web-1.example.com:22 的主机密钥与固定值不同：应为 SHA256:AAA，实为 SHA256:BBB。',
          ),
          remedy: t(
            'Find out why before you go on. If the machine was set up anew, replace hostKey of web-1.',
            '请先查明原因。如果机器已重装，请替换 web-1 的 hostKey。',
          ),
        },
        {
          probe: '',
          host: 'docs-1',
          reason: 'refused',
          says: t('10.0.4.11:2222 refuses connections.', '10.0.4.11:2222 拒绝连接。'),
          remedy: t(
            'Is sshd running there, and is 2222 its port?',
            '该处 sshd 是否在运行，端口是否为 2222？',
          ),
        },
      ],
      hosts: hosts.map((host) => ({ host: host.host, connections: 0, channels: 0, probes: 0 })),
    },
  };
}
