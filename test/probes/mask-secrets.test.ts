import fc from 'fast-check';
import JSON5 from 'json5';
import { describe, expect, test } from 'vitest';
import { maskSecrets } from '../../src/probes/mask-secrets.js';

const mask = (text: string): string => maskSecrets(text, 'a key of this test');
const SECRET = 'Tr0ub4dor-and-3';

describe('a secret does not pass', () => {
  test.each([
    ['a URL', `amqp://onlyoffice:${SECRET}@mq.internal:5672/`],
    ['a URL without a user', `redis://:${SECRET}@127.0.0.1:6379/0`],
    ['an https URL', `https://bot:${SECRET}@api.example.test/v1`],
    ['a URL whose password has an @', `postgres://u:${SECRET}@x@db:5432/app`],
    ['JSON', `  "dbPass": "${SECRET}",`],
    ['JSON in one line', `{"sql":{"dbHost":"db","dbPass":"${SECRET}"},"port":1}`],
    ['JSON in a JSON log line', `{"msg":"{\\"password\\":\\"${SECRET}\\"}"}`],
    ['a nested secret object', `"secret": {\n  "inbox": { "string": "${SECRET}", "file": "" }\n}`],
    ['YAML', `  password: ${SECRET}`],
    ['YAML with a comment', `spring.datasource.password: ${SECRET} # change me`],
    ['INI', `db_password = ${SECRET}`],
    ['an environment variable', `JWT_SECRET=${SECRET}`],
    ['an environment variable with quotes', `export RABBITMQ_PASS="${SECRET}"`],
    ['a framework key', `secret_key_base: ${SECRET}`],
    ['redis.conf', `requirepass ${SECRET}`],
    ['an nginx variable', `    set $secure_link_secret ${SECRET};`],
    ['an nginx header', `proxy_set_header Authorization "Basic ${SECRET}";`],
    ['a bearer token', `> Authorization: Bearer ${SECRET}`],
    ['a header in JSON', `"Authorization": "Bearer ${SECRET}"`],
    ['a cookie', `Set-Cookie: session=${SECRET}; Path=/`],
    ['a recorded response', `| Set-Cookie: session=${SECRET}; Path=/`],
    ['a very long cookie', `Set-Cookie: a=${'x'.repeat(16_000)}${SECRET}`],
    ['a command line', `/usr/bin/app --db-password=${SECRET} --port 80`],
    ['redis-cli', `redis-cli -h 127.0.0.1 -a ${SECRET} ping`],
    ['a DSN', `host=db user=app password=${SECRET} dbname=app`],
    ['a line of shadow', `root:$y$j9T$abc$${SECRET}:19800:0:99999:7:::`],
    ["htpasswd's bcrypt", `ops:$2y$05$${SECRET}abcdefghijklmnop`],
    ["htpasswd's MD5", `ops:$apr1$abcdefgh$${SECRET}`],
    ["crypt's MD5", `password $1$abcdefgh$${SECRET}`],
    ["crypt's SHA-256", `user ops password $5$rounds=5000$abc$${SECRET}`],
    ["crypt's SHA-512", `root:$6$abcdefgh$${SECRET}:19800:0`],
    ["LDAP's SHA", `password={SHA}${SECRET}=`],
    ["LDAP's salted SHA", `ops:{SSHA}${SECRET}=`],
    ['a PEM block', `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`],
    ['a PEM block that is cut off', `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}`],
    [
      'a PEM block in one line',
      `key: "-----BEGIN PRIVATE KEY-----\\n${SECRET}\\n-----END PRIVATE KEY-----\\n"`,
    ],
    ['a header of somebody’s own', `    proxy_set_header X-Anything "${SECRET}";`],
    ['a header without quotes', `proxy_set_header X-Internal ${SECRET};`],
    ['a header for gRPC', `grpc_set_header x-anything '${SECRET}';`],
    ['an answer’s header', `add_header X-Api-Token "${SECRET}" always;`],
    ['a FastCGI variable', `fastcgi_param APP_SECRET "${SECRET}";`],
    ['a variable of nginx in quotes', `set $backend_token "${SECRET}";`],
    ['a map by key', `map $http_x_api_key $client {\n  default "";\n  "${SECRET}" acme;\n}`],
    ['a map by value', `map $host $api_key {\n  default none;\n  docs.test ${SECRET};\n}`],
    ['a map by value, as its default', `map $host $api_key {\n  default "${SECRET}";\n}`],
    ['a comparison', `if ($http_x_token != "${SECRET}") { return 403; }`],
    ['a comparison without quotes', `if ($arg_token = ${SECRET}) { return 403; }`],
    ['Lua', `ngx.req.set_header("X-Api-Key", "${SECRET}")`],
    ['Lua’s authorization', `ngx.req.set_header("Authorization", "Bearer ${SECRET}")`],
    ['Lua’s table', `headers["x-auth-token"] = "${SECRET}"`],
    ['Lua’s comparison', `if ngx.var.arg_token ~= "${SECRET}" then`],
    ['a Redis user', `user app on >${SECRET} ~* +@all`],
    ['PGPASSWORD', `PGPASSWORD=${SECRET} psql -h db`],
    ['REDISCLI_AUTH', `REDISCLI_AUTH=${SECRET}`],
    ['a key of the environment', `DEPLOY_KEY=${SECRET}`],
    ['docker inspect, with blanks in the value', `"Env": [\n  "DB_PASSWORD=two ${SECRET} words",`],
    ['docker inspect’s arguments', `"Cmd": [\n  "--token",\n  "${SECRET}"\n]`],
    ['systemd’s Environment', `Environment=NODE_ENV=production "APP_TOKEN=two ${SECRET}" PORT=8000`],
    ['sshpass', `sshpass -p ${SECRET} ssh db`],
    ['mongo', `mongosh -u app -p ${SECRET} db`],
    ['mysql', `mysql -u app -p${SECRET} db`],
    ['docker login', `docker login -u bot -p ${SECRET}`],
    ['an option and a blank', `/usr/bin/app --api-key ${SECRET} --port 80`],
    ['curl’s user', `curl -u bot:${SECRET} https://x.test/`],
    ['a cookie with quotes in it', `Cookie: a="b"; session=${SECRET}`],
    ['a cookie in a journal', `2026-11-25T03:03:07+0000 web node[7]: Cookie: a="b"; session=${SECRET}; x`],
    [
      'a key in a journal',
      ['-----BEGIN PRIVATE KEY-----', SECRET, '-----END PRIVATE KEY-----']
        .map((line) => `2026-11-25T03:03:07.556228+0000 web-1.internal node[40945]: ${line}`)
        .join('\n'),
    ],
    ['a cookie in curl’s words', `> Cookie: a="b"; c=${SECRET}`],
    ['a session in a log', `"GET / HTTP/1.1" 200 12 "PHPSESSID=${SECRET}; lang=en"`],
    ['Digest', `Authorization: Digest username="bot", response="${SECRET}"`],
    ['a header that curl sent', `> X-Api-Key: ${SECRET}`],
    ['an access log', `"GET /api?access_token=${SECRET}&x=1 HTTP/1.1" 502`],
    ['a signed URL', `GET /a?X-Amz-Signature=${SECRET}&b=1`],
    ['YAML with commas', `password: a,${SECRET}, b`],
    ['YAML with a number sign', `password: a#${SECRET}`],
    ['JSON that is cut off', `{"dbPass": "abc ${SECRET}`],
    ['a value of many kilobytes', `"password": "${'y'.repeat(9_000)}${SECRET}"`],
    ['an unquoted value of many kilobytes', `password=${'y'.repeat(9_000)}${SECRET}`],
    ['a very, very long cookie', `Set-Cookie: a=${'x'.repeat(80_000)}${SECRET}`],
    ['a password of digits', `"password": "123456"`.replace('123456', SECRET)],
  ])('in %s', (_where, text) => {
    expect(mask(text)).not.toContain(SECRET);
    expect(mask(text)).toMatch(/‹secret:[0-9a-f]{6}›/);
    expect(mask(text).split('\n').length).toBe(text.split('\n').length);
  });
  test('nor a JSON web token, wherever it stands', () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJwYXlsb2FkIjp7fX0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    expect(mask(`[WARN] checkJwt error: token = ${token}`)).not.toContain(token);
  });
  test.each([
    ['AWS', `AKIA${'Q'.repeat(16)}`],
    ['Google', `AIza${'a1B2'.repeat(9)}`],
    ['Slack', `xoxb-${'123456789012-abcdef'.repeat(2)}`],
    ['GitHub', `ghp_${'a1B2'.repeat(9)}`],
    ['GitHub, fine-grained', `github_pat_${'a1B2_'.repeat(12)}`],
    ['GitLab', `glpat-${'a1B2'.repeat(5)}`],
    ['Stripe', `sk_live_${'a1B2'.repeat(6)}`],
    ['Vault', `hvs.${'a1B2'.repeat(6)}`],
    ['npm', `npm_${'a1B2'.repeat(9)}`],
    ['a Slack webhook', `T0000000A/B0000000B/${'a1B2'.repeat(6)}`, 'https://hooks.slack.com/services/'],
  ])('nor what has the shape of a key of %s', (_whose, token, before = 'seen: ') => {
    expect(mask(`[info] ${before}${token} and more`)).not.toContain(token);
  });
  test('nor a password that is a number, and JSON stays JSON', () => {
    const masked = mask('{"sql": {"dbPass": 123456, "dbPort": 5432}, "password": "42"}');
    expect(masked).not.toMatch(/123456|"42"/);
    expect(JSON5.parse(masked)).toMatchObject({ sql: { dbPort: 5432 } });
  });
});

