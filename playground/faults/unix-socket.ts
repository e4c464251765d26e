import { chmodSync, rmSync } from 'node:fs';
import { defineFault, type Fault } from './fault.js';

/** The unix socket between nginx and the backend. */
export const unixSocketFaults: readonly Fault[] = [
  defineFault({
    name: 'socket-removed',
    cause: 'upstream-socket-missing',
    layouts: ['socket'],
    title: { en: 'The backend runs, but its unix socket was removed', zh: '上游 unix socket 被删除' },
    status: 502,
    async bring({ world, untilSeen }) {
      rmSync(world.paths.backendSocket);
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'socket-path-wrong',
    cause: 'upstream-socket-missing',
    layouts: ['socket'],
    title: { en: 'nginx passes to a unix socket that was never there', zh: 'nginx 指向不存在的 unix socket' },
    status: 502,
    async bring({ world, edit, untilSeen }) {
      const { siteConf, backendSocket } = world.paths;
      edit(siteConf, backendSocket, backendSocket.replace('.sock', '-v1.sock'));
      await world.nginx.reload();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'socket-denied',
    cause: 'upstream-socket-denied',
    layouts: ['socket'],
    title: {
      en: "nginx's user may not open the backend's unix socket",
      zh: 'nginx 无权访问上游 unix socket',
    },
    status: 502,
    async bring({ world, untilSeen }) {
      // Under root nginx's workers are another user; as an ordinary user they are the socket's owner.
      chmodSync(world.paths.backendSocket, world.users.nginx === undefined ? 0o000 : 0o600);
      await untilSeen(502);
    },
  }),
];
