import { describe, expect, it } from 'vitest';
import type { Config, ConfigProblem } from '../../src/config/config.js';
import { parseConfig } from '../../src/config/parse-config.js';

const FILE = '/etc/goodgate/goodgate.yaml';

function config(text: string): Config {
  const parsed = parseConfig(text, FILE, '/home/ops');
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.problems, undefined, 1));
  }
  return parsed.value;
}

function problems(text: string): readonly ConfigProblem[] {
  const parsed = parseConfig(text, FILE, '/home/ops');
  return parsed.ok ? [] : parsed.problems;
}

function says(text: string): string[] {
  return problems(text).map(
    ({ line, column, message, suggestion }) =>
      `${line}:${column} ${message}${suggestion ? ` | ${suggestion}` : ''}`,
  );
}

const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2GmoEY4kNkVuBxQHkyLVHm4QYTQIjkkxSg8FSk3nEx';

describe('a sound file', () => {
  it('gives targets whose hosts are resolved, with defaults where nothing is said', () => {
    const { targets, connectTimeoutMs, playbookFolders } = config(`
defaults: {user: ops, keyFile: ~/.ssh/id, connectTimeout: 1500ms, language: zh}
hosts:
  web: {address: web.example.com, sudo: true}
  docs: {address: "2001:db8::7", port: 2222, user: root, keyFile: keys/docs, hostKey: ${HOST_KEY}, jump: web}
targets:
  docs-server:
    url: https://docs.example.com/
    hosts: [{host: web, roles: [proxy]}, docs]
    playbook: onlyoffice
    variables: {port: 8000, strict: true, name: ds}
playbooks: [more, /srv/playbooks]
`);
    expect(connectTimeoutMs).toBe(1500);
    expect(playbookFolders).toEqual(['/etc/goodgate/more', '/srv/playbooks']);
    const web = { kind: 'ssh', address: 'web.example.com', user: 'ops', keyFile: '/home/ops/.ssh/id' };
    expect(targets.get('docs-server')).toEqual({
      language: 'zh',
      target: {
        name: 'docs-server',
        url: 'https://docs.example.com/',
        playbook: 'onlyoffice',
        variables: { port: '8000', strict: 'true', name: 'ds' },
        hosts: [
          { host: { alias: 'web', sudo: true, transport: web }, roles: ['proxy'] },
          {
            host: {
              alias: 'docs',
              sudo: false,
              transport: {
                kind: 'ssh',
                address: '2001:db8::7',
                port: 2222,
                user: 'root',
                keyFile: '/etc/goodgate/keys/docs',
                hostKeys: [HOST_KEY],
                jump: web,
              },
            },
            roles: ['proxy', 'backend'],
          },
        ],
      },
    });
  });

  it('reaches a container through the docker of another host, or of this machine', () => {
    const { hosts } = config(`
hosts:
  docs: {address: docs.example.com}
  inside: {transport: docker, container: ds, over: docs}
  near: {transport: docker, container: ds}
  here: {transport: local}
`);
    const over = { kind: 'ssh', address: 'docs.example.com' };
    expect(hosts.get('inside')?.transport).toEqual({ kind: 'docker', container: 'ds', over });
    expect(hosts.get('near')?.transport).toEqual({
      kind: 'docker',
      container: 'ds',
      over: { kind: 'local' },
    });
    expect(hosts.get('here')?.transport).toEqual({ kind: 'local' });
  });

  it('takes a jump host that is written out', () => {
    const { hosts } = config('hosts: {docs: {address: d, jump: "root@[2001:db8::1]:2200"}}');
    const jump = { kind: 'ssh', address: '2001:db8::1', user: 'root', port: 2200 };
    expect(hosts.get('docs')?.transport).toEqual({ kind: 'ssh', address: 'd', jump });
  });

  it('may be empty', () => {
    expect(config('').targets.size).toBe(0);
    expect(config('# nothing yet\n').targets.size).toBe(0);
  });
});

