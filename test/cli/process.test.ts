import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshFolder } from './fake-io.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
let installed = '';
let bare = '';

beforeAll(() => {
  bare = freshFolder();
  cpSync(join(repository, 'bin'), join(bare, 'bin'), { recursive: true });
  cpSync(join(repository, 'package.json'), join(bare, 'package.json'));
  installed = freshFolder();
  cpSync(bare, installed, { recursive: true });
  cpSync(join(repository, 'playbooks'), join(installed, 'playbooks'), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(installed, 'node_modules'));
  writeFileSync(
    join(installed, 'tsconfig.json'),
    JSON.stringify({
      extends: join(repository, 'tsconfig.json'),
      compilerOptions: { noEmit: false, noCheck: true, rootDir: repository, outDir: join(installed, 'dist') },
      include: [join(repository, 'src')],
    }),
  );
  execFileSync(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', installed]);
}, 60_000);

afterAll(() => {
  rmSync(bare, { recursive: true });
  rmSync(installed, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(folder: string, argv: readonly string[], nodeOptions: readonly string[] = []): Promise<Ended> {
  const cwd = join(folder, 'cwd');
  mkdirSync(cwd, { recursive: true });
  const env = { PATH: process.env['PATH'], HOME: cwd, LANG: 'C.UTF-8' };
  return new Promise((resolve) => {
    const all = [...nodeOptions, join(folder, 'bin', 'goodgate.js'), ...argv];
    const child = execFile(process.execPath, all, { cwd, env }, (_error, out, err) => {
      resolve({ code: child.exitCode, out, err });
    });
  });
}

describe('the program', () => {
  it('prints help and version', async () => {
    expect((await start(installed, ['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/u);
    const help = await start(installed, ['--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    expect(help.out).toContain('Usage: goodgate');
  });

  it('loads nothing heavy for its help', async () => {
    const traced = await start(installed, ['--help'], ['--import', traceOfLoads()]);
    expect(traced.err).toContain('commander');
    expect(traced.err).not.toMatch(
      /node_modules\/(zod|yaml|ssh2|node-ssh|@marcbachmann|intl-messageformat|string-width)\//u,
    );
  });

  it('gives its exit status to the shell, and nothing but a sentence to standard error', async () => {
    const { code, out, err } = await start(installed, ['check', 'docs-server']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^goodgate: there is no goodgate\.yaml; .*\n$/u);
  });

  it('says how to build it where it is not built', async () => {
    const { code, err } = await start(bare, ['--help']);
    expect({ code, err }).toEqual({
      code: 2,
      err: 'goodgate is not built yet: run "npm run build" in its folder first.\n',
    });
  });

  it('says which Node.js it needs where this one is too old', async () => {
    for (const version of ['18.20.4', '20.18.3']) {
      const old = `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`;
      const { code, err } = await start(installed, ['--help'], ['--import', old]);
      expect({ code, err }).toEqual({
        code: 2,
        err: `goodgate needs Node.js 20.19 or newer, and this is ${version}.\n`,
      });
    }
  });

  it('turns the stray error of a library into one sentence', async () => {
    const stray =
      'process.on("newListener",(n)=>{if(n==="unhandledRejection")setTimeout(()=>{throw new Error("stray")},0)})';
    const { code, err } = await start(installed, ['causes'], ['--import', `data:text/javascript,${stray}`]);
    expect({ code, err }).toEqual({ code: 70, err: 'goodgate failed: stray. This is a bug.\n' });
  });

  it('ends quietly when nobody reads on', () => {
    const script = `"${process.execPath}" "${join(installed, 'bin/goodgate.js')}" causes | head -n 1`;
    const out = execFileSync('sh', ['-c', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect(out.split('\n')).toHaveLength(2);
  });

  it('ends with 130 when it is interrupted while a host keeps it waiting', async () => {
    const silent = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', () => resolve()));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const url = `http://127.0.0.1:${port}/`;
    const argv = ['doctor', '--url', url, '--host', `root@127.0.0.1:${port}`, '--timeout', '60'];
    const child = spawn(process.execPath, [join(installed, 'bin/goodgate.js'), ...argv], { stdio: 'pipe' });
    let connected = 0;
    const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    await new Promise<void>((resolve) =>
      silent.on('connection', () => (++connected === 2 ? resolve() : undefined)),
    );
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    silent.close();
  });
});

/** Writes the address of every module that is loaded to standard error. */
function traceOfLoads(): string {
  const hooks =
    'export async function load(url, context, next) { process._rawDebug(url); return next(url, context); }';
  const register = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;
  return `data:text/javascript,${encodeURIComponent(register)}`;
}
