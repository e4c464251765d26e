import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo } from '../world/accounts.js';
import { must } from '../world/machine.js';
import { pause, waitUntil } from '../world/wait-until.js';
import type { World } from '../world/world.js';
import { defineFault, everywhere, type Fault, services } from './fault.js';
import type { Scene } from './scene.js';

/** What the backend needs is not there, or does not let it in. */
export const dependencyFaults: readonly Fault[] = [
  defineFault({
    name: 'redis-down',
    cause: 'redis-down',
    layouts: everywhere,
    title: { en: 'Redis is down, and the backend was started without it', zh: 'Redis 未运行,后端无法就绪' },
    status: 502,
    async bring({ world, restartProgram, untilSeen }) {
      await world.redis.stop();
      await restartProgram();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'redis-down-crash',
    cause: 'redis-down',
    layouts: ['onlyoffice'],
    title: {
      en: 'Redis is down, and this release of the backend dies of it',
      zh: 'Redis 未运行导致后端崩溃',
    },
    status: 502,
    async bring({ world, release, restartProgram, untilState, untilSeen }) {
      await world.redis.stop();
      release({ onMissingNeed: 'exit' });
      await restartProgram();
      await untilState('FATAL');
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'redis-lost',
    cause: 'redis-down',
    layouts: ['onlyoffice'],
    title: {
      en: 'Redis was lost while the backend runs: 200, but not well',
      zh: '运行中丢失 Redis,健康检查返回 false',
    },
    status: 200,
    async bring({ world, untilSeen }) {
      await world.redis.stop();
      await untilSeen(200, 'false');
    },
  }),
  defineFault({
    name: 'redis-lost-500',
    cause: 'redis-down',
    layouts: services,
    title: {
      en: 'Redis was lost while the backend runs: it answers 500',
      zh: '运行中丢失 Redis,后端返回 500',
    },
    status: 500,
    async bring({ world, untilSeen }) {
      await world.redis.stop();
      await untilSeen(500);
    },
  }),
  defineFault({
    name: 'redis-needs-password',
    cause: 'redis-auth-failed',
    layouts: everywhere,
    title: {
      en: 'Redis asks for a password that the backend does not give',
      zh: 'Redis 需要密码而后端未提供',
    },
    status: 502,
    bring: (scene) => lockRedis(scene, undefined),
  }),
  defineFault({
    name: 'redis-wrong-password',
    cause: 'redis-auth-failed',
    layouts: everywhere,
    title: { en: "Redis refuses the backend's password", zh: 'Redis 密码错误' },
    status: 502,
    bring: (scene) => lockRedis(scene, 'winter-2024'),
  }),
  defineFault({
    name: 'rabbitmq-down',
    cause: 'rabbitmq-down',
    layouts: ['onlyoffice'],
    title: {
      en: 'RabbitMQ is down, and the backend was started without it',
      zh: 'RabbitMQ 未运行,后端无法就绪',
    },
    status: 502,
    async bring({ world, restartProgram, untilSeen }) {
      await world.broker?.stop();
      await restartProgram();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'rabbitmq-lost',
    cause: 'rabbitmq-down',
    layouts: ['onlyoffice'],
    title: { en: 'RabbitMQ was lost while the backend runs', zh: '运行中丢失 RabbitMQ' },
    status: 200,
    async bring({ world, untilSeen }) {
      await world.broker?.stop();
      await untilSeen(200, 'false');
    },
  }),
  defineFault({
    name: 'database-down',
    cause: 'database-down',
    layouts: ['onlyoffice'],
    needs: ['database'],
    title: { en: 'PostgreSQL is down, and the backend was started without it', zh: 'PostgreSQL 未运行' },
    status: 502,
    async bring({ world, restartProgram, untilSeen }) {
      await world.database?.stop();
      await restartProgram();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'database-wrong-password',
    cause: 'database-auth-failed',
    layouts: ['onlyoffice'],
    needs: ['database'],
    title: { en: "PostgreSQL refuses the backend's password", zh: '数据库密码错误' },
    status: 502,
    async bring({ configure, restartProgram, untilSeen }) {
      configure('databasePassword', 'spring-2023');
      await restartProgram();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'database-name-wrong',
    cause: 'database-auth-failed',
    layouts: ['onlyoffice'],
    needs: ['database'],
    title: { en: "The backend's database does not exist", zh: '数据库名不存在' },
    status: 502,
    async bring({ configure, restartProgram, untilSeen }) {
      configure('databaseName', 'documents_old');
      await restartProgram();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'database-connections-exhausted',
    cause: 'database-connections-exhausted',
    layouts: ['onlyoffice'],
    needs: ['database'],
    title: { en: 'PostgreSQL has no connection left', zh: '数据库连接数耗尽' },
    status: 200,
    async bring({ world, undo, untilSeen }) {
      const { database, paths, ports } = world;
      undo(async () => {
        await database?.sql('alter system reset max_connections');
        await database?.stop();
        await database?.start();
      });
      await database?.sql('alter system set max_connections = 10');
      await database?.stop();
      await database?.start();
      const login = [
        '-h',
        join(paths.runFolder, 'postgresql'),
        '-p',
        String(ports.database),
        '-U',
        world.names.databaseUser,
      ];
      const report = Array.from({ length: 9 }, () =>
        spawn('psql', [...login, '-c', 'select pg_sleep(3600)'], { stdio: 'ignore' }),
      );
      undo(() => {
        for (const client of report) client.kill('SIGKILL');
      });
      await untilSeen(200, 'false');
    },
  }),
  defineFault({
    name: 'database-late',
    cause: 'dependency-started-late',
    layouts: ['onlyoffice'],
    needs: ['database'],
    title: {
      en: 'PostgreSQL came up after the backend, which never looked again',
      zh: 'PostgreSQL 晚于后端启动',
    },
    status: 502,
    async bring({ world, restartProgram, untilLogged, untilSeen }) {
      await world.database?.stop();
      await restartProgram();
      await untilLogged(world.paths.outLog, 'getTableColumns error');
      await world.database?.start();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'redis-late',
    cause: 'dependency-started-late',
    layouts: services,
    title: {
      en: 'Redis came up after supervisor had given the backend up',
      zh: 'Redis 晚于后端启动,后端已 FATAL',
    },
    status: 502,
    async bring({ world, restartProgram, untilState, untilSeen }) {
      await world.redis.stop();
      await restartProgram();
      await untilState('FATAL');
      await pause(1100);
      await world.redis.start();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'outside-service-down',
    cause: 'external-dependency-down',
    layouts: everywhere,
    title: { en: 'A service that the backend calls is down', zh: '后端调用的外部服务不可用' },
    status: 502,
    async bring({ world, configure, restartProgram, untilSeen }) {
      configure('outside', `http://127.0.0.1:${world.ports.spare}/`);
      await restartProgram();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'storage-missing',
    cause: 'storage-missing',
    layouts: everywhere,
    title: { en: 'The data directory is not there', zh: '数据目录不存在' },
    status: 502,
    async bring({ world, undo, restartProgram, untilState, untilSeen }) {
      const parent = join(world.paths.dataFolder, '..');
      renameSync(parent, `${parent}.moved`);
      undo(() => {
        rmSync(parent, { recursive: true, force: true });
        renameSync(`${parent}.moved`, parent);
      });
      await restartProgram();
      await untilState('FATAL');
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'storage-denied',
    cause: 'storage-denied',
    layouts: everywhere,
    title: { en: 'The backend may not write to its data directory', zh: '数据目录权限不足' },
    status: 502,
    async bring({ world, undo, restartProgram, untilState, untilSeen }) {
      lockFolder(world, undo);
      await restartProgram();
      await untilState('FATAL');
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'storage-read-only',
    cause: 'storage-denied',
    layouts: everywhere,
    needsRoot: true,
    title: { en: 'The data directory is mounted read-only', zh: '数据目录被只读挂载' },
    status: 502,
    async bring({ world, undo, restartProgram, untilState, untilSeen }) {
      const { dataFolder } = world.paths;
      await must(world.backend, ['mount', '--bind', dataFolder, dataFolder]);
      world.keeper.addUndo(['umount', '-l', dataFolder]);
      undo(async () => void (await world.backend.run(['umount', '-l', dataFolder])));
      await must(world.backend, ['mount', '-o', 'remount,bind,ro', dataFolder]);
      await restartProgram();
      await untilState('FATAL');
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'config-not-json',
    cause: 'config-unreadable',
    layouts: everywhere,
    title: { en: "The backend's local.json does not parse", zh: 'local.json 语法错误' },
    status: 502,
    async bring({ world, edit, restartProgram, untilState, untilSeen }) {
      edit(world.paths.localJson, /,(\s*"redis")/, '$1');
      await restartProgram();
      await untilState('FATAL');
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'config-denied',
    cause: 'config-unreadable',
    layouts: everywhere,
    title: { en: 'The backend may not read its local.json', zh: 'local.json 不可读' },
    status: 502,
    async bring({ world, undo, restartProgram, untilState, untilSeen }) {
      chmodSync(world.paths.localJson, world.users.backend === undefined ? 0o000 : 0o600);
      undo(() => chmodSync(world.paths.localJson, 0o644));
      await restartProgram();
      await untilState('FATAL');
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'token-secret-differs',
    cause: 'jwt-mismatch',
    layouts: ['onlyoffice'],
    title: { en: 'Caller and document server do not share the JWT secret', zh: 'JWT 密钥不一致' },
    status: 200,
    async bring({ world, configure, restartProgram, untilLogged, untilSeen }) {
      configure('tokenSecret', 'a1c5f7e2b09d4486');
      await restartProgram();
      await untilLogged(world.paths.outLog, 'checkJwt error');
      await untilSeen(200);
    },
  }),
];

async function lockRedis(
  { world, configure, undo, restartProgram, untilSeen }: Scene,
  tried: string | undefined,
) {
  const password = 'autumn-2025';
  await world.redis.command('config', 'set', 'requirepass', password);
  undo(async () => {
    await world.redis.command('-a', password, '--no-auth-warning', 'config', 'set', 'requirepass', '');
    await waitUntil('Redis asks for no password', async () => (await world.redis.command('ping')) === 'PONG');
  });
  if (tried !== undefined) configure('redisPassword', tried);
  await restartProgram();
  await untilSeen(502);
}

/** Under root the directory becomes root's; as an ordinary user it loses its write bit. */
function lockFolder(world: World, undo: Scene['undo']): void {
  const { dataFolder } = world.paths;
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { mode: 0o555 });
  chmodSync(dataFolder, 0o555);
  undo(() => {
    chmodSync(dataFolder, 0o755);
    giveTo(dataFolder, world.users.backend);
  });
}
