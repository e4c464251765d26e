import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A private folder with configuration files, for the installed nginx. */
export interface NginxFolder {
  readonly prefix: string;
  /** Standard output of `nginx -T`. */
  dump(): string;
  remove(): void;
}

const PATHS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
  (kind) => `${kind}_temp_path tmp/${kind};`,
);

/** `main` goes into the http block of nginx.conf; `files` stand beside it; `top` goes before `events`. */
export function nginxFolder(main: string, files: Record<string, string> = {}, top = ''): NginxFolder {
  const prefix = mkdtempSync(join(tmpdir(), 'goodgate-nginx-'));
  mkdirSync(join(prefix, 'tmp'));
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const head = `${top}\n${user}\npid nginx.pid;\nerror_log ${prefix}/error.log info;\nevents { worker_connections 64; }`;
  const conf = `${head}\nhttp {\naccess_log off;\n${PATHS.join('\n')}\n${main}\n}\n`;
  for (const [name, text] of Object.entries({ ...files, 'nginx.conf': conf })) {
    mkdirSync(dirname(join(prefix, name)), { recursive: true });
    writeFileSync(join(prefix, name), text);
  }
  return {
    prefix,
    dump: () =>
      execFileSync('nginx', ['-T', '-p', `${prefix}/`, '-c', 'nginx.conf'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        maxBuffer: 64 * 1024 * 1024,
      }),
    remove: () => rmSync(prefix, { recursive: true, force: true }),
  };
}

/** Starts nginx in the foreground and waits until the port answers; the returned function ends it. */
export async function startNginx(folder: NginxFolder, port: number): Promise<() => Promise<void>> {
  const child = spawn('nginx', ['-p', `${folder.prefix}/`, '-c', 'nginx.conf', '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += String(chunk);
  });
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`);
    if (await answers(port)) return () => stop(child);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await stop(child);
  throw new Error(`nginx does not listen on ${port}: ${said}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** One request exactly as given; a request without Host is sent as HTTP/1.0. */
export function ask(
  port: number,
  request: { host: string; uri: string; method?: string; headers?: Record<string, string>; address?: string },
): Promise<Answer> {
  const version = request.host === '' ? '1.0' : '1.1';
  const lines = [`${request.method ?? 'GET'} ${request.uri} HTTP/${version}`];
  if (request.host !== '') lines.push(`Host: ${request.host}`);
  for (const [name, value] of Object.entries(request.headers ?? {})) lines.push(`${name}: ${value}`);
  lines.push('Connection: close', '', '');
  return new Promise((resolve, reject) => {
    const socket = connect(port, request.address ?? '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(parseAnswer(Buffer.concat(chunks).toString('latin1'))));
    socket.write(Buffer.from(lines.join('\r\n'), 'utf8'));
  });
}

function parseAnswer(text: string): Answer {
  const cut = text.indexOf('\r\n\r\n');
  const [first = '', ...rest] = text.slice(0, cut < 0 ? undefined : cut).split('\r\n');
  const headers = Object.fromEntries(
    rest.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: cut < 0 ? '' : text.slice(cut + 4) };
}
