import { describe, expect, it } from 'vitest';
import { parseDockerContainers } from '../../../src/probes/service/docker-containers.js';
import { parseDockerListeners } from '../../../src/probes/service/docker-listeners.js';
import { dockerLogs, parseDockerLogs } from '../../../src/probes/service/docker-logs.js';
import { parseSystemdJournal, systemdJournal } from '../../../src/probes/service/systemd-journal.js';
import { parseSystemdUnits } from '../../../src/probes/service/systemd-units.js';
import { fixture, frame } from '../fixture.js';
import { outputOf } from '../output-of.js';

describe('systemd.units', () => {
  const parsed = parseSystemdUnits(outputOf(fixture('service', 'systemd-show')));
  const units = parsed.ok ? parsed.facts.units : [];

  const named = (name: string) => units.find((unit) => unit.name === `${name}.service`);

  it('reads a unit that dies behind a pipe and is started again: systemd calls that a success', () => {
    expect(named('ds-docservice')).toMatchObject({
      active: 'activating',
      sub: 'auto-restart',
      result: 'success',
      execMainCode: 'exited',
      execMainStatus: 0,
      nRestarts: 0,
      restart: 'always',
      restartSec: '30s',
      user: 'ds',
      startedAt: Date.parse('2026-11-21T03:31:42Z'),
      exitedAt: Date.parse('2026-11-21T03:31:42Z'),
      limits: { nofile: 524288, tasksMax: 28909 },
    });
    expect(named('ds-docservice')?.execStart[0]).toMatch(/^\/bin\/sh -c exec .* tee -a .*out\.log$/);
    expect(named('ds-docservice')?.after).toContain('redis-server.service');
    expect(named('ds-docservice')?.environment).toContainEqual({ name: 'DB_PASSWORD', value: '***' });
    expect(named('ds-docservice')?.mainPid).toBeUndefined();
    expect(named('ds-docservice')?.limits.tasksCurrent).toBeUndefined();
  });

  it('reads a program that is not there, one that was killed, one that runs and one that is masked', () => {
    expect(named('app')).toMatchObject({ active: 'failed', result: 'exit-code', execMainStatus: 203 });
    expect(named('ds-converter')).toMatchObject({
      result: 'signal',
      execMainCode: 'killed',
      execMainStatus: 9,
      limits: { memoryMax: 12 * 1024 * 1024, nofile: 1024 },
    });
    expect(named('nginx')).toMatchObject({ active: 'active', sub: 'running', type: 'forking' });
    expect(named('nginx')?.mainPid).toBeGreaterThan(1);
    expect(named('plain')).toMatchObject({
      load: 'masked',
      unitFileState: 'masked-runtime',
      fragmentPath: '/run/systemd/system/plain.service',
      execStart: [],
    });
    expect(named('NetworkManager')).toMatchObject({ load: 'not-found', active: 'inactive' });
    expect(named('redis-server')?.dropInPaths).toHaveLength(1);
  });

  it('tells when this systemd came up, which in a container is not when the kernel did', () => {
    expect(parsed.ok && parsed.facts.managerStartedAt).toBe(Date.parse('2026-11-21T03:22:08Z'));
  });

  it('tells a death for lack of memory', () => {
    // Only systemd on control groups of version 2 says so by itself.
    const text = 'Result=oom-kill\nId=hog.service\nActiveState=failed\nSubState=failed';
    const hog = parseSystemdUnits(outputOf(frame('systemctl show', text)));
    expect(hog.ok && hog.facts.units[0]).toMatchObject({ name: 'hog.service', memoryOom: true });
    expect(hog.ok && hog.facts.managerStartedAt).toBeUndefined();
  });

  it('cites the very lines', () => {
    const lines = fixture('service', 'systemd-show').split('\n');
    expect(lines[named('app')?.lines['ExecMainStatus'] ?? 0]).toBe('ExecMainStatus=203');
    expect(lines[named('plain')?.line ?? 0]).toBe('Id=plain.service');
  });

  it('says that systemd is not there, instead of no unit', () => {
    expect(parseSystemdUnits(outputOf(frame('absent', 'supervisord')))).toEqual({
      ok: true,
      facts: { present: false, units: [], sockets: [] },
    });
  });

  it('does not take an empty or foreign answer for facts', () => {
    expect(parseSystemdUnits(outputOf(frame('systemctl show', '')))).toMatchObject({
      ok: false,
      reason: 'unparseable',
    });
    expect(
      parseSystemdUnits(outputOf(frame('systemctl', 'Failed to connect to bus: Permission denied', 1))),
    ).toMatchObject({
      reason: 'permission-denied',
    });
  });
});

