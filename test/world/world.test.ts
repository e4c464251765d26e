import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Fault } from '../../playground/faults/fault.js';
import { noises } from '../../playground/faults/noise.js';
import { pairs } from '../../playground/faults/pairs.js';
import { faults, whyNot } from '../../playground/faults/registry.js';
import { canMakeMachines } from '../../playground/world/machine.js';
import { pidsOfFolder } from '../../playground/world/process-table.js';
import { waitUntil } from '../../playground/world/wait-until.js';
import { layouts, startWorld, type World } from '../../playground/world/world.js';

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const layoutsHere = layouts.filter(
  (layout) => canMakeMachines() || !['machine', 'two-hosts'].includes(layout),
);

function faultNamed(name: string): Fault {
  const found = faults.find((fault) => fault.name === name);
  if (found === undefined) throw new Error(`no fault ${name}`);
  return found;
}

describe.each(layoutsHere)('a world of the layout %s', (layout) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ layout, seed: 7 });
  });
  afterAll(() => world?.stop());

  it('answers through nginx, lets us in by ssh, and describes itself in goodgate.yaml', async () => {
    expect(await world.health()).toBe('ok');
    for (const { ssh } of world.hosts) {
      const options = [
        '-o',
        `UserKnownHostsFile=${ssh.knownHostsFile}`,
        '-o',
        'BatchMode=yes',
        '-i',
        ssh.keyFile,
      ];
      const login = [
        '-F',
        'none',
        ...options,
        '-p',
        String(ssh.port),
        `${ssh.user}@${ssh.host}`,
        'echo',
        'here',
      ];
      expect((await run('ssh', login)).stdout).toBe('here\n');
    }
    const config: unknown = parse(readFileSync(world.configFile, 'utf8'));
    expect(config).toMatchObject({
      hosts: { [world.names.host]: { port: world.ssh.port, hostKey: world.ssh.hostKey } },
      targets: {
        [world.names.target]: {
          url: world.url,
          hosts: [{ host: world.names.host }, {}].slice(0, world.hosts.length),
        },
      },
    });
  });

  it('breaks, and is healthy again when mended', async () => {
    const fault = faultNamed(layout === 'two-hosts' ? 'route-missing' : 'backend-stopped');
    await fault.break(world);
    expect((await world.request()).status).toBe(fault.expect.httpStatus);
    await fault.mend(world);
    expect(await world.health()).toBe('ok');
  });

  it('leaves no process and no file behind', async () => {
    expect(pidsOfFolder(world.folder)).not.toEqual([]);
    await world.stop();
    expect(pidsOfFolder(world.folder)).toEqual([]);
    expect(existsSync(world.folder)).toBe(false);
  });
});

describe('faults in a plain world', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ layout: 'plain', seed: 11 });
  });
  afterAll(() => world?.stop());

  it.each(['upstream-port-wrong', 'certificate-expired', 'backend-closes-early', 'config-denied'])(
    '%s shows itself to a client, and its files are as before when it is mended',
    async (name) => {
      const fault = faultNamed(name);
      expect(whyNot(fault, world)).toBeUndefined();
      const files = [
        world.paths.nginxConf,
        world.paths.siteConf,
        world.paths.localJson,
        world.paths.programConf,
      ];
      const before = files.map((file) => readFileSync(file, 'utf8'));
      await fault.break(world);
      expect((await world.request()).status).toBe(fault.expect.httpStatus);
      await fault.mend(world);
      expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before);
      expect(await world.health()).toBe('ok');
    },
  );

  it('stays healthy while its logs show old failures and those of another site', async () => {
    for (const noise of noises) {
      await noise.break(world);
      expect(readFileSync(world.paths.errorLog, 'utf8')).toContain('Connection refused');
      expect(await world.health()).toBe('ok');
      await noise.undo(world);
    }
  });

  it('two faults at once come and go together', async () => {
    const pair = pairs.find(({ name }) => name === 'body-too-large+backend-stopped');
    await pair?.break(world);
    expect((await world.request()).status).toBe(502);
    expect((await world.request({ path: '/upload', method: 'POST', body: 'x'.repeat(2048) })).status).toBe(
      413,
    );
    await pair?.mend(world);
    expect((await world.request({ path: '/upload', method: 'POST', body: 'x'.repeat(2048) })).status).toBe(
      200,
    );
  });
});

describe('the end of a world', () => {
  it('comes by itself when its start fails half-way', async () => {
    let folder = '';
    const before = new Set(worldFolders());
    const log = (): void => {
      folder = worldFolders().find((name) => !before.has(name)) ?? '';
      throw new Error('half-way');
    };
    await expect(startWorld({ layout: 'socket', seed: 3, log })).rejects.toThrow('half-way');
    expect(folder).not.toBe('');
    expect(existsSync(join(tmpdir(), folder))).toBe(false);
    expect(pidsOfFolder(folder)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM', 'exception'] as const)(
    'comes before that of its program (%s)',
    async (end) => {
      const script = await compileScript();
      const child = spawn(process.execPath, [script, end], { stdio: ['ignore', 'pipe', 'ignore'] });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
      await waitUntil('the world is up', async () => said.includes('\n') || child.exitCode !== null);
      const folder = said.trim();
      expect(folder).toMatch(/goodgate-world-/);
      if (end !== 'exception') child.kill(end);
      expect(await ended).not.toBe(0);
      expect(existsSync(folder)).toBe(false);
      expect(pidsOfFolder(folder)).toEqual([]);
    },
  );
});

describe('the catalogue of faults', () => {
  it('names each fault once, and only causes that goodgate knows', () => {
    const names = [...faults, ...pairs].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const causes = new Set(faults.map(({ cause }) => cause));
    expect(causes.size).toBeGreaterThanOrEqual(45);
    expect([...causes].filter((cause) => !knownCauses().includes(cause))).toEqual([]);
  });

  it('brings about every combination that is written down', () => {
    for (const { layouts: places, name } of pairs) expect(places, name).not.toEqual([]);
  });
});

let compiled = false;

function worldFolders(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('goodgate-world-'));
}

function knownCauses(): readonly string[] {
  const folder = join(root, 'playbooks', 'causes');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const entries = files.flatMap(
    (name) => parse(readFileSync(join(folder, name), 'utf8')).causes as { id: string }[],
  );
  return entries.map(({ id }) => id);
}

/** A program that starts a world, says where, and then waits, or dies of an exception. */
async function compileScript(): Promise<string> {
  const out = join(root, '.cache', 'world-test');
  const sources = join(root, 'playground', 'world');
  const script = join(out, 'start.mjs');
  if (!compiled) {
    compiled = true;
    const options = ['--ignoreConfig', '--outDir', out, '--rootDir', sources, '--target', 'es2023'];
    const rest = ['--module', 'nodenext', '--types', 'node', '--skipLibCheck'];
    const files = ['world.ts', ...readdirSync(join(sources, 'app')).map((name) => `app/${name}`)];
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    await run(
      process.execPath,
      [compiler, ...options, ...rest, ...files.map((name) => join(sources, name))],
      { cwd: root },
    );
  }
  mkdirSync(out, { recursive: true });
  writeFileSync(
    script,
    `import { startWorld } from './world.js';
const world = await startWorld({ layout: 'plain', seed: 5 });
process.stdout.write(world.folder + '\\n');
if (process.argv[2] === 'exception') setTimeout(() => { throw new Error('as asked'); }, 100);
else setInterval(() => undefined, 1000);
`,
  );
  return script;
}
