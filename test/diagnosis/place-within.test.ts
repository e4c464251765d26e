import { describe, expect, it } from 'vitest';
import { citationOf, indexEvidence, refTo } from '../../src/diagnosis/cite.js';
import type { Evidence } from '../../src/domain/evidence.js';

function cited(kind: string, stdout: string, line: number) {
  const evidence: Evidence = {
    id: kind,
    kind,
    host: 'docs-1',
    argv: ['sh', '-c', 'snippet', 'goodgate'],
    at: '2026-11-20T21:06:07Z',
    durationMs: 3,
    output: { exitCode: 0, stdout, stderr: '', truncated: false, timedOut: false },
  };
  const citation = citationOf(refTo(evidence, line), indexEvidence([evidence], [evidence.host]));
  return citation && { excerpt: citation.excerpt, within: citation.within };
}

const SUPERVISOR = [
  'F 1 0 installed',
  '/usr/bin/supervisord /usr/bin/supervisorctl',
  'F 1 4 timeout 6 supervisorctl -c /etc/s.conf status',
  'unix:///run/supervisor.sock refused connection',
  'F 1 0 empty',
  '',
].join('\n');

describe('a cited line', () => {
  it('is never a mark of ours: what the mark announces is shown in its place', () => {
    const status = 'timeout 6 supervisorctl -c /etc/s.conf status';
    const line = { excerpt: 'unix:///run/supervisor.sock refused connection', within: status };
    expect(cited('supervisor.status', SUPERVISOR, 2)).toEqual(line);
    expect(cited('supervisor.status', SUPERVISOR, 3)).toEqual(line);
    expect(cited('supervisor.status', SUPERVISOR, 4)).toBeUndefined();
    expect(cited('nginx.dump', '@goodgate dump 7 0 2 1\nnginx\n-T\nhttp {', 0)).toBeUndefined();
  });

  it('belongs to no frame that a file only pretends to begin', () => {
    const text =
      'F 2 0 cat /etc/hosts\n127.0.0.1 localhost\nF 9 0 cat /etc/shadow\nF 1 0 cat /etc/resolv.conf\nnameserver 9.9.9.9';
    expect(cited('dns.config', text, 2)).toEqual({
      excerpt: 'F 9 0 cat /etc/shadow',
      within: 'cat /etc/hosts',
    });
    expect(cited('dns.config', text, 4)?.within).toBe('cat /etc/resolv.conf');
  });

  it('says which unit or container it is about', () => {
    const units =
      'F 5 0 systemctl show\nId=cron.service\nActiveState=active\n\nId=ds-docservice.service\nActiveState=failed';
    expect(cited('systemd.units', units, 5)).toEqual({
      excerpt: 'ActiveState=failed',
      within: 'ds-docservice.service',
    });
    const containers = [
      'F 12 0 docker inspect',
      '[',
      ...['nginx', 'docs'].flatMap((name) => [
        '    {',
        '        "State": {',
        '            "Status": "exited"',
        '        },',
        `        "Name": "/${name}",`,
        '    },',
      ]),
      ']',
    ].join('\n');
    expect(cited('docker.containers', containers, 4)?.within).toBe('nginx');
    expect(cited('docker.containers', containers, 10)?.within).toBe('docs');
  });

  it('is what the server sent, without the mark that sets it off, and the rest of a dump as it stands', () => {
    expect(cited('http.request', 'raw:\n| HTTP/1.1 502 Bad Gateway\r', 1)?.excerpt).toBe(
      'HTTP/1.1 502 Bad Gateway',
    );
    expect(cited('backend.log', '| HTTP/1.1 502 Bad Gateway', 0)?.excerpt).toBe('| HTTP/1.1 502 Bad Gateway');
    expect(cited('nginx.dump', '@goodgate dump 7 0 2 1\nnginx \n-T \nhttp {', 3)).toEqual({
      excerpt: 'http {',
      within: 'nginx -T',
    });
  });

  it('that is not there is not cited, in cut, empty or garbled output', () => {
    expect(cited('supervisor.status', '', 0)).toBeUndefined();
    expect(cited('supervisor.status', 'F 9 0 x\nfirst', 7)).toBeUndefined();
    expect(cited('systemd.units', 'F 2 0 systemctl show\nActiveState=failed\n', 1)?.within).toBe(
      'systemctl show',
    );
    expect(cited('net.listeners', '\u0000\ufffd garbage', 0)?.excerpt).toContain('garbage');
  });
});
