import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RealNginx {
  readonly folder: string;
  readonly config: string;
  readonly master: ChildProcess;
  errorLog(): string;
  write(config: string): void;
  stop(): Promise<void>;
}

/** Starts nginx in a private folder; `config` is what stands in its http block, `top` what stands before it. */
export async function startNginx(port: number, http: string, top = ''): Promise<RealNginx> {
  const folder = mkdtempSync(join(tmpdir(), 'goodgate-nginx-'));
  chmodSync(folder, 0o755);
  const config = join(folder, 'nginx.conf');
  const write = (text: string) => writeFileSync(config, text);
  write(`daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log warn; ${top}
${top.includes('events') ? '' : 'events { worker_connections 64; }'}
http {
  access_log ${folder}/access.log;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
${http}
}
`);
  const master = spawn('nginx', ['-p', folder, '-c', config], { stdio: 'ignore' });
  await listening(port);
  return {
    folder,
    config,
    master,
    errorLog: () => readFileSync(join(folder, 'error.log'), 'utf8'),
    write,
    async stop() {
      const ended = new Promise((resolve) => master.on('exit', resolve));
      if (master.exitCode === null) {
        master.kill('SIGTERM');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens on ${port}`);
}

/** curl, whatever comes of it; asynchronous, so that servers of the test itself can answer. */
export function curl(url: string, ...more: string[]): Promise<void> {
  const child = spawn('curl', ['-s', '-o', '/dev/null', '-m', '5', '--noproxy', '*', ...more, url], {
    stdio: 'ignore',
  });
  return new Promise((resolve) => child.on('close', () => resolve()));
}