describe('what a diagnosis reads stays as it was', () => {
  test.each([
    'TokenExpiredError: jwt expired',
    'JsonWebTokenError: invalid signature',
    'SyntaxError: Unexpected token } in JSON at position 7',
    'WRONGPASS invalid username-password pair or user is disabled.',
    'NOAUTH Authentication required.',
    'FATAL:  password authentication failed for user "onlyoffice"',
    "Error: Cannot parse config file: '/etc/app/local.json': SyntaxError: JSON5: invalid character '\"' at 23:9",
    '2026/11/20 21:06:07 [error] 1#1: *5 connect() failed (111: Connection refused) while connecting to upstream, upstream: "http://127.0.0.1:8000/users/@me", host: "docs"',
    '    proxy_pass http://127.0.0.1:8000;',
    'limit_req_zone $binary_remote_addr zone=token:10m rate=1r/s;',
    'fastcgi_pass unix:/run/php.sock;',
    '"token": { "enable": { "browser": true, "request": { "inbox": true } } }',
    '"maxTokens": 5, "keepAlive": true',
    'password: null',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder as configuration files have it
    'secret: ${JWT_SECRET}',
    'proxy_set_header Authorization $http_authorization;',
    '[ioredis] Unhandled error event: Error: connect ECONNREFUSED 127.0.0.1:6379',
    'tcp LISTEN 0 511 0.0.0.0:8000 users:(("node",pid=812,fd=18))',
    '* Connected to 127.0.0.1 (127.0.0.1) port 8000 (#0)',
    'proxy_set_header Host $host;',
    'proxy_set_header Connection "upgrade";',
    'proxy_set_header X-Forwarded-Proto https;',
    'proxy_set_header Host docs.internal;',
    'add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;',
    'fastcgi_param SCRIPT_FILENAME /srv/www/index.php;',
    'set $auth_backend http://127.0.0.1:8000;',
    'set $upstream docs-backend-01-primary;',
    'map $host $keycloak_upstream {\n  default keycloak;\n}',
    'map $http_upgrade $connection_upgrade {\n  default upgrade;\n  "" close;\n}',
    'map $request_uri $auth {\n  ~^/a http://127.0.0.1:8000;\n}',
    'auth_basic_user_file /etc/nginx/.htpasswd;',
    'ssl_password_file /etc/nginx/ssl.pass;',
    'ssl_certificate_key /etc/ssl/private/site.key;',
    'TLS_KEY=/etc/ssl/private/site.key',
    '    "KEY_FILE=/run/secrets/key",',
    'systemctl --no-pager show -p Id,Names,Description',
    'docker run -p 8080:80 docs',
    'nginx: master process /usr/sbin/nginx -p /srv/web -c /srv/web/nginx.conf',
    '> GET /healthcheck HTTP/1.1',
    '< HTTP/1.1 502 Bad Gateway',
    'Main PID: 812 (node)',
    'basic authentication is required',
    'bearer of bad news: no-such-upstream-is-configured',
    'location = /auth { internal; }',
    'auth_request /auth;',
    'user www-data;',
  ])('%s', (text) => {
    expect(mask(text)).toBe(text);
  });
});

