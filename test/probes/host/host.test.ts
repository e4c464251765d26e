import { describe, expect, it } from 'vitest';
import { parseHostClock } from '../../../src/probes/host/host-clock.js';
import { parseHostCpu } from '../../../src/probes/host/host-cpu.js';
import { parseHostDisk } from '../../../src/probes/host/host-disk.js';
import { parseHostMemory } from '../../../src/probes/host/host-memory.js';
import { parseHostMounts } from '../../../src/probes/host/host-mounts.js';
import { parseKernelLog } from '../../../src/probes/host/kernel-log.js';
import { parseMacStatus } from '../../../src/probes/host/mac-status.js';
import { fixture, frame } from '../fixture.js';
import { outputOf } from '../output-of.js';

describe('kernel.log', () => {
  it('reads a kill by a control group limit, once, with its group and age', () => {
    const parsed = parseKernelLog(outputOf(fixture('host', 'dmesg-oom')));
    const facts = parsed.ok ? parsed.facts : undefined;
    expect(facts?.oomKills).toHaveLength(1);
    expect(facts?.oomKills[0]).toMatchObject({
      pid: 4078,
      process: 'python3',
      cgroup: '/ggtest',
      cgroupLimit: true,
    });
    expect(facts?.oomKills[0]?.secondsAgo).toBeLessThan(2);
    expect(facts?.segfaults[0]).toMatchObject({ process: 'python3', pid: 4119 });
  });

  it('reads full tables, denials and broken disks', () => {
    const log = [
      '[ 8642.000100] nf_conntrack: nf_conntrack: table full, dropping packet',
      '[ 8643.0] audit: type=1400 audit(1.1:9): apparmor="DENIED" operation="open" profile="/usr/sbin/nginx" name="/x" pid=812 comm="nginx"',
      '[ 8644.0] audit: type=1400 audit(1.2:3): avc:  denied  { name_connect } for  pid=812 comm="nginx" dest=8000 scontext=a',
      '[ 8645.0] I/O error, dev sda, sector 12 op 0x0:(READ)',
    ].join('\n');
    const parsed = parseKernelLog(outputOf(frame('cat /proc/uptime', '8700.00 1.0') + frame('dmesg', log)));
    expect(parsed).toMatchObject({
      ok: true,
      facts: {
        conntrackFull: [{ secondsAgo: 58, line: 3 }],
        appArmorDenied: [{ profile: '/usr/sbin/nginx', operation: 'open', pid: 812 }],
        avcDenied: [{ operation: 'name_connect', comm: 'nginx' }],
        ioErrors: [{}],
      },
    });
  });

  it('does not take a forbidden log for a quiet one', () => {
    const denied =
      frame('cat /proc/uptime', '1 1') +
      frame('dmesg', 'dmesg: read kernel buffer failed: Operation not permitted', 1);
    expect(parseKernelLog(outputOf(denied))).toMatchObject({ reason: 'permission-denied' });
    const hint = frame(
      'journalctl -k',
      'Hint: You are currently not seeing messages from other users and the system.',
    );
    expect(parseKernelLog(outputOf(denied + hint))).toMatchObject({ reason: 'permission-denied' });
  });
});

describe('host.disk', () => {
  it('reads a full file system and one without inodes, and leaves pseudo file systems out', () => {
    const parsed = parseHostDisk(outputOf(fixture('host', 'df-full')));
    const full = parsed.ok
      ? parsed.facts.filesystems.find(({ mount }) => mount === '/var/lib/onlyoffice')
      : undefined;
    expect(full).toMatchObject({
      type: 'tmpfs',
      usedPercent: 100,
      availKb: 0,
      inodes: 16,
      inodesUsedPercent: 100,
      inodesFree: 0,
    });
    const lines = fixture('host', 'df-full').split('\n');
    expect(lines[full?.line ?? 0]).toContain('/var/lib/onlyoffice');
    expect(lines[full?.inodesLine ?? 0]).toMatch(/ 16 +16 +0 +100%/);
    expect(parsed.ok && parsed.facts.filesystems.some(({ type }) => type === 'devtmpfs')).toBe(false);
  });

  it('says when only local file systems answered', () => {
    const text =
      'Filesystem Type 1024-blocks Used Available Capacity Mounted on\n/dev/vda1 ext4 100 50 50 50% /my data';
    const parsed = parseHostDisk(outputOf(frame('df -PkT -l', text) + frame('df -PiT -l', '', 124)));
    expect(parsed).toMatchObject({
      ok: true,
      facts: { remoteHung: true, filesystems: [{ mount: '/my data', usedPercent: 50 }] },
    });
  });

  it('does not take silence for room', () => {
    expect(parseHostDisk(outputOf(frame('df -PkT', '', 1) + frame('df -PiT', '', 1)))).toMatchObject({
      ok: false,
    });
  });
});

