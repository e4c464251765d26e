import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPortDrawer } from '../world/free-port.js';
import { createHost } from '../world/host.js';
import { createKeeper } from '../world/keeper.js';
import { createRandom, type Random } from '../world/random.js';
import { waitUntil } from '../world/wait-until.js';
import { type Engine, startEngine } from './engine.js';
import { makeImage } from './image.js';

export interface Ports {
  /** Where the URL leads: nginx's on the host, or the one that its container publishes. */
  readonly url: number;
  /** What the backend's container publishes. */
  readonly published: number;
  /** Of the backend, inside its container. */
  readonly inner: number;
  readonly spare: number;
}

/** A place for containers that can be set up in many ways, one after the other. */
export interface Stage {
  readonly folder: string;
  readonly env: Engine['env'];
  readonly url: string;
  readonly ports: Ports;
  /** Names that no other container on this machine has; the backend's neighbours call it by its alias. */
  readonly names: Readonly<Record<'proxy' | 'backend' | 'cache' | 'network' | 'otherNetwork', string>>;
  readonly alias: string;
  /** Runs docker, and throws where it fails. */
  docker(...words: readonly string[]): Promise<string>;
  /** A container of the backend's program. */
  backend(options: readonly string[], ...words: readonly string[]): Promise<void>;
  /** nginx in a container of its own, on the network. `location` is what stands in its one location. */
  proxy(location: string, options?: readonly string[], server?: string): Promise<void>;
  cache(): Promise<void>;
  /** nginx on the host itself. */
  hostProxy(location: string): Promise<void>;
  /** Waits until a container's state, as `docker inspect --format` tells, is this. */
  until(name: string, format: string, value: string): Promise<void>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export async function openStage(seed: number): Promise<Stage> {
  const keeper = createKeeper(mkdtempSync(join(tmpdir(), 'goodgate-docker-')));
  const { folder } = keeper;
  const host = createHost('127.0.0.1', keeper);
  const random = createRandom(seed);
  try {
    const draw = createPortDrawer(random);
    const ports = { url: await draw(), published: await draw(), inner: await draw(), spare: await draw() };
    const engine = await startEngine(host, keeper);
    const docker = async (...words: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await engine.docker(...words);
      if (code !== 0) throw new Error(`docker ${words.slice(0, 3).join(' ')} failed: ${stderr}`);
      return stdout.trim();
    };
    const { names, alias, image } = drawNames(random);
    const containers = [names.proxy, names.backend, names.cache];
    const networks = [names.network, names.otherNetwork];
    // In reverse order: containers first, then what they used.
    const wire = engine.own ? ['--host', engine.env['DOCKER_HOST'] ?? ''] : [];
    if (!engine.own) keeper.addUndo(['docker', ...wire, 'image', 'rm', '--force', image]);
    if (!engine.own) keeper.addUndo(['docker', ...wire, 'network', 'rm', ...networks]);
    if (!engine.own) keeper.addUndo(['docker', ...wire, 'rm', '--force', ...containers]);
    await makeImage(host, engine, folder, image);

    const stage: Stage = {
      folder,
      env: engine.env,
      url: `http://127.0.0.1:${ports.url}/`,
      ports,
      names,
      alias,
      docker,
      async backend(options, ...words) {
        const run = ['run', '--detach', '--name', names.backend, ...options, image];
        await docker(...run, 'node', '/app/backend.js', ...words);
      },
      async proxy(location, options = [], server = '') {
        const file = join(folder, 'proxy.conf');
        writeFileSync(
          file,
          nginxConf({ port: 80, location, server, errorLog: '/var/log/nginx/error.log', temp: '/tmp' }),
        );
        const mount = ['--volume', `${file}:/etc/nginx/nginx.conf:ro`, '--publish', `${ports.url}:80`];
        const run = ['run', '--detach', '--name', names.proxy, '--network', names.network, ...mount];
        await docker(...run, ...options, image, 'nginx', '-c', '/etc/nginx/nginx.conf', '-g', 'daemon off;');
      },
      async cache() {
        const run = ['run', '--detach', '--name', names.cache, '--network', names.network];
        await docker(...run, '--network-alias', 'cache', image, 'redis-server', '--protected-mode', 'no');
      },
      async hostProxy(location) {
        const file = join(folder, 'host.conf');
        const errorLog = join(folder, 'error.log');
        writeFileSync(file, nginxConf({ port: ports.url, location, server: '', errorLog, temp: folder }));
        host.start(
          ['nginx', '-p', folder, '-c', file, '-g', `daemon off; pid ${folder}/nginx.pid;`],
          `${folder}/nginx.log`,
        );
        await waitUntil('nginx on the host listens', async () => {
          const { stdout } = await host.run(['ss', '-ltnH', `sport = :${ports.url}`]);
          return stdout.trim() !== '' || stdout;
        });
      },
      async until(name, format, value) {
        await waitUntil(
          `${name}: ${format} is ${value}`,
          async () => {
            const seen = (await engine.docker('inspect', '--format', format, name)).stdout.trim();
            return seen === value || seen;
          },
          30_000,
        );
      },
      async clear() {
        const { stdout } = await host.run(['cat', join(folder, 'nginx.pid')]);
        if (/^\d+\s*$/u.test(stdout)) await host.signal(Number(stdout), 'TERM');
        await engine.docker('rm', '--force', ...containers);
        for (const network of networks) await engine.docker('network', 'rm', network);
        for (const network of networks) await docker('network', 'create', network);
      },
      async stop() {
        await engine.docker('rm', '--force', ...containers);
        await engine.docker('network', 'rm', ...networks);
        await keeper.clear();
      },
    };
    return stage;
  } catch (error) {
    await keeper.clear();
    throw error;
  }
}

function drawNames(random: Random): Pick<Stage, 'names' | 'alias'> & { readonly image: string } {
  const mark = `gg${process.pid}${random.between(100, 999)}`;
  const alias = random.pick(['ledger', 'orders', 'wiki', 'editor', 'gallery']);
  return {
    alias,
    image: `${mark}-image:1`,
    names: {
      proxy: `${mark}-front`,
      backend: `${mark}-${alias}`,
      cache: `${mark}-cache`,
      network: `${mark}-net`,
      otherNetwork: `${mark}-far`,
    },
  };
}

interface NginxConf {
  readonly port: number;
  readonly location: string;
  readonly server: string;
  readonly errorLog: string;
  /** Folder for nginx's temporary files. */
  readonly temp: string;
}

function nginxConf({ port, location, server, errorLog, temp }: NginxConf): string {
  return `worker_processes 1;
error_log ${errorLog};
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${temp}/temp-body;
  proxy_temp_path ${temp}/temp-proxy;
  fastcgi_temp_path ${temp}/temp-fastcgi;
  uwsgi_temp_path ${temp}/temp-uwsgi;
  scgi_temp_path ${temp}/temp-scgi;
  server {
    listen ${port};
    ${server}
    location / {
      proxy_set_header Host $host;
      proxy_connect_timeout 2s;
      proxy_read_timeout 3s;
      ${location}
    }
  }
}
`;
}
