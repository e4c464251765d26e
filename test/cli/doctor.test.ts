import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { composition as realComposition } from '../../src/cli/composition.js';
import type { Examination } from '../../src/cli/doctor/examine-host.js';
import { failedStep, judgeExamination } from '../../src/cli/doctor/judge-examination.js';
import { TOOLS } from '../../src/cli/doctor/tools.js';
import type { Host } from '../../src/domain/host.js';
import type { CommandResult, HostRunner } from '../../src/ports.js';
import { freshFolder, run } from './fake-io.js';

let cwd = '';
const server = createServer((_request, response) => response.writeHead(502).end());
let url = '';
beforeEach(async () => {
  cwd = freshFolder();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(async () => {
  rmSync(cwd, { recursive: true });
  await new Promise((resolve) => server.close(resolve));
});

const ALL_TOOLS = TOOLS.map(({ tool }) => `${tool} yes`).join('\n');

interface FakeHost {
  readonly user?: string;
  readonly root?: boolean;
  readonly sudo?: 'yes' | 'refused' | 'not-asked';
  readonly answers?: Record<string, { stdout?: string; stderr?: string; exitCode?: number | null }>;
}

/** Hosts that answer as told; whoever is not named refuses connections. */
function fakeRunner(hosts: Record<string, FakeHost>): HostRunner {
  return {
    open: async ({ alias }: Host) => {
      const host = hosts[alias];
      if (host === undefined) {
        const says = `${alias}:22 refused the connection`;
        return { ok: false, failure: { reason: 'refused', says, remedy: 'see whether sshd runs there' } };
      }
      const { user = 'root', root = true, sudo = 'not-asked', answers = {} } = host;
      const healthy: NonNullable<FakeHost['answers']> = {
        'doctor.tools': { stdout: `${ALL_TOOLS}\n` },
        'doctor.clock': { stdout: `${Math.floor(Date.now() / 1000)}\n` },
      };
      return {
        ok: true,
        session: {
          run: async (commands, onResult) => {
            const results = new Map<string, CommandResult>();
            for (const command of commands) {
              const { stdout = '', stderr = '', exitCode = 0 } = { ...healthy, ...answers }[command.id] ?? {};
              const output = { exitCode, stdout, stderr, truncated: false, timedOut: false };
              results.set(command.id, { state: 'answered', output, durationMs: 1 });
              onResult?.(command, { state: 'answered', output, durationMs: 1 });
            }
            return results;
          },
          account: () => ({ user, root, sudo }),
          counts: () => ({ connections: 1, channels: 1 }),
          close: async () => {},
        },
      };
    },
  };
}

async function doctor(argv: readonly string[], hosts: Record<string, FakeHost>) {
  return run(['doctor', ...argv], { cwd, composition: { hostRunner: async () => fakeRunner(hosts) } });
}

function withConfig(): void {
  writeFileSync(
    join(cwd, 'goodgate.yaml'),
    `hosts: {web-1: {address: web-1.example.com, user: ops, sudo: true}, docs-1: {address: 10.0.4.11, jump: web-1}}
targets: {docs-server: {url: "${url}", hosts: [{host: web-1, roles: [proxy]}, {host: docs-1, roles: [backend]}]}}
`,
  );
}

describe('goodgate doctor', () => {
  it('is content, with status 0, where nothing is missing', async () => {
    withConfig();
    const { code, out } = await doctor([], { 'web-1': { sudo: 'yes' }, 'docs-1': {} });
    expect(out).toContain('Everything is in place.');
    expect(out).toContain('answers HTTP 502');
    expect(out).toContain('docs-1 10.0.4.11 < ops@web-1.example.com');
    expect(code).toBe(0);
  });

  it('names each problem with its remedy, and ends with 1', async () => {
    withConfig();
    const { code, out } = await doctor(['docs-server'], {
      'web-1': {
        user: 'ops',
        root: false,
        sudo: 'refused',
        answers: {
          'doctor.tools': { stdout: 'nginx no\nss yes\n' },
          'doctor.clock': { stdout: `${Math.floor(Date.now() / 1000) + 3600}\n` },
          'doctor.docker': {
            exitCode: 1,
            stderr: 'permission denied while trying to connect to the Docker daemon',
          },
        },
      },
      'docs-1': {},
    });
    expect(out).toContain('✗ sudo is refused');
    expect(out).toContain('→ let ops run "sudo -n"');
    expect(out).toMatch(/✗ clock is off by 36\d\d s/u);
    expect(out).toContain('✗ nginx is not there: its configuration cannot be read');
    expect(out).toContain('✗ ops may not use docker');
    expect(out).toContain('· curl is not there');
    expect(out).toContain('4 problems.');
    expect(code).toBe(1);
  });

  it('shows how far it came on the way to a host, and ends with 3 where it reached none', async () => {
    withConfig();
    const { code, out } = await doctor([], {});
    expect(out).toContain('✓ name  ✗ port  ? host key  ? login  ? shell');
    expect(out).toContain('✗ web-1:22 refused the connection');
    expect(out).toContain('→ see whether sshd runs there');
    expect(code).toBe(3);
    expect((await doctor([], { 'docs-1': {} })).code).toBe(1);
  });

  it('answers in JSON and in Chinese', async () => {
    withConfig();
    const { out } = await doctor(['--format', 'json'], { 'docs-1': {} });
    const { schema, hosts, outside } = JSON.parse(out);
    expect(schema).toBe(1);
    expect(hosts.map((host: { host: string; reached: boolean }) => [host.host, host.reached])).toEqual([
      ['web-1', false],
      ['docs-1', true],
    ]);
    expect(outside).toMatchObject([{ target: 'docs-server', state: 'ok' }]);
    expect((await doctor(['--lang', 'zh'], { 'docs-1': {} })).out).toContain('时钟准确');
  });

  it('refuses a configuration without hosts', async () => {
    writeFileSync(join(cwd, 'goodgate.yaml'), '');
    const { code, err } = await doctor([], {});
    expect(err).toContain('names no host (add one under "hosts")');
    expect(code).toBe(2);
  });

  it('says why a URL gives no answer', async () => {
    const { code, out } = await doctor(['--local', '--url', 'http://127.0.0.1:9/'], {});
    expect(out).toContain('ECONNREFUSED 127.0.0.1:9');
    expect(code).toBe(3);
  });

  it('really looks at this machine', async () => {
    const { hostRunner } = realComposition;
    const { out } = await run(['doctor', '--local', '--url', url, '--format', 'json'], {
      cwd,
      composition: { hostRunner },
    });
    const [host] = JSON.parse(out).hosts;
    expect(host.reached).toBe(true);
    expect(host.findings).toContainEqual({ state: 'ok', about: 'clock', says: 'clock is right' });
    expect(JSON.stringify(host.findings)).toMatch(/tools: [^"]*timeout/u);
  });
});

describe('the judgement of an examination', () => {
  const host: Host = { alias: 'a', sudo: false, transport: { kind: 'local' } };
  const blind: Examination = {
    state: 'reached',
    host,
    user: 'ops',
    root: false,
    sudo: 'not-asked',
    tools: undefined,
    clockOffsetMs: undefined,
    nginxReadable: undefined,
    dockerUsable: undefined,
  };

  it('takes what could not be asked for unknown, never for right', () => {
    const lines = judgeExamination(blind, ['proxy'], 'en');
    expect(lines.map(({ state, about }) => `${state} ${about}`)).toEqual([
      'ok login',
      'note sudo',
      'note clock',
      'note tool',
    ]);
  });

  it('knows on which step of the way each failure happens', () => {
    expect(failedStep('dns')).toBe('dns');
    expect(failedStep('timeout')).toBe('tcp');
    expect(failedStep('host-key-changed')).toBe('host-key');
    expect(failedStep('passphrase')).toBe('login');
    expect(failedStep('container')).toBe('shell');
  });
});
