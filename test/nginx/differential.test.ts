import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchRequest } from '../../src/nginx/match-request.js';
import type { NginxConfig } from '../../src/nginx/model.js';
import { normalizeUri } from '../../src/nginx/normalize-uri.js';
import { parseNginxDump } from '../../src/nginx/parse-nginx-dump.js';
import { hostName, type NginxRequest } from '../../src/nginx/request-context.js';
import { resolvePass } from '../../src/nginx/resolve-upstream.js';
import { ask, freePorts, type NginxFolder, nginxFolder, startNginx } from './real-nginx.js';

let folder: NginxFolder;
let stop: () => Promise<void>;
let config: NginxConfig;
let ports: number[];

function locations(a: number, back: number): string {
  return `
    location = / { return 200 "root exact"; }
    location = /exact { return 200 "exact"; }
    location /exact { return 200 "exact as prefix"; }
    location / { return 200 "slash $uri?$args"; }
    location /app { return 200 "app"; }
    location /app/ { return 200 "app slash"; }
    location /app/deep { return 200 "app deep";
      location /app/deep/nest { return 200 "nest";
        location ~ \\.nested$ { return 200 "nested regex"; } }
      location = /app/deep/one { return 200 "nested exact"; }
    }
    location ^~ /static { return 200 "static noregex"; }
    location ^~ /static/in { return 200 "in"; location ~ \\.php$ { return 200 "php within static"; } }
    location /img/ { return 200 "img"; }
    location ~* \\.(?:png|jpe?g|gif)$ { return 200 "picture"; }
    location ~ ^/v(\\d+)/(?<rest>[a-z]+) { return 200 "version $1 $rest"; }
    location ~ /v2/ { return 200 "second regex"; }
    location ~ \\.php$ { return 200 "php"; }
    location ~* ^/CASE/ { return 200 "caseless"; }
    location ~ ^/outer/ { location ~ inner { return 200 "inner first"; }
      location ~ x$ { return 200 "inner regex"; } return 200 "outer"; }
    location "/with space" { return 200 "space"; }
    location /öl { return 200 "umlaut"; }
    location /proxy/ { proxy_pass http://127.0.0.1:${back}/back/; }
    location /plain/ { proxy_pass http://127.0.0.1:${back}; proxy_set_header Host $host; proxy_set_header X-Uri $uri; }
    location = /pexact/ { proxy_pass http://group; }
    location /grp { proxy_pass http://group/; proxy_http_version 1.1; proxy_set_header Connection $conn; }
    location ~ ^/rx/(.*) { proxy_pass http://127.0.0.1:${back}/rx?p=$1; }
    location /dyn/ { set $to group; if ($arg_to) { set $to $arg_to; } proxy_pass http://$to; }
    location /old/ { rewrite ^/old/(.*)$ /app/$1 last; }
    location /old2/ { rewrite ^/old2/(.*)$ /app/$1?from=old2 break; proxy_pass http://127.0.0.1:${back}; }
    location /old3/ { rewrite ^/old3/(.*)$ /proxy/$1?; }
    location /moved/ { rewrite ^/moved/(.*) /app/$1 permanent; }
    location /moved2/ { rewrite ^/moved2/(.*) http://other.example/$1 redirect; }
    location /cycle/ { rewrite ^/cycle/(.*) /cycle/$1 last; }
    location /ret/ { return 301 /app/; }
    location /gone/ { return 410; }
    location /missing/ { return 404; error_page 404 = @named; }
    location /try/ { try_files $uri $uri/ @named; }
    location /try2/ { try_files $uri /app/deep/nest?x=1; }
    location /files/ { root /nowhere; }
    location /intern/ { internal; return 200 "internal"; }
    location /toint/ { rewrite ^ /intern/x last; }
    location @named { return 200 "named $uri"; }
    location /if/ {
      if ($request_method = POST) { return 200 "post"; }
      if ($http_upgrade ~* ^websocket$) { set $ws yes; }
      if ($ws = yes) { return 200 "ws"; }
      if ($arg_a !~ ^[0-9]*$) { return 200 "not a number"; }
      if ($arg_b) { proxy_pass http://127.0.0.1:${back}; }
      return 200 "if $mapped $cookie_c";
    }
    location /map/ { return 200 "$mapped|$named_map|$conn|$host_map|$is_args$args|$scheme|$server_name"; }
    location /deny/ { deny all; return 200 "rewrite goes before access"; }
    location /deny2/ { deny all; proxy_pass http://group; }
    location /allow/ { allow 127.0.0.0/8; deny all; proxy_pass http://group; }
    # ${a}
`;
}

