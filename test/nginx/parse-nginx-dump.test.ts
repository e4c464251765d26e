import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { effectiveSettings, mainSettings } from '../../src/nginx/effective-settings.js';
import { citeDirective, formatDirective, formatPlace } from '../../src/nginx/format.js';
import { matchRequest } from '../../src/nginx/match-request.js';
import type { Directive } from '../../src/nginx/model.js';
import { parseNginxDump } from '../../src/nginx/parse-nginx-dump.js';
import { resolvePass } from '../../src/nginx/resolve-upstream.js';
import { type NginxFolder, nginxFolder } from './real-nginx.js';

const folders: NginxFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function realDump(main: string, files: Record<string, string> = {}, top = ''): string {
  const folder = nginxFolder(main, files, top);
  folders.push(folder);
  return folder.dump();
}

function dumpOf(text: string, file = '/etc/nginx/nginx.conf'): string {
  return `# configuration file ${file}:\n${text}\n`;
}

function* all(list: readonly Directive[]): Generator<Directive> {
  for (const directive of list) {
    yield directive;
    yield* all(directive.block ?? []);
  }
}

const REQUEST = { scheme: 'http', port: 80, host: 'a.test', uri: '/' } as const;

describe('reading what nginx -T prints', () => {
  test('every directive stands at the line that it cites', () => {
    const dump = realDump(
      'include a/*.conf;\n  server {\n listen 127.0.0.1:9;\n # location /no {}\n location / { return 200 "a\n;{}b"; }\n}\n',
      {
        'a/1.conf': 'map $uri $x {\n  include a.map;\n  default "}";\n}',
        'a/.hidden.conf': 'this is no directive',
        'a.map': '/k v;\n"~^/(?<n>a{2})$" "$n;";\n',
        'a/2.conf':
          '# a comment { with "quotes\nserver { listen 127.0.0.1:10; server_name "quoted name" \'x\'; }\n',
      },
    );
    const config = parseNginxDump(dump);
    expect(config.problems).toEqual([]);
    const lines = dump.split('\n');
    const directives = [...all(config.directives)];
    expect(directives.length).toBeGreaterThan(15);
    for (const directive of directives) {
      expect(formatDirective(directive)).toBe(lines[directive.dumpLine]);
      expect(citeDirective(directive)).toEqual({ text: directive.text, line: directive.dumpLine });
      if (directive.name !== '' && !directive.name.startsWith('~'))
        expect(directive.text).toContain(directive.name);
    }
    const named = directives.find((directive) => directive.name === 'server_name');
    expect(named?.args).toEqual(['quoted name', 'x']);
    expect(named && formatPlace(named)).toMatch(/\/a\/2\.conf:2$/);
    expect(config.maps.get('x')?.entries.map((entry) => [entry.name, ...entry.args])).toEqual([
      ['/k', 'v'],
      ['~^/(?<n>a{2})$', '$n;'],
      ['default', '}'],
    ]);
  });

  test('stream and modules stand beside http and confuse nothing', () => {
    const dump = realDump(
      'server { listen 127.0.0.1:9; location / { proxy_pass http://127.0.0.1:8000; } }',
      {},
      'load_module /usr/lib/nginx/modules/ngx_stream_module.so;\nstream { upstream docs { server 127.0.0.1:1; } server { listen 127.0.0.1:12; proxy_pass docs; } }',
    );
    const config = parseNginxDump(dump);
    expect(config.problems).toEqual([]);
    expect(config.servers).toHaveLength(1);
    expect(config.upstreams.size).toBe(0);
    expect(matchRequest(config, { ...REQUEST, port: 12 }).handler.kind).toBe('none');
  });

  test('Lua blocks are passed over, whatever braces their strings and comments hold', () => {
    const lua =
      'content_by_lua_block {\n local a = "}" -- } \n --[[ } ]] local b = [==[ } ]==]\n if a then ngx.say({1}) end\n }';
    const config = parseNginxDump(
      dumpOf(`http { server { location /lua { ${lua} } location /x { return 204; } } }`),
    );
    expect(config.problems).toEqual([]);
    expect(matchRequest(config, { ...REQUEST, uri: '/lua' }).handler).toMatchObject({ kind: 'other' });
    expect(matchRequest(config, { ...REQUEST, uri: '/x' }).handler).toMatchObject({ status: 204 });
  });

  test('what nginx says on standard error does not disturb what it prints', () => {
    const text =
      'nginx: [warn] conflicting server name "a" on 0.0.0.0:80, ignored\nnginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n';
    const config = parseNginxDump(
      `${text}${dumpOf('http { server { return 204; } }')}nginx: configuration file /etc/nginx/nginx.conf test is successful\n`,
    );
    expect(config.problems).toEqual([]);
    expect(config.servers[0]?.directive.dumpLine).toBe(3);
  });

  test('a dump that is cut off keeps what came before, and says where it ends', () => {
    const whole = dumpOf(
      'http {\n server {\n  listen 80;\n  location / {\n   proxy_pass http://127.0.0.1:8000;\n   proxy_read_timeout 5',
    );
    const config = parseNginxDump(whole);
    expect(config.problems.map((problem) => problem.code)).toContain('unexpected-end');
    expect(matchRequest(config, REQUEST).handler).toMatchObject({
      kind: 'proxy',
      target: 'http://127.0.0.1:8000',
    });
  });

  test('nothing, another program’s words and a missing include are problems, not exceptions', () => {
    expect(parseNginxDump('').problems[0]?.code).toBe('empty');
    expect(parseNginxDump('bash: nginx：未找到命令\n').problems[0]?.code).toBe('no-sections');
    const config = parseNginxDump(dumpOf('http { include gone.conf; include none/*.conf; }'));
    expect(config.problems).toMatchObject([
      { code: 'missing-include', says: expect.stringContaining('/etc/nginx/gone.conf') },
    ]);
  });

  test('files that include themselves end', () => {
    const config = parseNginxDump(
      dumpOf('include a.conf;') + dumpOf('include a.conf; user x;', '/etc/nginx/a.conf'),
    );
    expect(config.problems).toMatchObject([{ code: 'include-loop' }]);
    expect(mainSettings(config).user).toMatchObject({ value: 'x' });
  });

  test('any text is read to its end without an exception', () => {
    const word = fc.constantFrom(
      'http',
      'server',
      'location',
      '/',
      '~',
      '{',
      '}',
      ';',
      '"',
      "'",
      '#',
      '\n',
      '\\',
      '${',
      '$x',
      'if',
      'map',
      'include',
      '*.conf',
      'proxy_pass',
      'http://a',
      'listen',
      '[::]:80',
      'x_by_lua_block',
      '--[[',
      '(a+)+$',
      'rewrite',
      'set',
      'upstream',
      'return',
      '200',
      '\u0000',
      'ö',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.array(word, { maxLength: 150 }).map((words) => dumpOf(words.join(' '))),
      fc.array(word, { maxLength: 100 }).map((words) => dumpOf(`http { server { ${words.join(' ')} } }`)),
    );
    fc.assert(
      fc.property(text, fc.webPath(), (dump, uri) => {
        const config = parseNginxDump(dump);
        const match = matchRequest(config, { ...REQUEST, uri: uri === '' ? '/' : uri });
        resolvePass(config, match);
        effectiveSettings(config, match);
        mainSettings(config);
        return match.handler.kind !== undefined;
      }),
      { numRuns: 800 },
    );
  });

  test('deep nesting and long files end', () => {
    const deep = parseNginxDump(dumpOf('a {'.repeat(200_000)));
    expect(deep.problems.some((problem) => problem.code === 'too-deep')).toBe(true);
    const long = parseNginxDump(
      dumpOf(`http { ${'server { listen 80; location / { return 200; } }\n'.repeat(20_000)} }`),
    );
    expect(long.servers).toHaveLength(20_000);
  });
});
