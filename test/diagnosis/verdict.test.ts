import { describe, expect, it } from 'vitest';
import { causeGraph } from '../../src/diagnosis/cause-graph.js';
import { diagnose } from '../../src/diagnosis/diagnose.js';
import type { Finding } from '../../src/diagnosis/findings.js';
import type { Fact, Scene } from '../../src/diagnosis/scene-types.js';
import type { Diagnosis } from '../../src/domain/diagnosis.js';
import { loadCauseHeads } from '../../src/playbook/load-causes.js';
import { RECORD } from '../cli/fake-io.js';

type Answer = Fact<'Answer'>;

const answered = (status: number): Answer => ({ outcome: 'answered', status, well: status < 400, cite: [] });
const refused: Answer = { outcome: 'refused', well: false, says: 'Connection refused', cite: [] };

function upstream(address: string, direct: Answer, more: Partial<Fact<'Upstream'>> = {}): Fact<'Upstream'> {
  return { address, direct, cite: [], ...more };
}

const causes = loadCauseHeads(new URL('../../playbooks/causes', import.meta.url).pathname);

/** What is concluded from the findings; without any, where no rule has anything to say. */
function concluded(
  request: Answer,
  upstreams: Fact<'Upstream'>[],
  proxy: Fact<'Proxy'> = nginx,
  fired: readonly Finding[] = [],
  front?: Answer,
): Diagnosis {
  const scene: Scene = {
    request,
    front,
    proxy,
    balanced: [],
    upstreams,
    services: [],
    dependencies: [],
    machines: [],
    supervisors: [],
    paths: [],
    kernelEvents: [],
    filesystems: [],
    looks: [],
    variables: {},
  };
  const findings = { fired, ruledOut: [], unknown: [] };
  return diagnose({
    record: RECORD,
    scene,
    findings,
    graph: causeGraph(causes),
    playbook: '',
    language: 'en',
  });
}

const nginx: Fact<'Proxy'> = { host: 'docs-1', running: true, matched: true, cite: [] };

describe('without a cause, a check', () => {
  it('calls healthy what answers well at every hop', () => {
    const { verdict, path } = concluded(answered(200), [upstream('127.0.0.1:8000', answered(200))]);
    expect(verdict).toBe('healthy');
    expect(path.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
  });

  it.each<[string, Answer]>([
    ['refuses', refused],
    ['answers 500', answered(500)],
    ['is silent', { outcome: 'timeout-response', well: false, cite: [] }],
    ['resets', { outcome: 'reset', well: false, cite: [] }],
  ])('does not call healthy a group of which a server %s, and names that server', (_, direct) => {
    const group = [upstream('127.0.0.1:8000', answered(200)), upstream('127.0.0.1:8001', direct)];
    const { verdict, symptom, path } = concluded(answered(200), group);
    expect(verdict).toBe('inconclusive');
    expect(symptom).toContain('127.0.0.1:8001');
    expect(path.filter(({ state }) => state === 'broken').map(({ address }) => address)).toEqual([
      '127.0.0.1:8001',
    ]);
  });

  it('does not take its own request for the clients’: what fails for it alone is not known to be broken', () => {
    const { verdict, path } = concluded(answered(200), [
      upstream('127.0.0.1:8000', { outcome: 'closed-early', well: false, cite: [] }),
    ]);
    expect([verdict, ...path.map(({ state }) => state)]).toEqual(['healthy', 'ok', 'ok', 'unknown']);
  });

  it('does not call healthy a target whose own URL fails while its health check is well', () => {
    const { verdict, symptom } = concluded(answered(200), [], nginx, [], answered(404));
    expect(verdict).toBe('inconclusive');
    expect(symptom).toContain('404');
  });

  it('leaves a backup in peace that waits for its turn', () => {
    const group = [
      upstream('127.0.0.1:8000', answered(200)),
      upstream('127.0.0.1:8001', refused, { backup: true }),
    ];
    expect(concluded(answered(200), group).verdict).toBe('healthy');
  });

  it('takes a 404 for the answer of a backend that gives it by itself, and for a failure where it does not', () => {
    const own = concluded(answered(404), [upstream('127.0.0.1:8000', answered(404))]);
    expect([own.verdict, own.path[0]?.state]).toEqual(['healthy', 'ok']);
    const other = concluded(answered(404), [upstream('127.0.0.1:8000', answered(200))]);
    expect([other.verdict, other.path[0]?.state]).toEqual(['inconclusive', 'broken']);
  });

  it('says that nginx answers by itself, and by which line', () => {
    const passText = 'return 503; (/etc/nginx/sites-enabled/shop:4)';
    const { verdict, path } = concluded(answered(503), [], { ...nginx, answersItself: true, passText });
    expect(verdict).toBe('inconclusive');
    expect(path[1]?.says).toContain(passText);
  });
});

describe('of several causes', () => {
  const found = (cause: string, certainty: Finding['certainty']): Finding => ({
    cause,
    certainty,
    says: { text: { en: cause, zh: '原因' }, values: {} },
    host: undefined,
    cites: [],
    recoveries: [],
    bound: {},
  });
  const named = (...fired: Finding[]): string[] =>
    concluded(answered(502), [], nginx, fired).causes.map(({ id }) => id);

  it('the one that blocks the request comes first, however sure the others are', () => {
    expect(named(found('proxy-log-missing', 'proven'), found('backend-stopped', 'likely'))).toEqual([
      'backend-stopped',
      'proxy-log-missing',
    ]);
    expect(named(found('proxy-body-too-large', 'proven'), found('redis-down', 'proven'))).toEqual([
      'redis-down',
      'proxy-body-too-large',
    ]);
  });

  it('what is sure comes before what is likely, and what stands nearer to the client first', () => {
    expect(
      named(
        found('firewall-drops', 'likely'),
        found('backend-hung', 'proven'),
        found('proxy-not-running', 'proven'),
      ),
    ).toEqual(['proxy-not-running', 'backend-hung', 'firewall-drops']);
  });

  it('what is less sure does not explain what is surer by way of something that nobody saw', () => {
    expect(named(found('disk-full', 'likely'), found('backend-stopped', 'proven'))).toEqual([
      'backend-stopped',
      'disk-full',
    ]);
  });

  it('what another brings about stands in its chain and not beside it', () => {
    expect(named(found('backend-crash-loop', 'proven'), found('redis-down', 'proven'))).toEqual([
      'redis-down',
    ]);
  });
});
