import { describe, expect, test } from 'vitest';
import { blockLabel, isByDefault, mayBeByDesign, shadowOf } from '../../../src/diagnosis/walk/shadow.js';
import { effectiveSettings, mainSettings } from '../../../src/nginx/effective-settings.js';
import { matchRequest } from '../../../src/nginx/match-request.js';
import { parseNginxDump } from '../../../src/nginx/parse-nginx-dump.js';
import { passedPlaces } from '../../../src/nginx/passed-places.js';
import { resolvePass } from '../../../src/nginx/resolve-upstream.js';

function read(http: string, host = 'shop.test', uri = '/') {
  const config = parseNginxDump(
    `# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {\n${http}\n}\n`,
  );
  const match = matchRequest(config, { scheme: 'http', port: 80, host, uri });
  return {
    config,
    match,
    pass: resolvePass(config, match),
    settings: effectiveSettings(config, match),
    main: mainSettings(config),
    port: 80,
    scheme: 'http' as const,
    partial: false,
    doubtful: false,
  };
}

const site = (name: string, port: number) =>
  `server { listen 80; server_name ${name}; location / { proxy_pass http://127.0.0.1:${port}; } }\n`;

describe('which block a request was meant for', () => {
  test('of many sites each has a location /, and none is in the way of another', () => {
    const refused = 'server { listen 80 default_server; server_name _; return 444; }\n';
    const all = refused + site('api.test', 1) + site('shop.test', 2) + site('blog.test', 3);
    expect(shadowOf(read(all))).toBeUndefined();
    expect(shadowOf(read(site('api.test', 1) + site('shop.test', 2)))).toBeUndefined();
  });

  test('a site that has just this name takes the request from one that takes all', () => {
    const found = shadowOf(read(site('_', 1) + site('shop.test', 2)));
    expect(found?.pass.args).toEqual(['http://127.0.0.1:1']);
    expect(blockLabel(found?.location.label, found?.server)).toBe('location / of server _');
  });

  test('a name that no site has reaches the default server; of several sites none is said to be meant', () => {
    const refused = 'server { listen 80 default_server; server_name _; return 444; }\n';
    const several = read(refused + site('api.test', 1) + site('blog.test', 2));
    expect(shadowOf(several)).toBeUndefined();
    expect(several.match.serverMatch && isByDefault(several.match.serverMatch)).toBe(true);
    expect(shadowOf(read(refused + site('blog.test', 2)))?.server.names[0]?.text).toBe('blog.test');
  });

  test('a folder of files may lack the one that is asked for; a regex is in the way of a prefix', () => {
    const files = 'location /static/ { root /srv; }';
    const app = 'location / { proxy_pass http://127.0.0.1:1; }';
    const block = (more: string) => `server { listen 80; server_name shop.test; ${more} ${app} }`;
    const missing = read(block(files), 'shop.test', '/static/a.css');
    const before = shadowOf(missing);
    expect(before && mayBeByDesign(before, missing)).toBe(true);
    const regex = read(block('location ~ \\.css$ { root /srv; }'), 'shop.test', '/static/a.css');
    const meant = shadowOf(regex);
    expect(meant && mayBeByDesign(meant, regex)).toBe(false);
  });
});

test('every place that some location passes to is known, in whichever server it stands', () => {
  const { config } = read(`upstream docs { server localhost:8000; server unix:/run/docs.sock backup; }
    ${site('a.test', 9100)}
    server { listen 80; server_name b.test; location ~ \\.php$ { fastcgi_pass unix:/run/php.sock; }
      location / { if ($arg_x) { proxy_pass http://127.0.0.1:9200; } proxy_pass http://docs/x; } }`);
  const places = passedPlaces(config);
  expect([...places.ports].sort()).toEqual([8000, 9100, 9200]);
  expect([...places.sockets].sort()).toEqual(['/run/docs.sock', '/run/php.sock']);
  expect(places.complete).toBe(true);
  expect(
    passedPlaces(read('server { listen 80; location / { proxy_pass http://$where; } }').config).complete,
  ).toBe(false);
});

test('what the site itself passes to elsewhere may be what its broken location misses', () => {
  const own = `server { listen 80; server_name shop.test; location / { proxy_pass http://127.0.0.1:9190; }
    location /api/ { proxy_pass http://127.0.0.1:9100; } }`;
  const { config, match } = read(`${site('blog.test', 9200)} ${own}`);
  expect([...passedPlaces(config, match.server).ports]).toEqual([9200]);
});
