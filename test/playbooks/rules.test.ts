import { describe, expect, it } from 'vitest';
import { prepareScene } from '../../src/diagnosis/expressions.js';
import { judgeRules } from '../../src/diagnosis/findings.js';
import type { Fact, Scene } from '../../src/diagnosis/scene-types.js';
import { readPlaybooks } from '../../src/playbook/load-playbooks.js';

const { playbooks } = readPlaybooks([new URL('../../playbooks', import.meta.url).pathname]);
const rules = playbooks.get('nginx-upstream')?.rules ?? [];

type Upstream = Fact<'Upstream'>;
type Service = Fact<'Service'>;
type Signal = Fact<'Signal'>;

const answered = (status: number): Fact<'Answer'> => ({
  outcome: 'answered',
  status,
  well: status < 400,
  cite: ['answer'],
});
const refused: Fact<'Answer'> = { outcome: 'refused', well: false, cite: ['refused'] };

function service(more: Partial<Service> = {}): Service {
  return {
    host: 'docs-1',
    manager: 'systemd',
    name: 'app.service',
    state: 'running',
    running: true,
    result: '',
    oomKilled: false,
    signals: [],
    dependencies: [],
    unknownOptions: [],
    unknownOptionsCite: ['option'],
    cite: ['service'],
    ...more,
  };
}

function upstream(more: Partial<Upstream> = {}): Upstream {
  return { address: '127.0.0.1:8000', direct: refused, listening: false, cite: ['pass'], ...more };
}

/** `cause certainty` of what fires, once each. */
function judged(cause: string, more: Partial<Scene>): string[] {
  const scene: Scene = {
    request: answered(502),
    sick: true,
    proxy: { host: 'docs-1', cite: ['proxy'] },
    balanced: [],
    upstreams: [],
    services: [],
    dependencies: [],
    machines: [],
    supervisors: [],
    paths: [],
    kernelEvents: [],
    filesystems: [],
    looks: [],
    variables: {},
    ...more,
  };
  const { fired } = judgeRules(rules, [], prepareScene(scene));
  return [...new Set(fired.filter((one) => one.cause === cause).map((one) => one.certainty))];
}

const signal = (kind: string, more: Partial<Signal> = {}): Signal => ({
  kind,
  text: '',
  secondsAgo: 10,
  cite: ['signal'],
  ...more,
});

describe('memory-oom-killed', () => {
  const container = (more: Partial<Service>) =>
    upstream({
      backend: service({ manager: 'docker', name: 'app', oomKilled: true, stoppedSecondsAgo: 40, ...more }),
    });
  const kill = (secondsAgo: number): Fact<'KernelEvent'> => ({
    kind: 'oom-kill',
    host: 'docs-1',
    service: 'app',
    secondsAgo,
    cite: ['kernel'],
  });
  it('is not read off the mark that docker keeps on a container which runs', () => {
    const running = container({ running: true, state: 'running' });
    expect(judged('memory-oom-killed', { upstreams: [running] })).toEqual([]);
  });
  it('is proven by a container that the kill ended: exit status 137, or the kernel’s line of that moment', () => {
    const ended = container({ running: false, state: 'exited', exitStatus: 137 });
    expect(judged('memory-oom-killed', { upstreams: [ended] })).toEqual(['proven']);
    const shell = container({ running: false, state: 'exited', exitStatus: 1 });
    expect(judged('memory-oom-killed', { upstreams: [shell], kernelEvents: [kill(41)] })).toEqual(['proven']);
    expect(judged('memory-oom-killed', { upstreams: [shell] })).toEqual([]);
  });
  it('does not explain a container that ended long after a child of it was killed', () => {
    const ended = container({ running: false, state: 'exited', exitStatus: 137 });
    expect(judged('memory-oom-killed', { upstreams: [ended], kernelEvents: [kill(90_000)] })).toEqual([]);
  });
});