describe('host.memory, host.cpu, host.clock, host.mounts', () => {
  it('reads memory, pressure and kills', () => {
    const parsed = parseHostMemory(
      outputOf(
        frame(
          'cat /proc/meminfo',
          'MemTotal:        4000000 kB\nMemAvailable:     100000 kB\nSwapTotal: 0 kB',
        ) +
          frame(
            'cat /proc/pressure/memory',
            'some avg10=41.50 avg60=20.00 avg300=1.00 total=1\nfull avg10=30.25 avg60=9.00 avg300=1.00 total=1',
          ) +
          frame('grep -E vmstat', 'pswpin 10\npswpout 20\noom_kill 3'),
      ),
    );
    expect(parsed).toMatchObject({
      ok: true,
      facts: {
        availablePercent: 2.5,
        availableLine: 2,
        pressure: { someAvg10: 41.5, fullAvg10: 30.25 },
        oomKills: 3,
        swapOutPages: 20,
      },
    });
  });

  it('names the process that uses the processors now, whatever its name', () => {
    const stat = (pid: number, ticks: number) => `${pid} (a) b) R 1 1 1 0 -1 0 0 0 0 0 ${ticks} 0 0 0 20`;
    const parsed = parseHostCpu(
      outputOf(
        frame('cat /proc/loadavg', '9.20 3.18 1.12 12/80 11206') +
          frame('nproc', '2') +
          frame('first', `cpu  100 0 0 1000 0 0 0 0 0 0\n${stat(7, 50)}\n${stat(8, 5)}`) +
          frame('second', `cpu  180 0 0 1020 0 0 0 0 0 0\n${stat(7, 95)}\n${stat(8, 5)}`),
      ),
    );
    expect(parsed).toMatchObject({
      ok: true,
      facts: { load1: 9.2, nproc: 2, runnable: 12, busyPercent: 80 },
    });
    expect(parsed.ok && parsed.facts.top).toMatchObject([{ pid: 7, name: 'a) b', cpuPercent: 90 }]);
  });

  it('reads clocks with and without nanoseconds', () => {
    expect(parseHostClock(outputOf('1795224301.123456789 +0530\n'))).toMatchObject({
      facts: { epochMs: 1795224301123, precisionMs: 1, offsetMinutes: 330 },
    });
    expect(parseHostClock(outputOf('1795224301.N -0100\n'))).toMatchObject({
      facts: { precisionMs: 1000, offsetMinutes: -60 },
    });
    expect(parseHostClock(outputOf('Sa 21. Nov 01:25:01 CET 2026\n'))).toMatchObject({
      reason: 'unparseable',
    });
  });

  it('reads escapes and read-only mounts', () => {
    const parsed = parseHostMounts(outputOf('/dev/vda1 /my\\040data ext4 ro,relatime 0 0\n'));
    expect(parsed).toMatchObject({ facts: { mounts: [{ mount: '/my data', readOnly: true }] } });
  });
});

describe('mac.status', () => {
  it('tells SELinux in force, its boolean and its denials', () => {
    const text =
      frame('cat /sys/fs/selinux/enforce', '1') +
      frame('getenforce', 'Enforcing') +
      frame('cat /sys/module/apparmor/parameters/enabled', 'cat: no such file', 1) +
      frame('getsebool httpd_can_network_connect', 'httpd_can_network_connect --> off') +
      frame(
        'ausearch -m avc -ts recent',
        'type=AVC msg=audit(1.0:1): avc:  denied  { name_connect } for  pid=812 comm="nginx" dest=8000',
      );
    expect(parseMacStatus(outputOf(text))).toMatchObject({
      facts: {
        selinux: 'enforcing',
        appArmor: 'absent',
        httpdCanNetworkConnect: false,
        denialsVisible: true,
        recentDenials: [{ comm: 'nginx' }],
      },
    });
  });

  it('does not take an unreadable audit log for an empty one', () => {
    const text =
      frame('cat /sys/fs/selinux/enforce', '1') +
      frame('ausearch -m avc -ts recent', 'Error opening config file (Permission denied)', 1);
    expect(parseMacStatus(outputOf(text))).toMatchObject({
      facts: { denialsVisible: false, recentDenials: [] },
    });
  });
});
