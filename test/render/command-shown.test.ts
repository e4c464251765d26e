import { describe, expect, it } from 'vitest';
import { postgresReady } from '../../src/probes/dependency/postgres-ready.js';
import { redisPing } from '../../src/probes/dependency/redis-ping.js';
import { tcpConnect } from '../../src/probes/dependency/tcp-connect.js';
import { httpRequest } from '../../src/probes/http/http-request.js';
import { nginxErrorLog } from '../../src/probes/nginx/error-log.js';
import { nginxDump } from '../../src/probes/nginx/nginx-dump.js';
import { systemdJournal } from '../../src/probes/service/systemd-journal.js';
import { tlsHandshake } from '../../src/probes/tls/tls-handshake.js';
import { commandShown } from '../../src/render/command-shown.js';

const marker = { trace: 'abc', version: '1' };
const request = {
  label: 'direct',
  scheme: 'http',
  host: 'docs.example.com',
  uri: '/healthcheck',
  timeoutSeconds: 5,
} as const;

function shown(command: { kind: string; argv: readonly string[] }, within?: string): string {
  return commandShown({
    probe: command.kind,
    argv: command.argv,
    ...(within === undefined ? {} : { within }),
  });
}

describe('the command that is shown for a look', () => {
  it('is the request, with the Host header where it is not the address asked', () => {
    const direct = { ...request, marker, connect: { address: '10.0.4.11', port: 8000 } };
    expect(shown(httpRequest.command(direct))).toBe(
      "curl -sv -H 'Host: docs.example.com' http://10.0.4.11:8000/healthcheck",
    );
    expect(shown(httpRequest.command({ ...direct, host: '10.0.4.11:8000' }))).toBe(
      'curl -sv http://10.0.4.11:8000/healthcheck',
    );
    expect(
      commandShown({ probe: 'http.request', argv: ['goodgate', 'GET', 'https://docs.example.com/'] }),
    ).toBe('curl -sv https://docs.example.com/');
  });

  it('is the request through a unix socket, with a body, or for a WebSocket', () => {
    const socket = { ...request, marker, connect: { socket: '/run/docs.sock' } };
    expect(shown(httpRequest.command(socket))).toContain('--unix-socket /run/docs.sock ');
    const post = { ...request, marker, bodyBytes: 2048, connect: { address: '10.0.4.11', port: 8000 } };
    expect(shown(httpRequest.command(post))).toMatch(
      /^head -c 2048 \/dev\/zero \| curl -sv -X POST .*--data-binary @- http/u,
    );
    expect(shown(httpRequest.command({ ...post, upgrade: true }))).toContain("-H 'Upgrade: websocket'");
  });

  it('is the file, the unit or the command of the line that is cited', () => {
    expect(shown(nginxErrorLog.command({ path: '/var/log/nginx/error.log', bytes: 65_536 }))).toBe(
      'tail /var/log/nginx/error.log',
    );
    expect(shown(systemdJournal.command({ unit: 'ds-docservice.service', lines: 100 }))).toBe(
      'journalctl -u ds-docservice.service',
    );
    const snippet = ['sh', '-c', 'a\nlong\nsnippet', 'goodgate'];
    expect(shown({ kind: 'systemd.units', argv: snippet }, 'ds-docservice.service')).toBe(
      'systemctl show ds-docservice.service',
    );
    expect(
      shown({ kind: 'supervisor.status', argv: snippet }, 'timeout 6 supervisorctl -c /etc/s.conf status'),
    ).toBe('supervisorctl -c /etc/s.conf status');
    expect(shown({ kind: 'docker.containers', argv: snippet }, 'docs')).toBe('docker inspect docs');
    expect(shown({ kind: 'backend.config', argv: snippet }, "file /etc/docs/it's.json")).toBe(
      "cat '/etc/docs/it'\\''s.json'",
    );
    expect(shown(nginxDump.command({}), 'nginx -T -c /opt/nginx.conf')).toBe('nginx -T -c /opt/nginx.conf');
  });

  it('asks what is depended on with its own client', () => {
    const place = { host: '127.0.0.1', port: 6379 };
    expect(shown(redisPing.command(place))).toBe('redis-cli -h 127.0.0.1 -p 6379 ping');
    expect(shown(postgresReady.command({ socket: '/run/pg/.s.PGSQL.5432' }))).toBe('pg_isready -h /run/pg');
    expect(shown(tcpConnect.command(place))).toBe('nc -vz 127.0.0.1 6379');
    expect(shown(tlsHandshake.command({ address: '10.0.4.11', port: 443 }))).toMatch(
      /^openssl s_client -connect 10\.0\.4\.11:443/u,
    );
  });

  it('never holds what a host put into the name of a file', () => {
    const snippet = ['sh', '-c', 'a\nlong\nsnippet', 'goodgate'];
    for (const path of ['/etc/$(reboot).conf', '/etc/a;reboot', '/etc/`reboot`', '/etc/a\nreboot']) {
      expect(shown({ kind: 'supervisor.config', argv: snippet }, `cat ${path}`)).toBe('supervisorctl avail');
    }
  });

  it('is what ran, shortened, for a probe that it does not know', () => {
    expect(shown({ kind: 'new.probe', argv: ['sh', '-c', 'a\nlong\nsnippet', 'goodgate', '/x y'] })).toBe(
      "sh -c … '/x y'",
    );
    expect(shown({ kind: 'new.probe', argv: ['uptime', '-p'] })).toBe('uptime -p');
  });
});