describe('proxy-not-running', () => {
  const proxy = (signals: Signal[]): Fact<'Proxy'> => ({
    host: 'docs-1',
    installed: true,
    running: false,
    listening: true,
    listener: { program: 'node', pid: 7, cite: ['listener'] },
    service: service({ name: 'nginx.service', running: false, state: 'failed', signals }),
    cite: ['proxy'],
  });
  it('is proven where nginx itself said that the port is taken, and not by a unit that failed once', () => {
    expect(judged('proxy-not-running', { proxy: proxy([signal('address-in-use')]) })).toEqual(['proven']);
    expect(judged('proxy-not-running', { proxy: proxy([]) })).toEqual([]);
  });
});

describe('proxy-body-too-large', () => {
  const error = (ofSite: boolean | undefined): Fact<'ProxyError'> => ({
    kind: 'body-too-large',
    secondsAgo: 10,
    bytes: 5000,
    marked: false,
    message: '',
    ofSite,
    cite: ['log'],
  });
  const proxy = (ofSite: boolean | undefined): Fact<'Proxy'> => ({
    host: 'docs-1',
    errors: [error(ofSite)],
    bodyLimit: { bytes: 1024, cite: ['limit'] },
    cite: ['proxy'],
  });
  it('takes a line of this site alone, though the service answers well', () => {
    const well = { request: answered(200), sick: false };
    expect(judged('proxy-body-too-large', { ...well, proxy: proxy(true) })).toEqual(['proven']);
    expect(judged('proxy-body-too-large', { ...well, proxy: proxy(false) })).toEqual([]);
    expect(judged('proxy-body-too-large', { ...well, proxy: proxy(undefined) })).toEqual([]);
  });
});

describe('jwt-mismatch', () => {
  const at = (...times: [secondsAgo: number, text: string][]) =>
    judged('jwt-mismatch', {
      upstreams: [
        upstream({
          backend: service({
            signals: times.map(([secondsAgo, text]) => signal('jwt-error', { secondsAgo, text })),
          }),
        }),
      ],
    });
  it('is no more than possible by one token, or by one moment', () => {
    expect(at([30, 'invalid signature'])).toEqual(['possible']);
    expect(at([30, 'invalid signature'], [30, 'invalid signature'], [31, 'jwt malformed'])).toEqual([
      'possible',
    ]);
  });
  it('is likely by refusals again and again, unless tokens had expired', () => {
    expect(at([30, 'invalid signature'], [90, 'invalid signature'], [200, 'invalid signature'])).toContain(
      'likely',
    );
    expect(at([30, 'invalid signature'], [90, 'jwt expired'], [200, 'invalid signature'])).toEqual([
      'possible',
    ]);
    expect(at([30, 'jwt expired'])).toEqual([]);
  });
});

describe('supervisor-option-unknown', () => {
  const need = (startedSecondsAgo: number | undefined): Fact<'Dependency'> => ({
    kind: 'redis',
    address: '127.0.0.1:6379',
    startedSecondsAgo,
    cite: ['dependency'],
  });
  const backend = (startedSecondsAgo: number | undefined) =>
    service({
      manager: 'supervisor',
      name: 'app',
      unknownOptions: ['depends_on'],
      startedSecondsAgo: 100,
      dependencies: [need(startedSecondsAgo)],
    });
  it('is proven of the backend, whose file it stands in, whatever the order of the starts was', () => {
    const of = (seconds: number | undefined) =>
      judged('supervisor-option-unknown', { upstreams: [upstream({ backend: backend(seconds) })] });
    expect(of(95)).toEqual(['proven']);
    expect(of(200)).toEqual(['proven']);
    expect(of(undefined)).toEqual(['proven']);
  });
  it('does not concern a program that the target does not need', () => {
    expect(judged('supervisor-option-unknown', { services: [backend(95)] })).toEqual([]);
  });
});

