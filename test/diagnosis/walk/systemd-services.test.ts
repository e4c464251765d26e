import { describe, expect, it } from 'vitest';
import { evidenceStore } from '../../../src/diagnosis/looked.js';
import { systemdServices } from '../../../src/diagnosis/walk/systemd-services.js';
import type { Evidence } from '../../../src/domain/evidence.js';
import { frame } from '../../probes/fixture.js';
import { outputOf } from '../../probes/output-of.js';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const BOOTED = 'Sat 2026-11-21 09:00:00 UTC';

function evidence(id: string, stdout: string): Evidence {
  const kind = id.split(':')[0] ?? id;
  return {
    id,
    kind,
    host: 'docs-1',
    argv: [],
    at: new Date(NOW).toISOString(),
    durationMs: 1,
    output: outputOf(stdout),
  };
}

const identity = evidence(
  'host.identity',
  frame('uname -n', 'docs-1') + frame('uname -r', '6.1.0') + frame('date +%s', String(NOW / 1000)),
);

function unit(properties: Record<string, string>): Evidence {
  const lines = {
    Id: 'web.service',
    LoadState: 'loaded',
    ActiveState: 'inactive',
    SubState: 'dead',
    Result: 'success',
    UnitFileState: 'disabled',
    Type: 'simple',
    ExecStart: '{ path=/opt/web ; argv[]=/opt/web --port 8000 ; ignore_errors=no }',
    ...properties,
  };
  const text = Object.entries(lines)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
  return evidence(
    'systemd.units',
    frame('systemctl show', text) + frame('systemctl show manager', `UserspaceTimestamp=${BOOTED}`),
  );
}

function journal(...messages: [time: string, text: string][]): Evidence {
  const lines = messages.map(([time, text]) => `2026-11-21T${time}.000000+0000 docs-1 systemd[1]: ${text}`);
  return evidence('systemd.journal:web.service', `${lines.join('\n') || '-- No entries --'}\n`);
}

function read(...looks: Evidence[]) {
  return systemdServices(evidenceStore([identity, ...looks]), 'docs-1')[0];
}

describe('a unit that systemd has unloaded since', () => {
  it('was stopped by somebody where its journal says so, and is not called never started', () => {
    const service = read(
      unit({}),
      journal(
        ['09:30:00', 'Started web.service - Web.'],
        ['09:50:00', 'Stopping web.service - Web...'],
        ['09:50:01', 'Stopped web.service - Web.'],
      ),
    );
    expect(service).toMatchObject({ state: 'stopped', neverStarted: false, startedSecondsAgo: 1800 });
  });

  it('was never started where the journal knows of no life since systemd came up', () => {
    const before = journal(
      ['08:00:00', 'Started web.service - Web.'],
      ['09:20:00', '/lib/systemd/system/web.service:9: Unknown key in section [Service], ignoring.'],
    );
    expect(read(unit({}), before)).toMatchObject({ state: 'stopped', neverStarted: true, enabled: false });
  });

  it('is not judged where the journal cannot be read', () => {
    expect(read(unit({}))?.neverStarted).toBeUndefined();
  });
});

describe('a unit that is inactive', () => {
  it('has exited where it ended by itself', () => {
    const ended = journal(
      ['09:30:00', 'Started web.service - Web.'],
      ['09:31:00', 'web.service: Deactivated successfully.'],
    );
    expect(read(unit({}), ended)).toMatchObject({ state: 'exited' });
  });
});

describe('a masked unit', () => {
  it('is seen where an administrator masked it, and not where a package did', () => {
    const masked = { LoadState: 'masked', UnitFileState: 'masked', Type: '', ExecStart: '' };
    expect(read(unit({ ...masked, FragmentPath: '/etc/systemd/system/web.service' }))).toMatchObject({
      state: 'stopped',
      enabled: false,
      rawState: 'inactive (masked)',
    });
    expect(read(unit({ ...masked, FragmentPath: '/lib/systemd/system/web.service' }))).toBeUndefined();
  });
});