test('the same secret is the same pseudonym under one key, and another under another', () => {
  const [first, second] = [mask(`password=${SECRET}`), mask(`"token": "${SECRET}"`)].map(
    (text) => /‹.*›/.exec(text)?.[0],
  );
  expect(first).toBe(second);
  expect(maskSecrets(`password=${SECRET}`, 'another')).not.toBe(mask(`password=${SECRET}`));
});

test('masking twice is masking once, and any text keeps its number of lines', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'password',
      '": "',
      'secret":{',
      '\n',
      '"',
      '=',
      ': ',
      'x:y@',
      'http://',
      '-----BEGIN PRIVATE KEY-----',
      'cookie: ',
      '‹secret:abcdef›',
      '$&',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('');
      const once = mask(text);
      expect(once.split('\n').length).toBe(text.split('\n').length);
    }),
  );
  const file = `"dbPass": "${SECRET}"\nredis://:${SECRET}@h:1\nCookie: a=b\nsecret: ${SECRET}\n`;
  expect(mask(mask(file))).toBe(mask(file));
});

test('hostile megabytes take no time worth speaking of', () => {
  const MIB = 1 << 20;
  const pieces = [
    ...['password', 'a.', 'x://', '-', 'pass_', '\t', 'x', 'tokenpass', 'a.b-c_d', '-eyJ', 'eyJaaaaaaaa.'],
    ...[
      '"secret": {',
      'secret:{{{',
      '://a:b',
      'cookie: ',
      'authorization: ',
      '"password":"',
      'secure_link_md5 "a ',
    ],
    ...[
      'mysql x',
      'redis-cli ',
      '\nuser a ',
      '"token","',
      '("token","',
      '?sig=',
      'AAAA_KEY',
      'sk-',
      'sess',
      'set $x "',
    ],
    ...[
      '\nproxy_set_header a "',
      '\nmap $a $b {\n',
      '-----BEGIN PRIVATE KEY-----',
      'password=\\"',
      '--password ',
    ],
  ];
  const fill = (piece: string): string => piece.repeat(Math.ceil(MIB / piece.length)).slice(0, MIB);
  for (const piece of pieces) {
    expect(mask(fill(piece)).length).toBeGreaterThan(0);
  }
  expect(mask(`password${fill(' ')}=`)).toContain('password');
}, 120_000);
