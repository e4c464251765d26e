import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const program = join(root, 'dist/playground/demo/main.js');

// What npm tells its children would be taken for the demo's own surroundings.
export const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

/** The demo, with every world made below `place`, so that whatever is left of one can be found. */
export function demoAt(place: () => string) {
  const environment = () => ({ ...plain, TMPDIR: place(), LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' });
  return {
    run: (...argv: string[]) =>
      spawnSync(process.execPath, [program, ...argv], { encoding: 'utf8', env: environment() }),
    start: (...argv: string[]): ChildProcess =>
      spawn(process.execPath, [program, ...argv], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] }),
    whatIsLeft: () => whatIsLeft(place()),
  };
}

/** Gives all that was said by then. */
export function untilSaid(child: ChildProcess, text: string): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (part: Buffer) => {
      said += part.toString();
      if (said.includes(text)) resolve(said);
    });
    child.on('close', () => reject(new Error(`It ended without saying ${text}: ${said}`)));
    child.stderr?.resume();
  });
}

export function ended(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode ?? child.signalCode);
    else child.on('exit', (code, signal) => resolve(code ?? signal));
  });
}

function whatIsLeft(place: string): { readonly files: string[]; readonly processes: string[] } {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((pid) => {
      const texts = [readProc(pid, 'cmdline'), cwdOf(pid)];
      return texts.some((text) => text.includes(place)) ? [texts.join(' in ')] : [];
    });
  return { files: readdirSync(place), processes };
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function cwdOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}