describe('a file with a mistake', () => {
  it.each([
    ['invalid YAML', 'hosts:\n  a: {address: x\n', /^\d:\d+ invalid YAML: /u],
    ['a tab as indentation', 'hosts:\n\ta: 1\n', /^2:1 invalid YAML: .*tab/u],
    [
      'a key that stands twice',
      'hosts:\n  a: {address: x}\n  a: {address: y}\n',
      '3:3 "a" stands twice in the same place | keep one of them',
    ],
    [
      'an unknown key at the top',
      'host: {}\n',
      '1:1 unknown key "host" at the top of the file | did you mean "hosts"?',
    ],
    [
      'an unknown key of a host',
      'hosts:\n  a:\n    adress: x\n',
      '3:5 unknown key "adress" in hosts.a | did you mean "address"?',
    ],
    [
      'an unknown key far from all',
      'hosts:\n  a:\n    address: x\n    zzzzzzzzzz: x\n',
      /^4:5 unknown key "zzzzzzzzzz" in hosts.a \| there are: address, port, user/u,
    ],
    [
      'an unknown key of a host in a target',
      'targets:\n  t:\n    url: http://x/\n    hosts:\n      - {host: a, role: [proxy]}\n',
      '5:19 unknown key "role" in targets.t.hosts[1] | did you mean "roles"?',
    ],
    [
      'a wrong role',
      'targets: {t: {url: "http://x/", hosts: [{host: a, roles: [proxi]}]}}',
      /targets\.t\.hosts\[1\]\.roles\[1\]: expected proxy or backend, got "proxi" \| did you mean "proxy"\?/u,
    ],
    [
      'a port out of range',
      'hosts:\n  a: {address: x, port: 70000}\n',
      '2:25 hosts.a.port: expected a port from 1 to 65535, got 70000',
    ],
    [
      'a port that is a text',
      'hosts:\n  a: {address: x, port: ssh}\n',
      '2:25 hosts.a.port: expected a number, got "ssh"',
    ],
    [
      'a truth that is a text',
      'hosts:\n  a: {address: x, sudo: "maybe"}\n',
      '2:25 hosts.a.sudo: expected true or false, got "maybe"',
    ],
    [
      'a list where a map is expected',
      'hosts: [a]\n',
      '1:8 hosts: expected a map of names and what they stand for, got a list',
    ],
    [
      'a host without anything',
      'hosts:\n  a:\n',
      /^2:\d hosts\.a: expected a map of keys and values, got nothing/u,
    ],
    ['a file that is a text', 'hello\n', '1:1 the file: expected a map of keys and values, got "hello"'],
    [
      'a target without a URL',
      'targets:\n  t:\n    hosts: [a]\n',
      /^3:5 targets\.t: the key "url" is missing/u,
    ],
    [
      'a URL without a scheme',
      'targets:\n  t: {url: docs.example.com, hosts: [a]}\n',
      '2:12 targets.t.url: expected a URL that begins with http:// or https://, got "docs.example.com"',
    ],
    [
      'no host at all',
      'targets:\n  t: {url: "http://x/", hosts: []}\n',
      '2:32 targets.t.hosts: expected at least one host, got an empty list',
    ],
    [
      'an unknown alias',
      'hosts: {docs-1: {address: x}}\ntargets:\n  t: {url: "http://x/", hosts: [dosc-1]}\n',
      '3:33 there is no host "dosc-1" | did you mean "docs-1"?',
    ],
    [
      'an unknown alias and no host',
      'targets:\n  t: {url: "http://x/", hosts: [docs]}\n',
      '2:33 there is no host "docs" | add "docs" under hosts',
    ],
    [
      'a host twice in a target',
      'hosts: {a: {address: x}}\ntargets:\n  t: {url: "http://x/", hosts: [a, a]}\n',
      /^3:36 targets\.t: the host "a" stands twice/u,
    ],
    [
      'a host without an address',
      'hosts:\n  a: {user: root}\n',
      '2:6 hosts.a: the key "address" is missing | or "transport: local" for this machine',
    ],
    [
      'an address that is an option',
      'hosts:\n  a: {address: "-oProxyCommand=id"}\n',
      '2:16 hosts.a.address: expected a host name or an IP address, got "-oProxyCommand=id"',
    ],
    [
      'a private key as host key',
      'hosts:\n  a: {address: x, hostKey: "-----BEGIN"}\n',
      /hosts\.a\.hostKey: expected a public host key/u,
    ],
    [
      'docker without a container',
      'hosts:\n  a: {transport: docker}\n',
      /^2:6 hosts\.a: the key "container" is missing/u,
    ],
    [
      'a container without docker',
      'hosts:\n  a: {address: x, container: y}\n',
      '2:30 hosts.a: "container" is for docker only | add "transport: docker"',
    ],
    [
      'an address for this machine',
      'hosts:\n  a: {transport: local, address: x}\n',
      '2:34 hosts.a: "address" has no meaning here, transport local is this machine',
    ],
    [
      'docker over docker',
      'hosts:\n  a: {transport: docker, container: c, over: b}\n  b: {transport: docker, container: d}\n',
      /^2:46 hosts\.a\.over: "b" is itself a container/u,
    ],
    [
      'an unknown jump host',
      'hosts:\n  a: {address: x, jump: bastoin}\n  bastion: {address: y}\n',
      '2:25 hosts.a.jump: there is no host "bastoin" | did you mean "bastion"?',
    ],
    [
      'jump hosts in a circle',
      'hosts:\n  a: {address: x, jump: b}\n  b: {address: y, jump: a}\n',
      /hosts\.\w\.jump: goes in a circle, a -> b -> a|hosts\.\w\.jump: goes in a circle, b -> a -> b/u,
    ],
    [
      'a duration without a unit',
      'defaults: {connectTimeout: "5"}\n',
      /defaults\.connectTimeout: expected a duration such as 5s, 500ms or 1m, got "5"/u,
    ],
    [
      'a host name that cannot be one',
      'hosts:\n  "a b": {address: x}\n',
      /^2:3 hosts: expected a name of letters, digits.*, got "a b"/u,
    ],
    ['an alias without an anchor', 'hosts: *nowhere\n', /nowhere/u],
    ['two documents', 'hosts: {}\n---\nhosts: {}\n', /invalid YAML/u],
    ['a file of noise', '\u0000\u0001\u0002{{{', /1:\d/u],
  ])('names place and remedy of %s', (_name, text, expected) => {
    const said = says(text);
    expect(said.join('\n')).toMatch(
      expected instanceof RegExp ? expected : new RegExp(`^${literally(expected)}$`, 'mu'),
    );
    // Words of the schema library mean nothing to the person who wrote the file.
    expect(said.join('\n')).not.toMatch(/invalid_|zod|Invalid input|undefined|unrecognized|refine/u);
  });

  it('lists all mistakes in the order of the file', () => {
    const found = problems('hosts:\n  a: {adress: x}\n  b: {address: x, port: 0}\ntarget: {}\n');
    expect(found.map(({ line }) => line)).toEqual([2, 3, 4]);
    expect(found.every(({ file }) => file === FILE)).toBe(true);
  });

  it('says a mistake in a shared jump host once', () => {
    const text = 'hosts:\n  a: {address: x, jump: j}\n  b: {address: y, jump: j}\n  j: {user: root}\n';
    expect(says(text)).toHaveLength(1);
  });

  it('is not fooled by names of built-in members', () => {
    expect(says('targets:\n  t: {url: "http://x/", hosts: [constructor]}\n').join()).toContain(
      'no host "constructor"',
    );
    expect(says('__proto__: {a: 1}\n').join()).toContain('unknown key "__proto__"');
  });

  it('refuses a password in a URL without repeating it', () => {
    const said = says('targets:\n  t: {url: "http://a:hunter2@x/", hosts: [a]}\n');
    expect(said).toEqual(['2:12 targets.t.url: expected a URL without a user and a password']);
  });

  it('does not repeat what stands at a key that it does not know', () => {
    expect(says('hosts:\n  a: {address: x, password: hunter2}\n').join()).not.toContain('hunter2');
  });
});

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
}
