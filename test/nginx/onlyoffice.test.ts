import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effectiveSettings } from '../../src/nginx/effective-settings.js';
import { matchRequest } from '../../src/nginx/match-request.js';
import type { NginxConfig } from '../../src/nginx/model.js';
import { parseNginxDump } from '../../src/nginx/parse-nginx-dump.js';
import type { NginxRequest } from '../../src/nginx/request-context.js';
import { resolvePass } from '../../src/nginx/resolve-upstream.js';
import { type NginxFolder, nginxFolder } from './real-nginx.js';

const COMMON = `
upstream office { server localhost:8000 max_fails=0 fail_timeout=0s; keepalive 32; }
upstream samples { server 127.0.0.1:3000; server unix:/run/samples.sock backup; }
map $http_host $asked_host { "" $host; default $http_host; }
map $http_x_forwarded_proto $outer_scheme { default $http_x_forwarded_proto; "" $scheme; }
map $http_x_forwarded_host $outer_host { default $http_x_forwarded_host; "" $asked_host; }
map $http_upgrade $hop { default upgrade; "" close; }
proxy_set_header Host $http_host;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $hop;
proxy_set_header X-Forwarded-Host $outer_host;
proxy_set_header X-Forwarded-Proto $outer_scheme;
`;

const SERVICE = String.raw`
rewrite ^/$ $outer_scheme://$outer_host/hello/ redirect;
rewrite ^/AppsOld(/apps/.*)$ /web$1 redirect;
client_max_body_size 100m;
error_log office.error.log;
location ~ ^(/[\d]+\.[\d]+\.[\d]+[\.|-][\w]+)?/(web)(/.*\.(html|js|css|json|png|svg|woff2?))$ { expires 1y; alias /srv/office/$2$3; }
location ~* ^(/cache/files.*)(/.*) { alias /srv/cache$1; secure_link $arg_md5,$arg_expires; if ($secure_link = "") { return 403; } }
location ~* ^(/[\d]+\.[\d]+\.[\d]+[\.|-][\w]+)?/(info|internal)(/.*)?$ { allow 127.0.0.1; allow ::1; deny all; proxy_pass http://office/$2$3; }
location / { proxy_pass http://office; proxy_http_version 1.1; }
location ~ ^/([\d]+\.[\d]+\.[\d]+[\.|-][\w]+)/(?<rest>.*)$ { proxy_pass http://office/$2$is_args$args; proxy_http_version 1.1; proxy_read_timeout 90; }
location /samples/ { proxy_pass http://samples/; proxy_set_header Host $http_host; }
`;

let folder: NginxFolder;
let config: NginxConfig;
const request: NginxRequest = { scheme: 'http', port: 8081, host: 'docs.test', uri: '/healthcheck' };

beforeAll(() => {
  folder = nginxFolder('include conf.d/*.conf;', {
    'conf.d/ds.conf':
      'include includes/common.conf;\nserver {\n  listen 0.0.0.0:8081;\n  listen [::]:8081 default_server;\n  set $secure_link_secret hush;\n  include includes/office-*.conf;\n}\n',
    'includes/common.conf': COMMON,
    'includes/office-service.conf': SERVICE,
  });
  config = parseNginxDump(folder.dump());
});
afterAll(() => folder.remove());

