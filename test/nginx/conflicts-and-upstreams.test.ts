import { afterEach, describe, expect, test } from 'vitest';
import { effectiveSettings, mainSettings, serverSettings } from '../../src/nginx/effective-settings.js';
import { matchRequest } from '../../src/nginx/match-request.js';
import { parseNginxDump } from '../../src/nginx/parse-nginx-dump.js';
import { compilePcre, runPcre } from '../../src/nginx/pcre-regex.js';
import { resolvePass, resolvePassDirective } from '../../src/nginx/resolve-upstream.js';
import { parseSizeBytes, parseTimeMs } from '../../src/nginx/units.js';
import { type NginxFolder, nginxFolder } from './real-nginx.js';

const folders: NginxFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

/** Configurations that nginx itself has accepted. */
function read(main: string, files: Record<string, string> = {}, top = '') {
  const folder = nginxFolder(main, files, top);
  folders.push(folder);
  const config = parseNginxDump(folder.dump());
  expect(config.problems).toEqual([]);
  return config;
}

const REQUEST = {
  scheme: 'http',
  address: '127.0.0.1',
  port: 8082,
  host: 'docs.test',
  uri: '/doc/a.php',
} as const;
const one = (locations: string) => `server { listen 8082; server_name docs.test; ${locations} }`;

describe('who takes the request from the block that was meant', () => {
  test('a regex goes before a prefix without ^~, and not before one with it', () => {
    const config = read(
      one('location /doc/ { proxy_pass http://127.0.0.1:1; } location ~ \\.php$ { return 404; }'),
    );
    const shadowed = matchRequest(config, REQUEST);
    expect(shadowed.handler).toMatchObject({ kind: 'return', status: 404 });
    expect(shadowed.alternatives).toMatchObject([
      {
        takesUri: true,
        lostBecause: 'regex-location-first',
        pass: { args: ['http://127.0.0.1:1'] },
        lostTo: { text: expect.stringContaining('location ~') },
      },
    ]);
    const lost = shadowed.alternatives[0];
    expect(
      lost && shadowed.context && resolvePassDirective(config, lost.pass, shadowed, shadowed.context).servers,
    ).toMatchObject([{ host: '127.0.0.1', port: 1 }]);
    const kept = matchRequest(
      read(
        one(
          'location ^~ /doc/ { proxy_pass http://127.0.0.1:1; } location ~ \\.php$ { proxy_pass http://127.0.0.1:2; }',
        ),
      ),
      REQUEST,
    );
    expect(kept.handler.target).toBe('http://127.0.0.1:1');
    expect(kept.alternatives).toMatchObject([{ takesUri: true, lostBecause: 'prefix-without-regex-first' }]);
  });

  test('a server of the same name in an earlier file keeps the name', () => {
    const config = read('include sites/*;', {
      'sites/10-old': one('location / { return 502; }'),
      'sites/20-docs': one('location / { proxy_pass http://127.0.0.1:8000; }'),
    });
    const match = matchRequest(config, REQUEST);
    expect(match).toMatchObject({ certain: true, handler: { status: 502 } });
    expect(match.serverMatch?.ignoredNames).toMatchObject([{ name: { text: 'docs.test' } }]);
    expect(match.alternatives).toMatchObject([
      {
        lostBecause: 'conflicting-server-name',
        takesUri: true,
        pass: { file: expect.stringContaining('20-docs') },
      },
    ]);
  });

  test('the default server takes a name that no server has', () => {
    const config = read(
      `${one('location / { proxy_pass http://127.0.0.1:8000; }')} server { listen 8082 default_server; return 444; }`,
    );
    const match = matchRequest(config, { ...REQUEST, host: 'dosc.test' });
    expect(match).toMatchObject({ handler: { status: 444 }, serverMatch: { reason: 'default-server' } });
    expect(match.alternatives).toMatchObject([{ lostBecause: 'other-server-name' }]);
  });

  test('a server on the very address goes before one on all addresses', () => {
    const config = read(
      'server { listen 8082; server_name docs.test; return 201; } server { listen 127.0.0.1:8082; return 202; }',
    );
    expect(matchRequest(config, REQUEST).handler.status).toBe(202);
    expect(matchRequest(config, { ...REQUEST, address: '10.0.0.9' }).handler.status).toBe(201);
    const { address: _, ...anyAddress } = REQUEST;
    expect(matchRequest(config, anyAddress)).toMatchObject({ certain: false });
    expect(matchRequest(config, { ...REQUEST, port: 8083 }).handler.kind).toBe('none');
  });

  test('a nested location does not inherit the pass of the one around it', () => {
    const match = matchRequest(
      read(one('location / { proxy_pass http://127.0.0.1:1; location /doc/ { proxy_read_timeout 5s; } }')),
      REQUEST,
    );
    expect(match.handler.kind).toBe('static');
    expect(match.alternatives).toMatchObject([{ takesUri: true, lostBecause: 'longer-prefix-first' }]);
  });

  test('a fallback of try_files is followed, and the file kept as possible', () => {
    const match = matchRequest(
      read(one('root /srv; try_files $uri @app; location @app { proxy_pass http://127.0.0.1:1; }')),
      REQUEST,
    );
    expect(match).toMatchObject({
      certain: false,
      handler: { kind: 'proxy' },
      possible: [{ handler: { kind: 'static' } }],
    });
  });

  test('who answers auth_request is followed, too', () => {
    const config = read(
      one(
        'auth_request /auth; location = /auth { internal; proxy_pass http://127.0.0.1:9; } location / { proxy_pass http://127.0.0.1:1; }',
      ),
    );
    expect(matchRequest(config, REQUEST).authRequest).toMatchObject({
      handler: { kind: 'proxy', target: 'http://127.0.0.1:9' },
    });
  });
});

