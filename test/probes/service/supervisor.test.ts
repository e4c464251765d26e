import { describe, expect, it } from 'vitest';
import { parseSupervisorConfig } from '../../../src/probes/service/supervisor-config.js';
import { parseSupervisorStarts, supervisorStarts } from '../../../src/probes/service/supervisor-starts.js';
import { parseSupervisorStatus } from '../../../src/probes/service/supervisor-status.js';
import { fixture, frame } from '../fixture.js';
import { outputOf } from '../output-of.js';

function status(name: string) {
  const parsed = parseSupervisorStatus(outputOf(fixture('service', name)));
  if (!parsed.ok) throw new Error(parsed.says);
  return parsed.facts;
}

describe('supervisor.status', () => {
  it('reads every state, with group, pid and uptime', () => {
    const [lab] = status('supervisor-status-mixed').instances;
    expect(lab).toMatchObject({ configFile: '/opt/lab/supervisord.conf', reachable: true });
    expect(lab?.programs.map(({ group, name, state }) => [group, name, state])).toEqual([
      ['ds', 'converter', 'FATAL'],
      ['ds', 'docservice', 'RUNNING'],
      [undefined, 'metrics', 'STOPPED'],
      [undefined, 'missing', 'FATAL'],
      [undefined, 'once', 'EXITED'],
      [undefined, 'slow', 'STARTING'],
    ]);
    expect(lab?.programs[3]?.exitText).toBe("can't find command '/nonexistent/prog'");
    expect(lab?.programs[1]?.pid).toBe(4131);
    expect(lab?.programs[1]?.uptimeSeconds).toBeGreaterThan(5);
  });

  it('cites the line in which a program stands', () => {
    const output = fixture('service', 'supervisor-status-mixed').split('\n');
    for (const program of status('supervisor-status-mixed').instances[0]?.programs ?? []) {
      expect(output[program.line]).toContain(program.name);
    }
  });

  it.each([
    ['supervisor-status-denied', 0, 'permission-denied'],
    ['supervisor-status-auth', 0, 'auth'],
    ['supervisor-status-frozen', 1, 'timeout'],
    ['supervisor-status-mixed', -1, 'socket-missing'],
  ])('%s: tells why the socket does not answer', (name, at, problem) => {
    expect(status(name).instances.at(at)).toMatchObject({ reachable: false, problem, programs: [] });
  });

  it('tells a refused socket from a missing one', () => {
    const text = frame('installed', '/usr/bin/supervisorctl') + frame('instance 0', '/etc/s.conf');
    const refused = parseSupervisorStatus(
      outputOf(text + frame('supervisorctl', 'unix:///run/s.sock refused connection', 4)),
    );
    expect(refused).toMatchObject({ ok: true, facts: { instances: [{ problem: 'refused' }] } });
  });

  it('says that supervisor is not installed, instead of naming no program', () => {
    expect(parseSupervisorStatus(outputOf(frame('installed', ' ')))).toEqual({
      ok: true,
      facts: { installed: false, instances: [], elsewhere: [] },
    });
  });

  it('reads days of uptime', () => {
    const text =
      frame('installed', '') +
      frame('instance 7', '/c') +
      frame('x', 'a RUNNING   pid 9, uptime 2 days, 1:02:03');
    const parsed = parseSupervisorStatus(outputOf(text));
    expect(parsed.ok && parsed.facts.instances[0]?.programs[0]?.uptimeSeconds).toBe(2 * 86_400 + 3723);
  });
});