function servers([a, b, back]: number[]): string {
  const names: Array<[string, string]> = [
    ['exact.example', 'exact'],
    ['*.example', 'lead'],
    ['*.deep.example', 'lead deep'],
    ['.dot.example', 'dot'],
    ['mail.*', 'trail'],
    ['mail.exact.*', 'trail longer'],
    ['~^www\\d+\\.rx\\.test$', 'regex one'],
    ['~^(?<who>[a-z]+)\\.rx\\.test$', 'regex two $who'],
    ['exact.example dup.test', 'conflict'],
    ['""', 'no host'],
    ['under_score.test 10.0.0.1', 'odd names'],
  ];
  const plain = names
    .map(
      ([name, says]) =>
        `server { listen 127.0.0.1:${a}; server_name ${name}; location / { return 200 "${says}"; } }`,
    )
    .join('\n');
  return `
  upstream group { server 127.0.0.1:${back} max_fails=0; keepalive 2; }
  upstream Other { server localhost:${back}; }
  map $uri $mapped { default d; /map/a A; ~^/map/(?<piece>b.) "B$piece"; ~*^/map/C "c-${'$'}uri"; '' empty; }
  map $arg_x $named_map { default $mapped; "1 2" spaced; \\default literal; ~(\\d+)-(\\d+) "$2-$1"; }
  map $http_upgrade $conn { default upgrade; '' close; }
  map $host $host_map { hostnames; default none; .mapped.test suffix; *.sub.mapped.test sub; www.* www; plain.test plain; }
  ${plain}
  server { listen 127.0.0.1:${a} default_server; server_name main.test; ${locations(a ?? 0, back ?? 0)} }
  server { listen 127.0.0.1:${a}; server_name rewriting.test; rewrite ^/in/(.*) /out/$1; set $z 5;
    location /out/ { return 200 "out $z $uri"; } if ($arg_stop) { return 403; } location /in/ { return 200 "never"; } }
  server { listen 127.0.0.1:${a}; server_name returning.test; return 301 https://$host$request_uri; }
  server { listen 127.0.0.1:${a}; server_name unmerged.test; merge_slashes off; location / { return 200 "u $uri"; } location /a/b { return 200 "ab"; } }
  server { listen 127.0.0.1:${b}; server_name first.test; merge_slashes off; return 200 "b first $uri"; }
  server { listen 127.0.0.1:${b}; server_name second.test; location / { return 200 "b second"; } }
  server { listen *:${b}; server_name first.test; return 200 "wildcard address"; }
  server { listen 127.0.0.1:${back}; return 200 "$request_method $request_uri host=$http_host conn=$http_connection x=$http_x_uri"; }`;
}

beforeAll(async () => {
  ports = await freePorts(3);
  folder = nginxFolder(servers(ports));
  config = parseNginxDump(folder.dump());
  stop = await startNginx(folder, ports[0] ?? 0);
});

afterAll(async () => {
  await stop?.();
  folder?.remove();
});

/** What we expect nginx to answer, in the same words as `real`. */
function predicted(request: NginxRequest): string {
  const match = matchRequest(config, request);
  const { handler } = match;
  if (handler.kind === 'none') return `${handler.status}`;
  if (handler.kind === 'static') return '404';
  if (handler.kind === 'return') return [handler.status, handler.target].filter(Boolean).join(' ');
  if (handler.kind === 'redirect') {
    const target = handler.target ?? '';
    return `${handler.status} ${target.startsWith('/') ? `http://${hostName(request.host) || match.server?.names[0]?.text}:${request.port}${target}` : target}`;
  }
  const pass = resolvePass(config, match);
  const [server] = pass.servers;
  if (server?.port !== ports[2]) return `connects to ${server?.host}:${server?.port}`;
  // The backend is an nginx, too: it refuses what it cannot read.
  if (!normalizeUri(pass.upstreamUri ?? '/', true).ok || pass.upstreamUri?.includes(' ')) return '400';
  const headers = match.context ? sent(match) : {};
  return `200 ${request.method ?? 'GET'} ${pass.upstreamUri ?? '?'} host=${headers['host'] ?? pass.proxyHost} conn=${headers['connection'] ?? 'close'} x=${headers['x-uri'] ?? ''}`;
}

