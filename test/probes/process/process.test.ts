import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseProcessCgroups } from '../../../src/probes/process/process-cgroups.js';
import { parseProcessDetail, processDetail } from '../../../src/probes/process/process-detail.js';
import { elapsedSeconds, parseProcessList } from '../../../src/probes/process/process-list.js';
import { fixture, frame } from '../fixture.js';
import { outputOf } from '../output-of.js';
import { runProbe } from '../run-probe.js';

describe('process.list', () => {
  it('reads states and parents', () => {
    const parsed = parseProcessList(outputOf(fixture('process', 'ps-procps')));
    expect(parsed).toMatchObject({ ok: true, facts: { allVisible: true } });
    const processes = parsed.ok ? parsed.facts.processes : [];
    expect(processes.find(({ args }) => args === 'sleep 5')).toMatchObject({
      pid: 2,
      ppid: 1,
      user: 'root',
      state: 'S',
    });
    expect(processes.find(({ state }) => state === 'Z')).toMatchObject({ pid: 4, line: 4 });
  });

  it('reads BusyBox with and without elapsed time', () => {
    const long =
      'PID   PPID  USER     STAT ELAPSED COMMAND\n    1     0 root     S     2h14   /sbin/init splash\n';
    expect(parseProcessList(outputOf(long))).toMatchObject({
      facts: { processes: [{ startedSecondsAgo: 8040, args: '/sbin/init splash' }] },
    });
    const short = 'PID   PPID  USER     STAT COMMAND\n    1     0 root     SW   init\n';
    const parsed = parseProcessList(outputOf(short));
    expect(parsed).toMatchObject({ facts: { processes: [{ state: 'S', args: 'init' }] } });
    expect(parsed.ok && parsed.facts.processes[0] && 'startedSecondsAgo' in parsed.facts.processes[0]).toBe(
      false,
    );
  });

  it('says that other processes are hidden', () => {
    const text = 'PID PPID USER STAT ELAPSED COMMAND\n 77 76 ds S 5 sh\n';
    expect(parseProcessList(outputOf(text))).toMatchObject({ facts: { allVisible: false } });
  });

  it('does not take an empty, foreign or missing answer for a host without processes', () => {
    expect(parseProcessList(outputOf(''))).toMatchObject({ reason: 'unparseable' });
    expect(
      parseProcessList(outputOf('PID PPID BENUTZER STAT VERSTRICHEN BEFEHL\n1 0 root S 1 init\n')),
    ).toMatchObject({ ok: false });
    expect(parseProcessList(outputOf('', { exitCode: 127, stderr: 'sh: ps: not found' }))).toMatchObject({
      reason: 'command-not-found',
    });
  });

  it.each([
    ['42', 42],
    ['01:02', 62],
    ['1-02:03:04', 93_784],
    ['3d02', 266_400],
    ['x', undefined],
  ])('reads an age of %s', (text, seconds) => {
    expect(elapsedSeconds(text)).toBe(seconds);
  });
});

describe('process.cgroups', () => {
  const owners = (name: string) => {
    const parsed = parseProcessCgroups(outputOf(fixture('process', name)));
    return new Map((parsed.ok ? parsed.facts.owners : []).map((owner) => [owner.pid, owner]));
  };

  it('names units, containers and pods (v2)', () => {
    const all = owners('cgroups-v2');
    expect(all.get(812)).toMatchObject({ unit: 'nginx.service', line: 1 });
    expect(all.get(812)?.containerId).toBeUndefined();
    expect(all.get(917)).toMatchObject({ runtime: 'docker', containerId: expect.stringMatching(/^3f5a/) });
    expect(all.get(918)).toMatchObject({ runtime: 'podman', containerId: expect.stringMatching(/^4f5a/) });
    expect(all.get(919)).toMatchObject({
      runtime: 'containerd',
      podUid: '0a1b2c3d-1111-2222-3333-444455556666',
    });
    expect(all.get(920)).toMatchObject({ unit: 'user@1000.service', userUnit: 'editor.service' });
    expect(all.get(921)).toMatchObject({ runtime: 'docker', unit: 'ds-docservice.service' });
  });

  it('reads v1, one owner a process', () => {
    const all = owners('cgroups-v1-docker');
    expect(all.get(4711)).toMatchObject({ runtime: 'docker' });
    expect(all.get(812)).toMatchObject({ unit: 'nginx.service' });
  });

  it('does not take nothing for facts', () => {
    expect(parseProcessCgroups(outputOf(''))).toMatchObject({ ok: false });
  });
});

describe('process.detail', () => {
  it('looks at a real process: limits, descriptors, folder, selected environment', async () => {
    const child = spawn('sh', ['-c', 'ulimit -n 77; exec sleep 30'], {
      cwd: '/usr',
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', PORT: '8000', SECRET_TOKEN: 'hunter2' },
    });
    try {
      const pid = child.pid ?? 0;
      await expect
        .poll(() => runProbe(processDetail.command({ pid })).stdout, { timeout: 10_000 })
        .toContain('Max open files            77');
      const output = runProbe(processDetail.command({ pid }));
      expect(output.stdout).not.toContain('hunter2');
      const parsed = parseProcessDetail(output);
      expect(parsed).toMatchObject({
        ok: true,
        facts: {
          nofile: { soft: 77, hard: 77 },
          state: 'S',
          cwd: '/usr',
          environmentVisible: true,
          uid: process.getuid?.(),
        },
      });
      const facts = parsed.ok ? parsed.facts : undefined;
      expect(facts?.environment.map(({ name, value }) => `${name}=${value}`).sort()).toEqual([
        'NODE_ENV=production',
        'PORT=8000',
      ]);
      expect(facts?.fdCount).toBeGreaterThan(2);
      expect(facts?.startedAt).toBeGreaterThan(Date.now() - 60_000);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('takes the tightest limit of all groups above, and the kills of its own', () => {
    const cgroup = [
      '/sys/fs/cgroup/a.slice/b.service/memory.max:max',
      '/sys/fs/cgroup/a.slice/b.service/memory.current:900',
      '/sys/fs/cgroup/a.slice/b.service/memory.events:oom_kill 3',
      '/sys/fs/cgroup/a.slice/b.service/pids.max:20',
      '/sys/fs/cgroup/a.slice/b.service/pids.current:19',
      '/sys/fs/cgroup/a.slice/memory.max:1000',
      '/sys/fs/cgroup/a.slice/memory.current:990',
      '/sys/fs/cgroup/a.slice/memory.events:oom_kill 9',
    ].join('\n');
    const parsed = parseProcessDetail(
      outputOf(frame('cat /proc/9/status', 'Name:\tnode\nState:\tT (stopped)') + frame('cgroup', cgroup)),
    );
    expect(parsed).toMatchObject({
      facts: {
        state: 'T',
        cgroup: { memoryMax: 1000, memoryCurrent: 990, oomKills: 3, pidsMax: 20, pidsCurrent: 19 },
      },
    });
  });

  it('says that the process has ended, and refuses what is no process id', () => {
    expect(parseProcessDetail(outputOf(frame('gone', '/proc/9: No such process', 1)))).toMatchObject({
      reason: 'not-found',
    });
    for (const pid of [0, -1, 1.5, Number.NaN]) expect(() => processDetail.command({ pid })).toThrow(/pid/);
  });
});
