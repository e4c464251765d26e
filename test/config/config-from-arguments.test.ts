import { describe, expect, it } from 'vitest';
import {
  configFromArguments,
  localTarget,
  onThisMachine,
  type TargetArguments,
} from '../../src/config/config-from-arguments.js';

const place = { cwd: '/srv/ops', home: '/home/ops' };
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2GmoEY4kNkVuBxQHkyLVHm4QYTQIjkkxSg8FSk3nEx';

function transports(more: Partial<TargetArguments> & { hosts: string[] }) {
  const made = configFromArguments({ url: 'http://docs.example.com/', ...more }, place);
  return made.ok ? made.value.hosts.map(({ host }) => host.transport) : made.problems[0];
}

describe('--url and --host', () => {
  it.each([
    ['root@docs.example.com:2222', { address: 'docs.example.com', user: 'root', port: 2222 }],
    ['docs-1', { address: 'docs-1' }],
    ['10.0.0.7:22', { address: '10.0.0.7', port: 22 }],
    ['ops@[2001:db8::1]:2200', { address: '2001:db8::1', user: 'ops', port: 2200 }],
    ['[::1]', { address: '::1' }],
    ['2001:db8::1', { address: '2001:db8::1' }],
    ['CORP\\ops@docs', { address: 'docs', user: 'CORP\\ops' }],
    ['ops@corp.example@docs', { address: 'docs', user: 'ops@corp.example' }],
  ])('reads %s', (text, expected) => {
    expect(transports({ hosts: [text] })).toEqual([{ kind: 'ssh', ...expected }]);
  });

  it.each([
    '',
    'root@',
    '@docs',
    'docs:',
    'docs:0',
    'docs:65536',
    'docs:22x',
    '-oProxyCommand=id',
    'root@-oProxyCommand=id',
    '-l@docs',
    'docs;id',
    '$(id)',
    'a b',
    '[docs]:22',
    '[::1',
    'ssh://docs',
    'docs\u0000',
    `${'a'.repeat(300)}`,
  ])('refuses %j in one sentence', (text) => {
    expect(transports({ hosts: [text] })).toMatchObject({
      message: expect.stringContaining('--host: expected [USER@]HOST[:PORT]'),
    });
  });

  it('lays the other options over every host', () => {
    const all = transports({
      hosts: ['a', 'b'],
      identity: '~/.ssh/key',
      knownHosts: 'known',
      hostKeys: [KEY],
      jump: 'ops@bastion',
    });
    const files = { keyFile: '/home/ops/.ssh/key', knownHostsFile: '/srv/ops/known' };
    const jump = { kind: 'ssh', address: 'bastion', user: 'ops', ...files };
    expect(all).toEqual([
      { kind: 'ssh', address: 'a', ...files, hostKeys: [KEY], jump },
      { kind: 'ssh', address: 'b', ...files, hostKeys: [KEY], jump },
    ]);
  });

  it('names the target by its URL, and hosts by their address', () => {
    const made = configFromArguments(
      { url: 'https://docs.example.com:8443/x', hosts: ['a:22', 'a:2222'], sudo: true },
      place,
    );
    const target = made.ok ? made.value : undefined;
    expect(target?.name).toBe('docs.example.com:8443');
    expect(target?.hosts.map(({ host }) => [host.alias, host.sudo])).toEqual([
      ['a', true],
      ['a:2222', true],
    ]);
  });

  it('refuses a host that stands twice, a bare URL and a wrong host key', () => {
    expect(transports({ hosts: ['a', 'root@a'] })).toEqual({ message: '--host: a stands twice' });
    expect(transports({ hosts: ['a'], url: 'docs.example.com' })).toMatchObject({
      suggestion: 'did you mean "https://docs.example.com"?',
    });
    expect(transports({ hosts: ['a'], url: 'http://a:hunter2@docs/' })).toEqual({
      message: '--url: expected a URL without a user and a password',
    });
    expect(transports({ hosts: ['a'], hostKeys: ['SHA256:abc'] })).toMatchObject({
      message: '--host-key: "SHA256:abc" is not a public host key',
    });
  });
});

describe('--local', () => {
  it('looks at this machine alone', () => {
    const made = localTarget({ url: 'http://127.0.0.1/' });
    expect(made.ok && made.value.hosts.map(({ host }) => host.transport)).toEqual([{ kind: 'local' }]);
  });

  it('keeps alias and roles of the host of the target that this machine is', () => {
    const ssh = (address: string) => ({ kind: 'ssh' as const, address });
    const target = {
      name: 't',
      url: 'http://x/',
      variables: {},
      hosts: [
        { host: { alias: 'web', sudo: false, transport: ssh('web.example.com') }, roles: ['proxy' as const] },
        { host: { alias: 'docs', sudo: true, transport: ssh('d.example.com') }, roles: ['backend' as const] },
      ],
    };
    expect(onThisMachine(target, 'd').hosts).toEqual([
      { host: { alias: 'docs', sudo: true, transport: { kind: 'local' } }, roles: ['backend'] },
    ]);
    expect(onThisMachine(target, 'other').hosts).toEqual([
      { host: { alias: 'other', sudo: false, transport: { kind: 'local' } }, roles: ['proxy', 'backend'] },
    ]);
  });
});
