import { waitUntil } from '../world/wait-until.js';
import { defineFault, everywhere, type Fault, overTcp } from './fault.js';

/** nginx is down, or does not do what its files say. */
export const proxyProcessFaults: readonly Fault[] = [
  defineFault({
    name: 'nginx-stopped',
    cause: 'proxy-not-running',
    layouts: everywhere,
    title: { en: 'nginx was stopped', zh: 'nginx 被停止' },
    status: 0,
    async bring({ world, untilSeen }) {
      await world.nginx.stop();
      await untilSeen(0);
    },
  }),
  defineFault({
    name: 'nginx-killed',
    cause: 'proxy-not-running',
    layouts: everywhere,
    title: { en: 'nginx was killed and left its pid file', zh: 'nginx 被强制杀死' },
    status: 0,
    async bring({ world, untilSeen }) {
      const master = world.nginx.masterPid() ?? 0;
      const { stdout } = await world.proxy.run(['ps', '-o', 'pid=', '--ppid', String(master)]);
      await world.proxy.signal(master, 'KILL');
      for (const worker of stdout.trim().split(/\s+/)) await world.proxy.signal(Number(worker), 'KILL');
      await untilSeen(0);
    },
  }),
  defineFault({
    name: 'config-invalid-stopped',
    cause: 'proxy-config-invalid',
    layouts: everywhere,
    title: { en: 'nginx does not start: a directive is misspelt', zh: 'nginx 因配置拼写错误无法启动' },
    status: 0,
    async bring({ world, edit, untilSeen }) {
      edit(world.paths.siteConf, 'client_max_body_size', 'client_max_body_sise');
      await world.nginx.stop();
      await world.nginx.start().catch(() => undefined);
      await untilSeen(0);
    },
  }),
  defineFault({
    name: 'config-invalid-running',
    cause: 'proxy-config-invalid',
    layouts: ['onlyoffice', 'plain', 'machine'],
    title: {
      en: 'The backend moved; the new nginx configuration lacks a semicolon, so the reload failed',
      zh: '后端换端口后 nginx 新配置缺少分号,重载失败',
    },
    status: 502,
    async bring({ world, edit, configure, restartProgram, untilSeen }) {
      const { ports, paths, proxy, nginx } = world;
      configure('port', ports.spare);
      await restartProgram();
      edit(
        paths.siteConf,
        new RegExp(`:${ports.backend}( max_fails=0 fail_timeout=0s)?;`),
        `:${ports.spare}`,
      );
      await proxy.signal(nginx.masterPid() ?? 0, 'HUP');
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'config-not-reloaded',
    cause: 'proxy-config-not-reloaded',
    layouts: overTcp,
    title: {
      en: 'The port was corrected in the file, nginx was not reloaded',
      zh: '已修改端口但 nginx 未重载',
    },
    status: 502,
    async bring({ world, edit, configure, restartProgram, untilSeen }) {
      const { ports, paths } = world;
      await waitUntil('a second has passed since nginx started', async () => Date.now() % 1000 < 100);
      configure('port', ports.spare);
      await restartProgram();
      edit(paths.siteConf, `:${ports.backend}`, `:${ports.spare}`);
      await untilSeen(502);
    },
  }),
];