describe('a kill for lack of memory', () => {
  const group = (container: string) => `/docker/${container.repeat(64)}/system.slice/web.service`;
  const kernel = (cgroup: string) =>
    evidence(
      'kernel.log',
      frame('cat /proc/uptime', '5000.00 1.00') +
        frame(
          'dmesg',
          [
            `[ 4990.000000] oom-kill:constraint=CONSTRAINT_MEMCG,task_memcg=${cgroup},task=python3,pid=77,uid=1`,
            '[ 4990.000100] Memory cgroup out of memory: Killed process 77 (python3) total-vm:1kB',
          ].join('\n'),
        ),
    );
  const waiting = unit({
    ActiveState: 'activating',
    SubState: 'auto-restart',
    ExecMainStartTimestamp: 'Sat 2026-11-21 09:59:40 UTC',
    ExecMainExitTimestamp: 'Sat 2026-11-21 09:59:50 UTC',
  });
  const cgroups = evidence(
    'process.cgroups',
    `/proc/1/cgroup:1:name=systemd:/docker/${'a'.repeat(64)}/init.scope\n`,
  );

  it("is the unit's although its main process, a shell, ended well", () => {
    expect(read(waiting, kernel(group('a')), cgroups)).toMatchObject({
      state: 'restarting',
      oomKilled: true,
      killedSecondsAgo: 10,
    });
  });

  it("is not the unit's where it struck the like-named one of another container", () => {
    expect(read(waiting, kernel(group('b')), cgroups)).toMatchObject({ oomKilled: false });
  });
});

describe('a stop by somebody', () => {
  const died = ['09:30:00', 'Started web.service - Web.'] as [string, string];
  const failed = ['09:31:00', "web.service: Failed with result 'exit-code'."] as [string, string];

  it('is one, too, while the unit waits for its next start', () => {
    const stopped = journal(died, failed, ['09:31:20', 'Stopped web.service - Web.']);
    expect(read(unit({}), stopped)).toMatchObject({ state: 'stopped' });
  });

  it("is none where systemd's own restart says so", () => {
    const again = journal(
      died,
      failed,
      ['09:31:30', 'web.service: Scheduled restart job, restart counter is at 1.'],
      ['09:31:30', 'Stopped web.service - Web.'],
      ['09:31:30', 'Dependency failed for web.service - Web.'],
    );
    expect(read(unit({}), again)).toMatchObject({ state: 'exited' });
  });

  it('is why it is down, whatever the kernel had killed in it before', () => {
    const kernel = evidence(
      'kernel.log',
      frame('cat /proc/uptime', '5000.00 1.00') +
        frame(
          'dmesg',
          [
            '[ 4990.000000] oom-kill:constraint=CONSTRAINT_MEMCG,task_memcg=/system.slice/web.service,task=node,pid=77,uid=1',
            '[ 4990.000100] Memory cgroup out of memory: Killed process 77 (node) total-vm:1kB',
          ].join('\n'),
        ),
    );
    const exited = journal(died, ['09:59:55', 'web.service: Deactivated successfully.']);
    expect(read(unit({}), exited, kernel)).toMatchObject({ state: 'exited', oomKilled: true });
    const stopped = journal(died, ['09:59:55', 'Stopping web.service - Web...']);
    expect(read(unit({}), stopped, kernel)).toMatchObject({ state: 'stopped', oomKilled: false });
  });
});

describe('the words of a unit that died', () => {
  const wordsOf = (...messages: string[]): unknown => {
    const own = messages.map((text, at) => `2026-11-21T09:30:0${at + 1}.000000+0000 docs-1 web[7]: ${text}`);
    const lines = [
      '2026-11-21T09:30:00.000000+0000 docs-1 systemd[1]: Started web.service - Web.',
      ...own,
      "2026-11-21T09:31:00.100000+0000 docs-1 systemd[1]: web.service: Failed with result 'exit-code'.",
      '',
    ];
    const failed = unit({ ActiveState: 'failed', SubState: 'failed', Result: 'exit-code' });
    const [cite = ''] =
      read(failed, evidence('systemd.journal:web.service', lines.join('\n')))?.lastWordsCite ?? [];
    return lines[JSON.parse(cite)[2]]?.replace(/^.* docs-1 /, '');
  };

  it('are those that tell why, wherever it says them', () => {
    expect(wordsOf('Traceback (most recent call last):', 'RuntimeError: cannot load the list')).toBe(
      'web[7]: RuntimeError: cannot load the list',
    );
    expect(wordsOf('Syntax error on line 1 of boom.conf', "Action 'start' failed.", 'See the log.')).toBe(
      'web[7]: Syntax error on line 1 of boom.conf',
    );
    expect(wordsOf('listening on 8000', 'good night')).toBe('web[7]: good night');
  });

  it("are systemd's own where it wrote none", () => {
    expect(wordsOf()).toBe("systemd[1]: web.service: Failed with result 'exit-code'.");
  });
});