describe('systemd.journal', () => {
  const text = [
    '2026-11-21T01:25:01.123456+0100 docs-1 docservice[4711]: Error: connect ECONNREFUSED 127.0.0.1:6379',
    '                                                             at TCPConnectWrap.afterConnect',
    '-- Boot 0123456789abcdef0123456789abcdef --',
    '2026-11-21T01:25:31.000001+01:00 docs-1 systemd[1]: ds.service: Main process exited, code=exited, status=1/FAILURE',
  ].join('\n');

  it('reads messages of several lines, both writings of the offset and the line', () => {
    const parsed = parseSystemdJournal(outputOf(text));
    expect(parsed.ok && parsed.facts.entries).toMatchObject([
      { identifier: 'docservice', pid: 4711, line: 0, epochMs: Date.parse('2026-11-21T00:25:01.123Z') },
      { identifier: 'systemd', line: 3 },
    ]);
    expect(parsed.ok && parsed.facts.entries[0]?.message).toContain('\nat TCPConnectWrap');
  });

  it("tells systemd's own words from those of the process that it could not make", () => {
    const read = parseSystemdJournal(outputOf(fixture('service', 'systemd-journal-exec')));
    const entries = read.ok ? read.facts.entries : [];
    expect(entries.find(({ message }) => message.includes('Failed at step EXEC'))).toMatchObject({
      identifier: '(gone)',
    });
    expect(entries.at(-1)).toMatchObject({ identifier: 'systemd', pid: 1 });
    expect(entries.at(-1)?.message).toBe('Failed to start app.service - The app (gunicorn).');
  });

  it('shows a program that memory killed behind a pipe: "Killed", and then a success', () => {
    const read = parseSystemdJournal(outputOf(fixture('service', 'systemd-journal-oom-behind-tee')));
    const messages = read.ok ? read.facts.entries.map(({ message }) => message) : [];
    expect(messages.slice(-2)).toEqual(['Killed', 'ds-docservice.service: Deactivated successfully.']);
  });

  it('tells no entries from no permission', () => {
    expect(parseSystemdJournal(outputOf('-- No entries --\n'))).toMatchObject({
      ok: true,
      facts: { entries: [] },
    });
    const hint = 'Hint: You are currently not seeing messages from other users and the system.';
    expect(parseSystemdJournal(outputOf('-- No entries --\n', { stderr: hint }))).toMatchObject({
      reason: 'permission-denied',
    });
    expect(parseSystemdJournal(outputOf(text, { stderr: hint }))).toMatchObject({
      ok: true,
      facts: { partial: true },
    });
  });

  it('refuses a unit name that is an option or worse', () => {
    for (const unit of ['--flush', 'a b', 'x;y', '', '$(id)']) {
      expect(() => systemdJournal.command({ unit, lines: 1 })).toThrow(/unit/);
    }
  });
});

