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
    ['a PEM block', `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`],
    ['a PEM block that is cut off', `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}`],
    [
      'a PEM block in one line',
      `key: "-----BEGIN PRIVATE KEY-----\\n${SECRET}\\n-----END PRIVATE KEY-----\\n"`,
    ],
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
  const texts = [
    'password'.repeat(60_000),
    '"secret": {'.repeat(40_000),
    'a.'.repeat(250_000),
    'x://'.repeat(100_000),
    `cookie: ${' '.repeat(400_000)}`,
    '-'.repeat(400_000),
    `${'pass_'.repeat(80_000)}=`,
    'secret:{{{'.repeat(40_000),
    '\t'.repeat(400_000),
  ];
  for (const text of texts) expect(mask(text).length).toBeGreaterThan(0);
});