describe('supervisor.config', () => {
  const parsed = parseSupervisorConfig(outputOf(fixture('service', 'supervisor-config-ds')));
  const lab = parsed.ok ? parsed.facts.instances[0] : undefined;
  const lines = fixture('service', 'supervisor-config-ds').split('\n');

  it('reads included files and says which', () => {
    expect(lab?.files.map(({ path }) => path)).toEqual([
      '/opt/lab/supervisord.conf',
      '/opt/lab/conf.d/ds.conf',
    ]);
    expect(lab?.complete).toBe(true);
    expect(lab?.supervisord).toMatchObject({
      logfile: '/opt/lab/logs/supervisord.log',
      socket: '/opt/lab/s.sock',
      minfds: 1024,
    });
  });

  it('reads a program, expands its names and hides its secrets', () => {
    const docservice = lab?.programs.find(({ name }) => name === 'docservice');
    expect(docservice).toMatchObject({
      group: 'ds',
      command: '/bin/sleep 1000',
      autostart: true,
      redirectStderr: true,
      user: 'root',
      stdoutLogfile: '/opt/lab/conf.d/../logs/docservice.log',
    });
    expect(docservice?.environment).toEqual([
      { name: 'NODE_ENV', value: 'production-linux' },
      { name: 'NODE_CONFIG_DIR', value: '/etc/onlyoffice/documentserver' },
      { name: 'DB_PASSWORD', value: '***' },
    ]);
  });

  it('names options that supervisor does not have, with their line', () => {
    const [unknown] = lab?.programs.find(({ name }) => name === 'docservice')?.unknownOptions ?? [];
    expect(unknown).toMatchObject({ name: 'depends_on', value: 'redis' });
    expect(lines[unknown?.line ?? 0]).toBe('depends_on=redis');
    expect(lab?.programs.find(({ name }) => name === 'metrics')).toMatchObject({
      autostart: false,
      unknownOptions: [],
    });
  });

  it('says which file it could not read', () => {
    const text =
      frame('installed', '/usr/bin/supervisord') +
      frame('instance 7', '/etc/s.conf') +
      frame('cat /etc/s.conf', 'cat: /etc/s.conf: Permission denied', 1);
    const denied = parseSupervisorConfig(outputOf(text));
    expect(denied).toMatchObject({
      ok: true,
      facts: { instances: [{ complete: false, files: [{ readable: false }] }] },
    });
  });
});

describe('supervisor.starts', () => {
  it('reads starts and deaths with the host time and its zone', () => {
    const parsed = parseSupervisorStarts(outputOf(fixture('service', 'supervisor-starts-crash-loop')));
    const events = parsed.ok ? parsed.facts.events : [];
    const converter = events.filter(({ program }) => program === 'converter');
    expect(converter.map(({ event }) => event)).toEqual([
      'spawned',
      'exited',
      'spawned',
      'exited',
      'gave up',
    ]);
    expect(converter[1]).toMatchObject({ exitStatus: 1, expected: false, at: '2026-11-21T01:48:22.804' });
    expect(converter[1]?.epochMs).toBe(Date.parse('2026-11-21T01:48:22.804Z'));
    expect(events.find(({ program, event }) => program === 'once' && event === 'exited')).toMatchObject({
      expected: true,
    });
  });

  it('reads a death by signal in another zone', () => {
    const log = '2026-11-21 03:00:00,000 WARN exited: docservice (terminated by SIGKILL; not expected)';
    const parsed = parseSupervisorStarts(
      outputOf(frame('date +%s %z', '1795224301 +0200') + frame('tail -n 4000', log)),
    );
    expect(parsed.ok && parsed.facts.events[0]).toMatchObject({
      signal: 'SIGKILL',
      expected: false,
      epochMs: Date.parse('2026-11-21T01:00:00Z'),
    });
  });

  it('tells a missing log from one that may not be read', () => {
    const clock = frame('date +%s %z', '1795224301 +0000');
    const missing = frame('ls -d -- /x', "ls: cannot access '/x': No such file or directory", 2);
    expect(parseSupervisorStarts(outputOf(clock + missing))).toMatchObject({ reason: 'not-found' });
    const denied = frame('tail -n 4000 -- /x', "tail: cannot open '/x' for reading: Permission denied", 1);
    expect(parseSupervisorStarts(outputOf(clock + denied))).toMatchObject({ reason: 'permission-denied' });
  });

  it('refuses a path that is none', () => {
    expect(() => supervisorStarts.command({ logFile: 'x; rm -rf /' })).toThrow(/logFile/);
  });
});
