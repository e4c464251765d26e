import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { localTime } from '../world/app/log-line.js';
import type { World } from '../world/world.js';
import { defineFault, everywhere, type Fault } from './fault.js';
import type { Scene } from './scene.js';

/** Something that looks like a failure and is none: the service is healthy all the while. */
export type Noise = Omit<Fault, 'cause'>;

const HOUR_MS = 3_600_000;

export const noises: readonly Noise[] = [
  defineFault({
    name: 'old-failures',
    cause: '',
    layouts: everywhere,
    title: { en: 'The logs still show the failures of an hour ago', zh: '日志中留有一小时前的故障' },
    status: 200,
    verdict: 'healthy',
    async bring(scene) {
      const { world } = scene;
      const from = Date.now() - HOUR_MS;
      prepend(
        scene,
        world.paths.errorLog,
        repeat(40, (turn) => refusedLine(world, new Date(from + turn * 1000))),
      );
      if (world.layout !== 'onlyoffice') {
        prepend(
          scene,
          world.paths.accessLog,
          repeat(40, (turn) => accessLine(world, new Date(from + turn * 1000))),
        );
      }
      prepend(
        scene,
        world.paths.outLog,
        repeat(40, (turn) => redisLine(world, new Date(from + turn * 1000))),
      );
      prepend(
        scene,
        world.paths.supervisorLog,
        repeat(3, (turn) => crashLine(world, new Date(from + turn * 1000))),
      );
      await scene.untilSeen(200);
    },
  }),
  defineFault({
    name: 'errors-of-another-site',
    cause: '',
    layouts: everywhere,
    title: { en: "nginx's error log is full of another site's failures", zh: '错误日志中是其他站点的故障' },
    status: 200,
    verdict: 'healthy',
    async bring(scene) {
      const { errorLog } = scene.world.paths;
      const before = readFileSync(errorLog, 'utf8');
      scene.undo(() => writeFileSync(errorLog, before));
      appendFileSync(
        errorLog,
        repeat(30, (turn) => foreignLine(scene.world, new Date(Date.now() - turn * 500))),
      );
      await scene.untilSeen(200);
    },
  }),
];

function repeat(times: number, line: (turn: number) => string): string {
  return Array.from({ length: times }, (_, turn) => line(turn)).join('');
}

/** Old lines stand before the new ones, as they would in a log that was not rotated. */
function prepend({ undo }: Scene, file: string, lines: string): void {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, lines + before);
  undo(() => writeFileSync(file, readFileSync(file, 'utf8').replace(lines, '')));
}

// 2026/11/21 01:15:22 [error] 812#812: *7 connect() failed (111: Connection refused) while connecting to upstream, …
function refusedLine(world: World, at: Date): string {
  const { healthPath, layout, backendAddress, ports, paths, url } = world;
  const server = layout === 'onlyoffice' ? '' : '_';
  const upstream =
    layout === 'socket' ? `unix:${paths.backendSocket}:` : `${backendAddress}:${ports.backend}`;
  const request = `client: 127.0.0.1, server: ${server}, request: "GET ${healthPath} HTTP/1.1"`;
  const rest = `upstream: "http://${upstream}${healthPath}", host: "${new URL(url).host}"`;
  return `${nginxTime(at)} [error] 812#812: *7 connect() failed (111: Connection refused) while connecting to upstream, ${request}, ${rest}\n`;
}

function foreignLine({ ports }: World, at: Date): string {
  const request = 'client: 203.0.113.7, server: shop.example.com, request: "GET /cart HTTP/1.1"';
  const rest = `upstream: "http://127.0.0.1:${ports.spare}/cart", host: "shop.example.com"`;
  return `${nginxTime(at)} [error] 812#812: *9 connect() failed (111: Connection refused) while connecting to upstream, ${request}, ${rest}\n`;
}

// 127.0.0.1 - - [21/Nov/2026:01:15:22 +0000] "GET /healthz HTTP/1.1" 502 150 "-" "curl/7.88.1" 0.001 127.0.0.1:8080 502 0.001
function accessLine({ healthPath, backendAddress, ports }: World, at: Date): string {
  const [, month, day, year, time] = /^\w+ (\w+) (\d+) (\d+) ([\d:]+)/.exec(at.toString()) ?? [];
  const zone = /GMT([+-]\d{4})/.exec(at.toString())?.[1] ?? '+0000';
  const moment = `${day}/${month}/${year}:${time} ${zone}`;
  return `127.0.0.1 - - [${moment}] "GET ${healthPath} HTTP/1.1" 502 150 "-" "curl/7.88.1" 0.001 ${backendAddress}:${ports.backend} 502 0.001\n`;
}

function redisLine({ layout, ports }: World, at: Date): string {
  const reason = `connect ECONNREFUSED 127.0.0.1:${ports.redis}`;
  if (layout === 'onlyoffice')
    return `[${localTime(at)}] [ERROR] [localhost] [docId] [userId] nodeJS - [REDIS] Error: ${reason}\n`;
  return `${at.toISOString()} ERROR health: redis 127.0.0.1:${ports.redis}: ${reason}\n`;
}

// 2026-11-21 01:15:22,104 INFO gave up: docservice entered FATAL state, too many start retries too quickly
function crashLine({ names }: World, at: Date): string {
  const moment = localTime(at).replace('T', ' ').replace('.', ',');
  return `${moment} INFO gave up: ${names.program} entered FATAL state, too many start retries too quickly\n`;
}

function nginxTime(at: Date): string {
  return localTime(at).slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}