describe('a service that a socket unit starts', () => {
  const withSocket = (service: Record<string, string>, socket: Record<string, string>): Evidence => {
    const own = unit(service);
    const text = Object.entries({
      Listen: '/run/web/web.sock (Stream)',
      Triggers: 'web.service',
      Id: 'web.socket',
      LoadState: 'loaded',
      UnitFileState: 'enabled',
      Result: 'success',
      ...socket,
    });
    const lines = text.map(([name, value]) => `${name}=${value}`).join('\n');
    const stdout = `${own.output?.stdout ?? ''}${frame('systemctl show sockets', lines)}`;
    return evidence('systemd.units', stdout);
  };
  const all = (look: Evidence) => systemdServices(evidenceStore([identity, look]), 'docs-1');

  it('rests until it is asked, while systemd listens for it', () => {
    const [service, ...others] = all(withSocket({}, { ActiveState: 'active', SubState: 'listening' }));
    expect(service?.socketUnit).toMatchObject({
      name: 'web.socket',
      active: true,
      listens: ['/run/web/web.sock'],
    });
    expect(others).toEqual([]);
  });

  it('is down for its socket where that was stopped', () => {
    const [, socket] = all(withSocket({}, { ActiveState: 'inactive', SubState: 'dead' }));
    expect(socket).toMatchObject({ name: 'web.socket', state: 'stopped', rawState: 'inactive (dead)' });
  });

  it('is down for itself where the socket gave up because it fails', () => {
    const failed = { ActiveState: 'failed', SubState: 'failed', Result: 'exit-code' };
    const gaveUp = { ActiveState: 'failed', SubState: 'failed', Result: 'service-start-limit-hit' };
    expect(all(withSocket(failed, gaveUp)).map(({ name }) => name)).toEqual(['web.service']);
  });

  it('has failed where its start failed after the units were looked at', () => {
    const starting = withSocket({ ActiveState: 'activating', SubState: 'start' }, { ActiveState: 'active' });
    const later = journal(
      ['09:59:59', 'Starting web.service - Web...'],
      ['10:00:01', "web.service: Failed with result 'exit-code'."],
    );
    const store = evidenceStore([identity, starting, later]);
    expect(systemdServices(store, 'docs-1')[0]).toMatchObject({ state: 'failed', running: false });
  });
});

describe('how often a unit was started again', () => {
  const life = (from: string, count: number): [string, string][] => [
    [`09:5${from}:00`, `web.service: Scheduled restart job, restart counter is at ${count}.`],
    [`09:5${from}:00`, 'Stopped web.service - Web.'],
    [`09:5${from}:01`, 'Starting web.service - Web...'],
    [`09:5${from}:02`, 'Started web.service - Web.'],
  ];
  const young = {
    ActiveState: 'active',
    SubState: 'running',
    NRestarts: '9',
    ExecMainStartTimestamp: 'Sat 2026-11-21 09:59:40 UTC',
  };
  const first: [string, string][] = [['09:49:00', 'Started web.service - Web.']];

  it("is told by the journal's times, and not by systemd's count of its whole life", () => {
    const again = journal(...first, ...life('1', 8), ...life('2', 9));
    expect(read(unit(young), again)?.recentStarts).toBe(3);
    expect(read(unit(young))?.recentStarts).toBe(10);
  });

  it('begins anew where somebody started it after systemd had given up', () => {
    const mended = journal(
      ...first,
      ...life('1', 4),
      ['09:52:00', 'web.service: Scheduled restart job, restart counter is at 5.'],
      ['09:52:00', 'Stopped web.service - Web.'],
      ['09:52:00', 'web.service: Start request repeated too quickly.'],
      ['09:52:00', "web.service: Failed with result 'exit-code'."],
      ['09:52:00', 'Failed to start web.service - Web.'],
      ['09:59:40', 'Started web.service - Web.'],
    );
    expect(read(unit(young), mended)?.recentStarts).toBe(1);
  });

  it('begins anew where somebody started it', () => {
    const mended = journal(
      ...first,
      ...life('1', 8),
      ['09:59:39', 'Stopping web.service - Web...'],
      ['09:59:39', 'Stopped web.service - Web.'],
      ['09:59:40', 'Starting web.service - Web...'],
      ['09:59:40', 'Started web.service - Web.'],
    );
    expect(read(unit(young), mended)?.recentStarts).toBe(1);
  });
});

describe('a unit of Type=oneshot', () => {
  const oneshot = { Type: 'oneshot', RemainAfterExit: 'yes', UnitFileState: 'enabled' };

  it('is a service while what it started lives on', () => {
    const exited = { ...oneshot, ActiveState: 'active', SubState: 'exited' };
    const cgroups = evidence('process.cgroups', '/proc/77/cgroup:0::/system.slice/web.service\n');
    expect(read(unit(exited), cgroups)).toMatchObject({ state: 'running' });
    expect(read(unit(exited))).toBeUndefined();
  });

  it('is one, too, where it ought to remain and was stopped', () => {
    expect(read(unit(oneshot))).toMatchObject({ state: 'stopped', enabled: true });
    expect(read(unit({ ...oneshot, RemainAfterExit: 'no' }))).toBeUndefined();
  });
});