describe('where a pass leads', () => {
  const resolve = (pass: string, http = '', request = {}) => {
    const config = read(`${http} ${one(`location / { ${pass} }`)}`);
    return resolvePass(config, matchRequest(config, { ...REQUEST, ...request }));
  };

  test('addresses, default ports and sockets', () => {
    expect(resolve('proxy_pass http://127.0.0.1;').servers).toMatchObject([
      { host: '127.0.0.1', port: 80, isName: false },
    ]);
    expect(resolve('proxy_pass https://localhost/x/;')).toMatchObject({
      servers: [{ scheme: 'https', host: 'localhost', port: 443, isName: true, resolvedAt: 'start' }],
      upstreamUri: '/x/doc/a.php',
      proxyHost: 'localhost',
    });
    expect(resolve('proxy_pass http://[::1]:8000;').servers).toMatchObject([
      { host: '::1', port: 8000, isName: false },
    ]);
    expect(resolve('proxy_pass http://unix:/run/a.sock:/x/;')).toMatchObject({
      servers: [{ socket: '/run/a.sock', host: '', isName: false }],
      upstreamUri: '/x/doc/a.php',
    });
    expect(resolve('fastcgi_pass unix:/run/php.sock;').servers).toMatchObject([
      { scheme: 'fastcgi', socket: '/run/php.sock' },
    ]);
    expect(resolve('uwsgi_pass localhost:3031;').servers).toMatchObject([{ scheme: 'uwsgi', port: 3031 }]);
    expect(resolve('grpc_pass grpcs://localhost:8443;').servers).toMatchObject([
      { scheme: 'grpcs', port: 8443 },
    ]);
  });

  test('a group with all that its servers say', () => {
    const group =
      'upstream Docs { least_conn; zone docs 64k; server localhost max_fails=3 fail_timeout=1m weight=2; server 127.0.0.1:8001 backup; server unix:/run/b.sock down; keepalive 8; }';
    const resolution = resolve('proxy_pass https://docs;', group);
    expect(resolution.group).toMatchObject({ balancing: 'least_conn', keepalive: 8, zone: 'docs' });
    expect(resolution.servers).toMatchObject([
      {
        scheme: 'https',
        host: 'localhost',
        port: 80,
        maxFails: 3,
        failTimeoutS: 60,
        weight: 2,
        isGroup: true,
        groupName: 'Docs',
      },
      { host: '127.0.0.1', port: 8001, backup: true, maxFails: 1, failTimeoutS: 10 },
      { socket: '/run/b.sock', down: true },
    ]);
  });

  test('a variable is resolved for each request, and only with a resolver', () => {
    const map = 'map $http_x_to $to { default docs.internal:8000; ~^(\\d+)$ 127.0.0.1:$1; }';
    expect(resolve('resolver 127.0.0.53 valid=10s; proxy_pass http://$to;', map)).toMatchObject({
      servers: [{ host: 'docs.internal', port: 8000, isName: true, resolvedAt: 'request' }],
      resolverMissing: false,
    });
    expect(resolve('proxy_pass http://$to;', map).resolverMissing).toBe(true);
    const direct = resolve('proxy_pass http://$to;', map, { headers: { 'X-To': '8123' } });
    expect(direct).toMatchObject({
      servers: [{ host: '127.0.0.1', port: 8123, resolvedAt: 'start' }],
      resolverMissing: false,
    });
    expect(resolve('set $b localhost; proxy_pass http://$b:8000$request_uri;')).toMatchObject({
      target: 'http://localhost:8000/doc/a.php',
      resolverMissing: true,
    });
  });

  test('a value that depends on the client is undecided, by name', () => {
    const resolution = resolve(
      'proxy_pass http://127.0.0.1:$port;',
      'map $remote_addr $port { default 1; 10.0.0.1 2; }',
    );
    expect(resolution.servers).toEqual([]);
    expect(resolution.undecided).toMatchObject([
      { variables: ['remote_addr'], directive: { name: 'proxy_pass' } },
    ]);
  });
});

