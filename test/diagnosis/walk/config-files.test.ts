import { describe, expect, it } from 'vitest';
import { evidenceStore } from '../../../src/diagnosis/looked.js';
import type { HostServices } from '../../../src/diagnosis/walk/host-services.js';
import { readProxy } from '../../../src/diagnosis/walk/read-proxy.js';
import type { Evidence } from '../../../src/domain/evidence.js';
import { outputOf } from '../../probes/output-of.js';

const services: HostServices = {
  host: 'web-1',
  listeners: [],
  listenersKnown: true,
  services: [],
} as unknown as HostServices;

/** What comes back where nginx -T was denied, and the files were read instead. */
function denied(unread: readonly string[], more: 0 | 1, files: readonly string[]): Evidence {
  const said = 'nginx: [emerg] open() "/run/nginx.pid" failed (13: Permission denied)';
  const stdout = [
    '@goodgate dump 12 1 2 1',
    '/usr/sbin/nginx',
    '-T',
    said,
    `@goodgate files 12 ${unread.length} ${more} ${files.length}`,
    ...unread,
    ...files,
    '@goodgate end',
    '',
  ].join('\n');
  const base = { kind: 'nginx.dump', host: 'web-1', argv: [], at: '2026-11-25T03:00:00Z', durationMs: 1 };
  return { ...base, id: 'nginx.dump', output: outputOf(stdout) };
}

function read(
  location: string,
  options: { unread?: readonly string[]; more?: 0 | 1; http?: string; server?: string },
) {
  const files = [
    '# configuration file /etc/nginx/nginx.conf:',
    'events {}',
    `http { ${options.http ?? ''}`,
    `server { listen 80; server_name docs; ${options.server ?? ''} location / { ${location} } }`,
    '}',
  ];
  const store = evidenceStore([denied(options.unread ?? [], options.more ?? 0, files)]);
  return readProxy(store, new URL('http://docs/'), [services], undefined);
}

const PASS = 'proxy_pass http://127.0.0.1:8000;';

describe('a configuration of which only the files could be read', () => {
  it('sends the request where they say, and does not count as tested', () => {
    const proxy = read(PASS, {});
    expect(proxy?.dump).toMatchObject({ denied: true, files: { unread: [], more: false } });
    expect(proxy?.read).toMatchObject({ doubtful: false, pass: { servers: [{ port: 8000 }] } });
  });

  it.each([
    ['beside the servers', { http: 'include /secret/*.conf;' }],
    ['in the server', { server: 'include /secret/*.conf;' }],
  ])('may send it elsewhere where a file %s could not be read', (_where, place) => {
    expect(read(PASS, { ...place, unread: ['/secret/*.conf'] })?.read?.doubtful).toBe(true);
    expect(read(PASS, { ...place, unread: ['/secret/a.conf'] })?.read?.doubtful).toBe(true);
    expect(read(PASS, { ...place, unread: ['/other/a.conf'] })?.read?.doubtful).toBe(false);
  });

  it('keeps its way where the location passes it on, whatever headers are in a file that could not be read', () => {
    const unread = ['/etc/nginx/secret.conf'];
    expect(read(`include secret.conf; ${PASS}`, { unread })?.read?.doubtful).toBe(false);
    expect(read('include secret.conf;', { unread })?.read?.doubtful).toBe(true);
  });

  it('is in doubt where there were more files than are read', () => {
    expect(read(PASS, { more: 1 })?.read?.doubtful).toBe(true);
  });
});