describe('rabbitmq-blocked', () => {
  const alarmed = (direct: Fact<'Answer'>, kind = 'rabbitmq') =>
    judged('rabbitmq-blocked', {
      upstreams: [
        upstream({
          direct,
          listening: true,
          backend: service({
            dependencies: [
              { kind, address: '127.0.0.1:5672', alarms: ['memory'], alarmsCite: ['alarm'], cite: [] },
            ],
          }),
        }),
      ],
    });
  it('is proven of a backend that needs it and is silent or says that it is sick, possible of one that fails otherwise', () => {
    expect(alarmed({ outcome: 'timeout-response', well: false, cite: [] })).toEqual(['proven']);
    expect(alarmed({ outcome: 'answered', status: 200, well: false, cite: [] })).toEqual(['proven']);
    expect(alarmed(answered(404))).toEqual(['possible']);
    expect(alarmed(answered(500), 'redis')).toEqual([]);
  });
});

describe('what rests on a guess', () => {
  const path = (guessed: boolean): Partial<Scene> => ({
    paths: [
      {
        host: 'docs-1',
        path: '/srv/data',
        exists: false,
        signal: signal('no-such-file'),
        service: service({ guessed }),
        guessed,
        cite: ['path'],
      },
    ],
  });
  it('is likely at most, whatever the rule runs over', () => {
    expect(judged('storage-missing', path(false))).toEqual(['proven']);
    expect(judged('storage-missing', path(true))).toEqual(['likely']);
    const stopped = (guessed: boolean) => ({
      upstreams: [
        upstream({
          backend: service({ state: 'stopped', running: false, startedBy: '', keeper: '', guessed }),
        }),
      ],
    });
    expect(judged('backend-stopped', stopped(false))).toEqual(['proven']);
    expect(judged('backend-stopped', stopped(true))).toEqual(['likely']);
  });
  it('leaves alone what is judged without it', () => {
    const socket = upstream({
      kind: 'socket',
      path: '/run/app.sock',
      socket: { exists: true, openable: false, mode: '0600', owner: 'app', cite: ['socket'] },
      direct: { outcome: 'permission-denied', well: false, cite: [] },
      errors: [],
      backend: service({ guessed: true }),
      backendBy: 'only-one',
    });
    expect(judged('upstream-socket-denied', { upstreams: [socket] })).toEqual(['proven']);
  });
});

describe('lb-health-check-wrong', () => {
  const set = (more: Partial<Fact<'BalancedServer'>>) =>
    judged('lb-health-check-wrong', {
      request: answered(503),
      balanced: [
        {
          host: 'docs-1',
          name: 'pool/one',
          address: '127.0.0.1:8000',
          state: 'down',
          checkKind: 'L7STS',
          checkCode: 404,
          checkText: 'Layer7 wrong status',
          checkUri: '/missing',
          checkElsewhere: false,
          answer: answered(200),
          configCite: [],
          cite: ['server'],
          ...more,
        },
      ],
    });
  it('is proven by a check that is refused again, and likely where that is not known', () => {
    expect(set({ checkRefused: true, checkAnswer: answered(404) })).toEqual(['proven']);
    expect(set({})).toEqual(['likely']);
    expect(set({ checkRefused: false, checkAnswer: answered(200) })).toEqual(['possible']);
  });
  it('is not read off a server that comes back, or whose check connects to where the requests go', () => {
    const again = { checkRefused: true, checkAnswer: answered(404) };
    expect(set({ ...again, state: 'rising' })).toEqual([]);
    expect(set({ ...again, checkKind: 'L7OK' })).toEqual([]);
    expect(set({ ...again, checkKind: 'L6OK' })).toEqual([]);
    expect(set({ checkKind: 'L4CON', checkRefused: true })).toEqual([]);
    expect(set({ checkKind: 'L4CON', checkElsewhere: true, checkRefused: true })).toEqual(['proven']);
  });
});