describe('the settings in force', () => {
  test('the innermost level counts, lists replace one another, and the rest is nginx’s default', () => {
    const config = read(
      `proxy_read_timeout 5m; proxy_set_header Host $host; client_max_body_size 10m; error_log http.log warn; error_log syslog:server=127.0.0.1 error;
       log_format timing '$status ' "$upstream_response_time"; limit_req_zone $uri zone=one:1m rate=1r/s;
       ${one('proxy_connect_timeout 500ms; access_log a.log timing if=$http_x buffer=8k; location / { limit_req zone=one burst=2; proxy_set_header X-A $uri; client_max_body_size 0; proxy_ssl_verify on; proxy_ssl_trusted_certificate ca.pem; error_page 502 /50x.html; proxy_pass http://127.0.0.1:1; proxy_buffers 4 16k; resolver 127.0.0.1 [::1]:53 valid=30s ipv6=off; }')}`,
      { 'ca.pem': '' },
      'worker_processes auto; worker_rlimit_nofile 1024;',
    );
    const settings = effectiveSettings(config, matchRequest(config, REQUEST));
    expect(settings.proxyReadTimeoutMs).toMatchObject({
      value: 300_000,
      default: false,
      directive: { name: 'proxy_read_timeout' },
    });
    expect(settings.proxyConnectTimeoutMs.value).toBe(500);
    expect(settings.proxySendTimeoutMs).toEqual({ value: 60_000, default: true });
    expect(settings.clientMaxBodySizeBytes.value).toBe(0);
    expect(settings.proxyBuffers.value).toEqual({ number: 4, sizeBytes: 16_384 });
    expect(settings.proxySsl).toMatchObject({
      verify: { value: true },
      trustedCertificate: { value: 'ca.pem' },
      serverName: { value: false },
    });
    expect(settings.proxyHeaders.map(({ name }) => name)).toEqual(['Host', 'Connection', 'X-A']);
    expect(settings.proxyHeaders[2]?.value).toBe('/doc/a.php');
    expect(settings.errorLogs).toMatchObject([
      { target: { path: 'http.log' }, level: 'warn' },
      { target: { kind: 'syslog' }, level: 'error' },
    ]);
    expect(settings.accessLogs).toMatchObject([
      { target: { path: 'a.log' }, format: 'timing', condition: '$http_x', buffered: true },
    ]);
    expect(settings.logFormats.get('timing')?.template).toBe('$status $upstream_response_time');
    expect(settings.limitReq).toMatchObject([{ zone: 'one', zoneDirective: { name: 'limit_req_zone' } }]);
    expect(settings.resolver.value).toEqual(['127.0.0.1', '[::1]:53']);
    expect(settings.resolverValidMs).toBe(30_000);
    expect(mainSettings(config)).toMatchObject({
      workerConnections: { value: 64 },
      workerRlimitNofile: { value: 1024 },
      workerProcesses: { value: 'auto' },
    });
    const server = config.servers[0]?.directive;
    expect(server && serverSettings(config, server).clientMaxBodySizeBytes.value).toBe(10 * 1024 * 1024);
  });

  test('times and sizes are read as nginx reads them', () => {
    expect(['60', '90s', '500ms', '1h30m', '1m 30s', '1d', '2M', '1y'].map(parseTimeMs)).toEqual([
      60_000, 90_000, 500, 5_400_000, 90_000, 86_400_000, 5_184_000_000, 31_536_000_000,
    ]);
    expect(['', 'x', '1x', '1s1h', '-1', '1m1m', `${'1'.repeat(40)}x`].map(parseTimeMs)).toEqual(
      Array(7).fill(undefined),
    );
    expect(['8192', '8k', '1M', '2g'].map(parseSizeBytes)).toEqual([8192, 8192, 1_048_576, 2_147_483_648]);
    expect(['', 'k', '1kk', '1.5m'].map(parseSizeBytes)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('regexes of the configuration', () => {
  test('what PCRE means is kept', () => {
    const cases: Array<[string, string, boolean]> = [
      ['(?i)^/ABC', '/abc', true],
      ['^[[:alpha:]]+$', 'abc', true],
      ['^[]x]$', ']', true],
      ['^a.c$', 'a\nc', false],
      ['(?s)^a.c$', 'a\nc', true],
      ['^\\Aabc\\z', 'abc', true],
      [
        '\\.(?:png|jpe?g|gif|ico|css|js|svg|woff2?|ttf|eot|map|html|json|txt|xml|pdf|docx?)$',
        '/a/b.docx',
        true,
      ],
      ['^a{2,3}$', 'aaaa', false],
      ['^{x}$', '{x}', true],
      ["^(?'n'a)$", 'a', true],
      ['^\\x41\\/', 'A/', true],
    ];
    for (const [pattern, subject, expected] of cases) {
      expect([pattern, runPcre(pattern, false, subject).kind]).toEqual([
        pattern,
        expected ? 'match' : 'no-match',
      ]);
    }
  });

  test('what could run for long, or that only PCRE knows, is not run', () => {
    for (const pattern of [
      '(a+)+$',
      '(a|a)*$',
      '(?:a?)*b',
      '(.*)*x',
      'a++b',
      '(?>a)b',
      '(?R)',
      '\\Qa\\E',
      '(a)\\1',
      '(',
      ')',
      '[',
      '*',
    ]) {
      expect([pattern, compilePcre(pattern, false).ok]).toEqual([pattern, false]);
    }
    const slow = compilePcre('.*a.*b.*c.*d$', false);
    expect(slow.ok && slow.maxLength).toBeLessThan(200);
    expect(runPcre('.*a.*b.*c.*d$', false, 'a'.repeat(2000)).kind).toBe('undecided');
    expect(runPcre('^/(\\d+)\\.(\\d+)/(.*)$', false, `/1.2/${'x'.repeat(2000)}`).kind).toBe('match');
  });
});