describe('docker.containers', () => {
  const text = fixture('service', 'docker-inspect-mixed');
  const parsed = parseDockerContainers(outputOf(text));
  const containers = parsed.ok ? parsed.facts.containers : [];
  const named = (name: string) => containers.find((one) => one.name === name);

  it('reads every state', () => {
    expect(parsed).toMatchObject({
      ok: true,
      facts: { present: true, daemonReachable: true, engine: 'docker' },
    });
    expect(named('loop')).toMatchObject({ status: 'restarting', exitCode: 3, restartPolicy: 'always' });
    expect(named('loop')?.restartCount).toBeGreaterThan(2);
    expect(named('hog')).toMatchObject({
      status: 'exited',
      exitCode: 137,
      oomKilled: true,
      memoryLimit: 10 * 1024 * 1024,
    });
    expect(named('frozen')).toMatchObject({ status: 'paused', paused: true });
    expect(named('created')).toMatchObject({
      status: 'created',
      publishedPorts: [{ containerPort: 80, protocol: 'tcp', hostPort: 8080 }],
    });
    expect(named('created')?.startedAt).toBeUndefined();
    expect(named('docs')).toMatchObject({
      image: 'onlyoffice/documentserver:latest',
      composeService: 'documentserver',
      extraHosts: ['db:10.0.0.7'],
      exposedPorts: ['8000/tcp'],
      networkMode: 'none',
      mounts: [{ source: '/opt', destination: '/data', rw: false }],
    });
  });

  it('cites the very lines', () => {
    const lines = text.split('\n');
    expect(lines[named('hog')?.lines['OOMKilled'] ?? 0]?.trim()).toBe('"OOMKilled": true,');
    expect(lines[named('loop')?.lines['ExitCode'] ?? 0]?.trim()).toBe('"ExitCode": 3,');
    expect(lines[named('frozen')?.lines['Status'] ?? 0]?.trim()).toBe('"Status": "paused",');
  });

  it('reads the ports that a container between two starts means to publish', () => {
    const read = parseDockerContainers(outputOf(fixture('service', 'docker-inspect-restarting')));
    const web = read.ok ? read.facts.containers.find(({ name }) => name === 'web') : undefined;
    expect(web).toMatchObject({
      status: 'restarting',
      running: true,
      exitCode: 1,
      publishedPorts: [{ containerPort: 8080, hostIp: '127.0.0.1', hostPort: 18090 }],
    });
  });

  it('leaves the environment on the host', () => {
    expect(text).not.toContain('hunter2');
    expect(text).not.toMatch(/"Env": \[/);
  });

  it('tells no docker, no daemon, no permission and no container apart', () => {
    expect(parseDockerContainers(outputOf(frame('absent', '')))).toMatchObject({
      ok: true,
      facts: { present: false },
    });
    expect(parseDockerContainers(outputOf(fixture('service', 'docker-no-daemon')))).toMatchObject({
      ok: true,
      facts: { present: true, daemonReachable: false },
    });
    const denied =
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock';
    expect(parseDockerContainers(outputOf(frame('docker ps', denied, 1)))).toMatchObject({
      reason: 'permission-denied',
    });
    expect(parseDockerContainers(outputOf(frame('docker inspect', '[]')))).toMatchObject({
      ok: true,
      facts: { present: true, daemonReachable: true, containers: [] },
    });
  });

  it('refuses half an answer', () => {
    expect(parseDockerContainers(outputOf(text.slice(0, 5000)))).toMatchObject({
      ok: false,
      reason: 'truncated',
    });
    expect(parseDockerContainers(outputOf(frame('docker inspect', '[{')))).toMatchObject({
      reason: 'unparseable',
    });
  });
});

describe('docker.logs and docker.listeners', () => {
  it('reads both streams with their times', () => {
    const parsed = parseDockerLogs(outputOf(fixture('service', 'docker-logs')));
    expect(parsed.ok && parsed.facts.lines[0]).toMatchObject({
      text: 'Error: connect ECONNREFUSED 127.0.0.1:6379',
      line: 0,
    });
    expect(parsed.ok && parsed.facts.lines[0]?.at).toMatch(/^2026-11-21T/);
  });

  it('says that there is no such container, and refuses a name that is none', () => {
    const gone = outputOf('Error response from daemon: No such container: nosuch\n', { exitCode: 1 });
    expect(parseDockerLogs(gone)).toMatchObject({ reason: 'not-found' });
    expect(() => dockerLogs.command({ container: '-f', lines: 1 })).toThrow(/container/);
  });

  it("reads listeners of a container from the host's own ss", () => {
    const ss = [
      'Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess',
      'tcp   LISTEN 0      511        127.0.0.1:3000       0.0.0.0:*    users:(("node",pid=8142,fd=18))',
      'tcp   LISTEN 0      4096      127.0.0.11:35405      0.0.0.0:*    users:(("dockerd",pid=616,fd=70))',
    ].join('\n');
    const parsed = parseDockerListeners(outputOf(frame('nsenter -t 8142 -n ss -l -t -x -n -p', ss)));
    expect(parsed.ok && parsed.facts.listeners[0]).toMatchObject({
      address: '127.0.0.1',
      port: 3000,
      processes: [{ pid: 8142, name: 'node' }],
      line: 2,
    });
  });

  it('reads listeners of a process from /proc', () => {
    const parsed = parseDockerListeners(outputOf(fixture('service', 'listeners-of-a-process')));
    expect(parsed.ok && parsed.facts.listeners).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ family: 'tcp', address: '127.0.0.1', port: 18231 }),
        expect.objectContaining({ family: 'tcp', address: '::1', port: 18232 }),
        expect.objectContaining({ family: 'tcp', address: '*', port: 18233 }),
        expect.objectContaining({ family: 'unix', path: '/run/my app.sock' }),
      ]),
    );
    const ended = frame('cat /proc/9/net/tcp', 'cat: /proc/9/net/tcp: No such file or directory', 1);
    expect(parseDockerListeners(outputOf(ended))).toMatchObject({ reason: 'not-found' });
  });
});
