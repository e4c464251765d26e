import { copyFileSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Host } from '../world/host.js';
import type { Engine } from './engine.js';

/** What the containers run. `backend.js PORT [ADDRESS] [WORD…]`: see the words in its text. */
const BACKEND = `
const [port, address = '0.0.0.0', ...words] = process.argv.slice(2);
const has = (word) => words.includes(word);
const redis = words.find((word) => word.startsWith('redis='))?.slice(6);
if (has('breaks')) {
  console.error('Error: settings.json: no value for "queue"\\n    at start (/app/backend.js:3:1)');
  process.exit(1);
}
if (has('grows')) {
  const kept = [];
  setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 20);
}
const listen = () => {
  const server = require('node:http').createServer((_, response) => {
    if (!has('hangs')) response.end('hello\\n');
  });
  server.listen(Number(port), address, () => console.log('listening on ' + address + ':' + port));
};
if (redis === undefined) listen();
else {
  const [host, at] = redis.split(':');
  const socket = require('node:net').connect(Number(at), host, listen);
  socket.on('error', (error) => {
    console.error(new Date().toISOString() + ' [ERROR] redis: Error: ' + error.message);
    process.exit(1);
  });
}
`;

const FILES: Readonly<Record<string, string>> = {
  '/app/backend.js': BACKEND,
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  '/etc/group': 'root:x:0:\nnobody:x:65534:\nnogroup:x:65534:\n',
  '/etc/nsswitch.conf': 'hosts: files dns\n',
};

const FOLDERS = [
  '/tmp',
  '/run',
  '/root',
  '/etc/nginx',
  '/var/log/nginx',
  '/var/lib/nginx',
  '/usr/share/nginx',
];

/** An image of this machine's own programs and their libraries: made in seconds, and from no registry. */
export async function makeImage(host: Host, engine: Engine, folder: string, image: string): Promise<void> {
  const root = join(folder, 'image');
  for (const one of FOLDERS) mkdirSync(join(root, one), { recursive: true });
  for (const [path, text] of Object.entries(FILES)) write(root, path, text);
  const programs = {
    '/usr/bin/node': process.execPath,
    '/usr/sbin/nginx': await placeOf(host, 'nginx'),
    '/usr/bin/redis-server': await placeOf(host, 'redis-server'),
    '/bin/busybox': await placeOf(host, 'busybox'),
  };
  for (const [path, source] of Object.entries(programs)) copy(root, source, path);
  for (const source of new Set(
    (await Promise.all(Object.values(programs).map((one) => libraries(host, one)))).flat(),
  ))
    copy(root, source, source);
  const { stdout } = await host.run(['busybox', '--list']);
  for (const applet of stdout.split('\n').filter((one) => one !== '' && one !== 'busybox'))
    symlinkSync('busybox', join(root, 'bin', applet));
  // As the images of nginx.org do it.
  symlinkSync('/dev/stderr', join(root, 'var/log/nginx/error.log'));
  const load = '[ -z "$3" ] || export DOCKER_HOST="$3"; tar -c -C "$1" . | docker import - "$2"';
  const made = await host.run(['sh', '-c', load, 'goodgate', root, image, engine.env['DOCKER_HOST'] ?? '']);
  if (made.code !== 0) throw new Error(`docker import failed: ${made.stderr}`);
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function copy(root: string, source: string, path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  copyFileSync(realpathSync(source), join(root, path));
}

async function placeOf(host: Host, program: string): Promise<string> {
  const { stdout, code } = await host.run(['sh', '-c', 'command -v "$1"', 'goodgate', program]);
  if (code !== 0) throw new Error(`${program} is not installed`);
  return stdout.trim();
}

/** `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`; none of a static program. */
async function libraries(host: Host, program: string): Promise<string[]> {
  const { stdout } = await host.run(['ldd', program]);
  return [...stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gmu)].map((match) => match[1] ?? '');
}