describe('a configuration of the shape of OnlyOffice', () => {
  test('is read without a problem, includes in their places', () => {
    expect(config.problems).toEqual([]);
    expect(config.servers).toHaveLength(1);
    expect(config.files.map((file) => file.replace(folder.prefix, ''))).toEqual([
      '/nginx.conf',
      '/conf.d/ds.conf',
      '/includes/common.conf',
      '/includes/office-service.conf',
    ]);
  });

  test('sends the health check to the group of localhost:8000, a name resolved at the start', () => {
    const match = matchRequest(config, request);
    expect(match).toMatchObject({ certain: true, handler: { kind: 'proxy', target: 'http://office' } });
    const resolution = resolvePass(config, match);
    expect(resolution).toMatchObject({ upstreamUri: '/healthcheck', resolverMissing: false });
    expect(resolution.servers).toMatchObject([
      {
        host: 'localhost',
        port: 8000,
        isName: true,
        groupName: 'office',
        maxFails: 0,
        failTimeoutS: 0,
        resolvedAt: 'start',
      },
    ]);
    expect(resolution.servers[0]?.directive).toMatchObject({
      line: 2,
      text: expect.stringContaining('server localhost:8000'),
    });
  });

  test('takes a versioned path by its regex, and passes the path without the version', () => {
    const match = matchRequest(config, {
      ...request,
      uri: '/8.2.1-abcdef0/doc/key1/c/?transport=websocket&shard=1',
    });
    expect(match.certain).toBe(true);
    expect(match.location?.label).toContain('(?<rest>');
    const resolution = resolvePass(config, match);
    expect(resolution.target).toBe('http://office/doc/key1/c/?transport=websocket&shard=1');
    expect(resolution.servers[0]).toMatchObject({ host: 'localhost', port: 8000, resolvedAt: 'start' });
    expect(effectiveSettings(config, match).proxyReadTimeoutMs).toMatchObject({
      value: 90_000,
      default: false,
    });
    const prefix = match.alternatives.find((other) => other.location.pattern === '/');
    expect(prefix).toMatchObject({ takesUri: true, lostBecause: 'regex-location-first' });
  });

  test('serves versioned static files from disk', () => {
    const match = matchRequest(config, {
      ...request,
      uri: '/8.2.1-abcdef0/web/apps/api/documents/api.js?x=1',
    });
    expect(match).toMatchObject({ certain: true, handler: { kind: 'static' } });
  });

  test('redirects from / with the scheme and host that the outer proxy named', () => {
    const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'out.test' };
    expect(matchRequest(config, { ...request, uri: '/', headers }).handler).toMatchObject({
      kind: 'redirect',
      status: 302,
      target: 'https://out.test/hello/',
    });
    expect(matchRequest(config, { ...request, uri: '/' }).handler.target).toBe('http://docs.test/hello/');
  });

  test('refuses /info/ to all but the host itself, and says so where the client is not known', () => {
    const uri = '/info/info.json';
    const from = (clientAddress: string) => matchRequest(config, { ...request, uri, clientAddress }).handler;
    expect(from('127.0.0.1')).toMatchObject({ kind: 'proxy' });
    expect(from('10.1.2.3')).toMatchObject({ kind: 'return', status: 403, directive: { name: 'deny' } });
    expect(matchRequest(config, { ...request, uri }).undecided).toMatchObject([
      { directive: { name: 'allow' } },
    ]);
  });

  test('says that it cannot know what secure_link finds', () => {
    const match = matchRequest(config, {
      ...request,
      uri: '/cache/files/a/output.docx/output.docx?md5=x&expires=1',
    });
    expect(match).toMatchObject({ certain: false, handler: { kind: 'static' } });
    expect(match.undecided).toMatchObject([{ variables: ['secure_link'], directive: { name: 'if' } }]);
  });

  test('sends the upgrade on for WebSocket requests only, from the http level', () => {
    const headers = (uri: string, upgrade?: string) => {
      const match = matchRequest(config, { ...request, uri, headers: upgrade ? { Upgrade: upgrade } : {} });
      const sent = effectiveSettings(config, match).proxyHeaders;
      return Object.fromEntries(sent.map(({ name, value }) => [name, value]));
    };
    expect(headers('/x', 'websocket')).toMatchObject({
      Upgrade: 'websocket',
      Connection: 'upgrade',
      Host: 'docs.test',
    });
    expect(headers('/x')).toMatchObject({ Upgrade: '', Connection: 'close' });
    // One proxy_set_header in a location puts all inherited ones out of force.
    expect(headers('/samples/', 'websocket')).toEqual({ Connection: 'close', Host: 'docs.test' });
  });

  test('cites the literal line of the dump', () => {
    const dump = folder.dump().split('\n');
    const match = matchRequest(config, request);
    const directive = match.handler.directive;
    expect(directive?.text).toBe(dump[directive?.dumpLine ?? -1]);
    expect(directive?.file).toBe(`${folder.prefix}/includes/office-service.conf`);
    const size = effectiveSettings(config, match).clientMaxBodySizeBytes;
    expect(size).toMatchObject({ value: 104_857_600, directive: { line: 4 } });
    expect(effectiveSettings(config, match).errorLogs).toMatchObject([
      { target: { kind: 'file', path: 'office.error.log' }, level: 'error' },
    ]);
  });
});