function sent(match: ReturnType<typeof matchRequest>): Record<string, string> {
  const block = match.location?.directive.block ?? [];
  const text = block.map((d) => d.args.join(' '));
  const out: Record<string, string> = {};
  if (text.includes('Host $host')) out['host'] = hostName(match.context?.request.host ?? '');
  if (text.includes('X-Uri $uri')) out['x-uri'] = match.context?.uri ?? '';
  if (text.includes('Connection $conn')) {
    out['connection'] = match.context?.request.headers?.['Upgrade'] ? 'upgrade' : 'close';
  }
  return out;
}

async function real(request: NginxRequest): Promise<string> {
  const answer = await ask(request.port, request);
  if (answer.headers['location'] !== undefined) return `${answer.status} ${answer.headers['location']}`;
  const own = answer.body.startsWith('<html>') || answer.body === '';
  return own ? String(answer.status) : `${answer.status} ${answer.body}`;
}

/** A small seeded generator (mulberry32), so that a failure can be seen again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const STARTS =
  `/ /exact /exactly /app /app/ /app/deep /app/deep/nest/ /app/deep/one /static /static/in /img/ /v1/ /v2/ /v22/abc
 /case/ /CASE/ /outer/ /outer/inner /with%20space /%C3%B6l /proxy /proxy/ /plain /plain/ /pexact /pexact/ /grp /grp/ /rx/ /dyn/
 /old/ /old2/ /old3/ /moved/ /moved2/ /cycle/ /ret/ /gone/ /missing/ /try/ /try2/ /files/ /intern/ /toint/ /if/ /map/ /map/a /map/bx
 /map/c /deny/ /deny2/ /allow/ /in/ /a/b //a//b /nothing`.split(/\s+/);
const TAILS = [
  '',
  '',
  'x',
  'a.php',
  'b.PNG',
  'one',
  '/../app/',
  '%2e%2e/img/',
  './',
  '//',
  'deep/a.nested',
  'c%41d',
  '%3Fq',
  'in/a.php',
  'abc',
  '..',
  '%zz',
  'a b',
];
const QUERIES = [
  '',
  '',
  '',
  '?a=1',
  '?a=x',
  '?x=1-22',
  '?x=default',
  '?to=other',
  '?to=Group',
  '?b=1',
  '?stop=1',
  '?x=1%202',
];
const HOSTS =
  `main.test main.test main.test main.test main.test exact.example a.example b.deep.example dot.example q.dot.example mail.x mail.exact.y
 www1.rx.test bob.rx.test BOB.rx.test dup.test under_score.test 10.0.0.1 rewriting.test returning.test unmerged.test unknown.test
 www.mapped.test a.sub.mapped.test mapped.test plain.test MAIN.test. example www.q`.split(/\s+/);

describe('the block that we name is the block that nginx uses', () => {
  test('for 1,500 requests drawn at random over some sixty locations and twenty servers', async () => {
    const next = random(20_261_121);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
    const wrong: string[] = [];
    let certain = 0;
    for (let round = 0; round < 1500; round += 1) {
      const host = next() < 0.03 ? '' : pick(HOSTS);
      const request: NginxRequest = {
        scheme: 'http',
        address: '127.0.0.1',
        clientAddress: '127.0.0.1',
        port: (next() < 0.05 ? ports[1] : ports[0]) ?? 0,
        host: next() < 0.05 && host !== '' ? `${host}:${ports[0]}` : host,
        uri: (pick(STARTS) + pick(TAILS) + pick(QUERIES)).replace(' ', next() < 0.5 ? '%20' : '+'),
        method: next() < 0.15 ? 'POST' : 'GET',
        headers: {
          ...(next() < 0.15 ? { Upgrade: 'WebSocket' } : {}),
          ...(next() < 0.1 ? { Cookie: 'b=1; c=biscuit' } : {}),
          'Content-Length': '0',
        },
      };
      if (matchRequest(config, request).certain) certain += 1;
      const [ours, theirs] = [predicted(request), await real(request)];
      if (ours !== theirs)
        wrong.push(
          `${request.method} ${request.host} ${request.uri}\n   ours   ${ours}\n   nginx  ${theirs}`,
        );
    }
    expect(wrong.slice(0, 40).join('\n')).toBe('');
    expect(certain).toBeGreaterThan(1200);
  }, 120_000);
});
