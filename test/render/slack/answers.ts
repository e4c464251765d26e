import type { Answer, Overview } from '../../../src/domain/answer.js';
import type { TimelineEvent } from '../../../src/domain/timeline.js';
import { diagnoses } from '../diagnoses.js';
import { ACKNOWLEDGED, finished, INCIDENT, RUN } from './views.js';

const ADA = { kind: 'person', id: 'U024BE7LH' } as const;
const GOODGATE = { kind: 'goodgate' } as const;

function events(): readonly TimelineEvent[] {
  const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 21, 6, second)).toISOString();
  return [
    { at: at(1), actor: { kind: 'alert', source: 'alertmanager' }, kind: 'incident-opened', details: {} },
    { at: at(2), actor: ADA, kind: 'run-requested', details: { run: 'run-142' } },
    { at: at(3), actor: GOODGATE, kind: 'run-started', details: { run: 'run-142', worker: 'w1' } },
    {
      at: at(6),
      actor: GOODGATE,
      kind: 'run-finished',
      details: { run: 'run-142', verdict: 'root-cause', cause: 'redis-down' },
    },
    {
      at: at(8),
      actor: GOODGATE,
      kind: 'run-interrupted',
      details: { run: 'run-143', reason: 'time-limit', says: 'the run took longer than 120 s' },
    },
    { at: at(9), actor: ADA, kind: 'incident-acknowledged', details: {} },
    {
      at: at(20),
      actor: ADA,
      kind: 'note',
      details: { text: 'Redis was stopped for the upgrade <3 *really*' },
    },
  ];
}

export function overview(lang: 'en' | 'zh'): Overview {
  const judged = diagnoses(lang);
  const broken = finished(judged['proven-cause']);
  const healthy = { ...finished(judged['healthy-with-recent-failures']), id: 'run-141', target: 'wiki' };
  const running = {
    ...RUN,
    id: 'run-143',
    target: 'shop',
    state: 'running',
    attempts: 1,
    startedAt: RUN.createdAt,
  } as const;
  return {
    incidents: [ACKNOWLEDGED, { ...INCIDENT, id: 'inc-18', target: 'shop' }],
    running: [running],
    waiting: [{ ...RUN, id: 'run-144', target: 'pay' }],
    targets: [
      {
        name: 'docs-server',
        url: 'https://docs.example.com/healthcheck',
        hosts: ['web-1', 'docs-1'],
        last: broken,
      },
      { name: 'wiki', url: 'https://wiki.example.com/', hosts: ['web-1'], last: healthy },
      { name: 'shop', url: 'https://shop.example.com/', hosts: ['shop-1'] },
    ],
    workersSilentMs: 1200,
  };
}

/** One answer of each kind. */
export function answers(lang: 'en' | 'zh'): Record<string, Answer> {
  const t = (en: string, zh: string) => (lang === 'en' ? en : zh);
  const all = overview(lang);
  const run = finished(diagnoses(lang)['proven-cause']);
  const near = [
    { label: 'check docs-server', command: 'check docs-server' },
    { label: 'check docs-staging', command: 'check docs-staging' },
  ];
  return {
    'run-created': { kind: 'run-created', run: RUN },
    'run-joined': {
      kind: 'run-joined',
      run: RUN,
      link: 'https://acme.slack.com/archives/C024BE91L/p1700000000000100',
    },
    overview: { kind: 'overview', overview: all },
    'overview-calm': {
      kind: 'overview',
      overview: { incidents: [], running: [], waiting: [], targets: all.targets, workersSilentMs: 300_000 },
    },
    targets: { kind: 'targets', targets: all.targets },
    'targets-none': { kind: 'targets', targets: [] },
    runs: { kind: 'runs', runs: [run, ...all.running, ...all.waiting] },
    history: { kind: 'runs', runs: [run], target: 'docs-server' },
    'history-empty': { kind: 'runs', runs: [], target: 'docs-server' },
    cancelling: { kind: 'cancelling', run: RUN },
    'run-over': { kind: 'run-over', run },
    timeline: { kind: 'timeline', incident: ACKNOWLEDGED, events: events(), omitted: 12 },
    acknowledged: { kind: 'incident-changed', what: 'acknowledged', incident: ACKNOWLEDGED, changed: true },
    'acknowledged-before': {
      kind: 'incident-changed',
      what: 'acknowledged',
      incident: ACKNOWLEDGED,
      changed: false,
    },
    noted: { kind: 'incident-changed', what: 'noted', incident: INCIDENT, changed: true },
    'which-incident': { kind: 'which-incident', incidents: all.incidents, command: 'note it is the cache' },
    'no-incident': { kind: 'no-incident' },
    lesson: {
      kind: 'lesson',
      lesson: {
        id: 'redis-down',
        title: t('Redis, which the backend needs, is down or refuses', '后端所需的 Redis 未运行或拒绝连接'),
        what: t(
          'The backend needs Redis to start, and ends where it does not answer. nginx then finds nobody at its port and answers 502.',
          '后端启动时需要 Redis，若其没有应答则退出。此时 nginx 在其端口找不到监听者，返回 502。',
        ),
        confirm: [
          { run: 'redis-cli -h HOST -p PORT ping', see: t('Anything but PONG.', '返回值不是 PONG。') },
        ],
        mend: [
          { do: t('Start Redis.', '启动 Redis。'), run: 'systemctl start redis-server' },
          { do: t('Look why it ended.', '查看其退出的原因。'), run: 'journalctl -u redis-server -n 50' },
        ],
        prevent: [t('Let systemd restart it.', '让 systemd 自动重启它。')],
      },
    },
    help: { kind: 'help' },
    'not-understood': { kind: 'not-understood', word: 'docs-servr', expected: 'target', near, known: [] },
    'not-understood-far': {
      kind: 'not-understood',
      word: '<!channel> *x*',
      expected: 'target',
      near: [],
      known: ['docs-server', 'wiki', 'shop'],
    },
    usage: { kind: 'usage', command: 'run', usage: 'PLAYBOOK TARGET' },
    'usage-extra': { kind: 'usage', command: 'cancel', usage: 'RUN', extra: 'now' },
    unavailable: { kind: 'unavailable' },
    failed: { kind: 'failed', reference: '7f3a91' },
  };
}
