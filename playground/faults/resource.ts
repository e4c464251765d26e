import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../world/machine.js';
import { pidIn } from '../world/nginx.js';
import { pause, waitUntil } from '../world/wait-until.js';
import { defineFault, everywhere, type Fault, overTcp } from './fault.js';
import { type Scene, webSocketOpening } from './scene.js';

/** Something has run out. */
export const resourceFaults: readonly Fault[] = [
  defineFault({
    name: 'worker-connections-used-up',
    cause: 'worker-connections-exhausted',
    layouts: everywhere,
    title: { en: 'nginx has 16 worker_connections, and clients hold them', zh: 'worker_connections 耗尽' },
    status: 0,
    async bring({ world, edit, hold, untilSeen, untilLogged }) {
      const { paths, nginx, proxy, ports } = world;
      edit(paths.nginxConf, /worker_connections \d+/, 'worker_connections 16');
      await nginx.reload();
      await hold(20, proxy.address, ports.nginx, webSocketOpening('/live', proxy.address));
      await untilSeen(0);
      await untilLogged(paths.errorLog, 'worker_connections are not enough');
    },
  }),
  defineFault({
    name: 'nginx-descriptors-used-up',
    cause: 'proxy-fd-limit',
    layouts: everywhere,
    title: { en: 'nginx may open 32 files, and clients hold them', zh: 'nginx 文件描述符耗尽' },
    status: 500,
    async bring({ world, edit, hold, untilLogged }) {
      const { paths, nginx, proxy, ports } = world;
      edit(paths.nginxConf, 'worker_processes 1;', 'worker_processes 1;\nworker_rlimit_nofile 32;');
      await nginx.reload();
      for (let held = 0; held < 32; held += 1) {
        await hold(1, proxy.address, ports.nginx);
        const { status } = await world.request({ timeoutMs: 1500 });
        if (status !== 200) break;
      }
      await untilLogged(paths.errorLog, '(24: Too many open files)');
    },
  }),
  defineFault({
    name: 'disk-full',
    cause: 'disk-full',
    layouts: everywhere,
    needsRoot: true,
    title: { en: "The file system of the backend's data is full", zh: '数据磁盘已满' },
    status: 502,
    async bring(scene) {
      const { dataFolder } = scene.world.paths;
      await mountSmall(scene, 'size=1m');
      await scene.world.backend.run([
        'sh',
        '-c',
        'cat /dev/zero >"$1/old-backup.tar" 2>/dev/null',
        'sh',
        dataFolder,
      ]);
      await scene.restartProgram();
      await scene.untilState('FATAL');
      await scene.untilSeen(502);
    },
  }),
  defineFault({
    name: 'inodes-exhausted',
    cause: 'inodes-exhausted',
    layouts: everywhere,
    needsRoot: true,
    title: { en: "The file system of the backend's data has no inode left", zh: 'inode 耗尽' },
    status: 502,
    async bring(scene) {
      const { dataFolder } = scene.world.paths;
      await mountSmall(scene, 'size=8m,nr_inodes=64');
      const fill =
        'mkdir "$1/sessions"; n=0; while : >"$1/sessions/$n"; do n=$((n+1)); done 2>/dev/null; true';
      await scene.world.backend.run(['sh', '-c', fill, 'sh', dataFolder]);
      await scene.restartProgram();
      await scene.untilState('FATAL');
      await scene.untilSeen(502);
    },
  }),
  defineFault({
    name: 'backend-descriptors-used-up',
    cause: 'backend-fd-limit',
    layouts: ['onlyoffice'],
    title: { en: 'The document server may open 40 files, and clients hold them', zh: '后端文件描述符耗尽' },
    status: 200,
    bring: (scene) => useUpDescriptors(scene),
  }),
  defineFault({
    name: 'service-descriptors-used-up',
    cause: 'backend-fd-limit',
    layouts: ['plain', 'machine'],
    title: { en: 'The service may open 40 files, and clients hold them', zh: '服务文件描述符耗尽' },
    status: 500,
    bring: (scene) => useUpDescriptors(scene),
  }),
  defineFault({
    name: 'processes-used-up',
    cause: 'process-limit',
    layouts: everywhere,
    needsRoot: true,
    title: { en: "The backend's user may start no further process", zh: '进程数达到上限' },
    status: 502,
    async bring({ world, edit, write, untilState, untilSeen }) {
      const { paths, supervisor, users } = world;
      const script = join(paths.appFolder, 'start.sh');
      const command = /^command=(.*)$/m.exec(readFileSync(paths.programConf, 'utf8'))?.[1] ?? '';
      write(
        script,
        `#!/bin/bash\nulimit -u 1\nHOST=$(hostname)\nexport HOST\n(exec ${command})\n`,
        users.backend,
      );
      edit(paths.programConf, /^command=.*$/m, `command=/bin/bash ${script}`);
      await supervisor.ctl('update');
      await untilState('FATAL', 'BACKOFF', 'RUNNING');
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'backlog-full',
    cause: 'listen-backlog-full',
    layouts: ['plain', 'machine', 'two-hosts'],
    title: { en: "The backend's listen queue is full", zh: '监听队列溢出' },
    status: 504,
    async bring({ world, release, restartProgram, undo, hold, untilSeen }) {
      const { supervisor, names, backend, backendAddress, ports } = world;
      release({ backlog: 1 });
      await restartProgram();
      await waitUntil('it is back', async () => (await world.health()) === 'ok');
      const pid = (await supervisor.programPid(names.program)) ?? 0;
      await backend.signal(pid, 'STOP');
      undo(() => backend.signal(pid, 'KILL'));
      if (backendAddress === '127.0.0.1') await hold(6, backendAddress, ports.backend);
      else await holdInside(world.proxy, backendAddress, ports.backend, undo);
      await untilSeen(504);
    },
  }),
  defineFault({
    name: 'memory-used-up',
    cause: 'memory-oom-killed',
    layouts: ['plain', 'onlyoffice'],
    needsRoot: true,
    needs: ['memory-cgroup'],
    title: { en: 'The kernel kills the backend at its memory limit, again and again', zh: '进程被 OOM 杀死' },
    status: 502,
    async bring({ world, release, restartProgram, undo }) {
      const { names, paths, supervisor } = world;
      const group = join('/sys/fs/cgroup/memory', `${names.group}-${process.pid}`);
      mkdirSync(group);
      const parent = '/sys/fs/cgroup/memory/cgroup.procs';
      world.keeper.addUndo(['rmdir', group]);
      undo(async () => {
        await supervisor.stop();
        for (const pid of readFileSync(join(group, 'cgroup.procs'), 'utf8').trim().split('\n')) {
          if (pid !== '') writeFileSync(parent, pid);
        }
        await pause(200);
        rmdirSync(group);
      });
      writeFileSync(join(group, 'memory.limit_in_bytes'), '268435456');
      writeFileSync(join(group, 'cgroup.procs'), String(pidIn(paths.supervisorPid)));
      release({ growMegabytes: 400 });
      await restartProgram();
      const killed = (): boolean =>
        /oom_kill [1-9]/.test(readFileSync(join(group, 'memory.oom_control'), 'utf8'));
      await waitUntil('the kernel has killed it', async () => killed());
      await waitUntil('nginx answers 502', async () => (await world.request()).status === 502, 20_000, 20);
    },
  }),
  defineFault({
    name: 'port-privileged',
    cause: 'privileged-port-denied',
    layouts: overTcp,
    needs: ['privileged-ports'],
    title: { en: 'The backend may not listen on a port below 1024', zh: '无权绑定特权端口' },
    status: 502,
    async bring({ world, edit, configure, restartProgram, untilState, untilSeen }) {
      const { paths, ports, nginx } = world;
      const port = 600 + (ports.spare % 400);
      configure('port', port);
      edit(paths.siteConf, `:${ports.backend}`, `:${port}`);
      await Promise.all([restartProgram(), nginx.reload()]);
      await untilState('FATAL');
      await untilSeen(502);
    },
  }),
];

/** Holds one WebSocket after another until the backend has a descriptor for the request and none for what it needs. */
async function useUpDescriptors({ world, edit, hold, untilLogged }: Scene): Promise<void> {
  const { paths, supervisor, proxy, ports, layout } = world;
  edit(paths.programConf, /^command=(.*)$/m, 'command=/bin/sh -c "ulimit -n 40 && exec $1"');
  await supervisor.ctl('update');
  await waitUntil('it is back', async () => (await world.health()) === 'ok');
  for (let held = 0; held < 40 && (await world.health()) === 'ok'; held += 1) {
    await hold(1, proxy.address, ports.nginx, webSocketOpening('/doc/1/c/websocket', proxy.address));
  }
  await untilLogged(layout === 'onlyoffice' ? paths.outLog : paths.errLog, 'EMFILE');
}

/** Mounts a small tmpfs where the data are, owned by the backend's user. */
async function mountSmall({ world, undo }: Scene, size: string): Promise<void> {
  const { dataFolder } = world.paths;
  await must(world.backend, ['mount', '-t', 'tmpfs', '-o', `${size},mode=755`, 'data', dataFolder]);
  world.keeper.addUndo(['umount', '-l', dataFolder]);
  undo(async () => void (await world.backend.run(['umount', '-l', dataFolder])));
  if (world.users.backend !== undefined)
    await must(world.backend, ['chown', world.users.backend, dataFolder]);
}

/** Connections that come from the proxy's own address, for a backend that this machine cannot reach. */
async function holdInside(host: Scene['world']['proxy'], address: string, port: number, undo: Scene['undo']) {
  const script =
    'import socket,sys,time\nh=[]\nfor i in range(6):\n s=socket.socket();s.setblocking(False)\n s.connect_ex((sys.argv[1],int(sys.argv[2])));h.append(s)\ntime.sleep(600)';
  host.start(['python3', '-c', script, address, String(port)], '/dev/null');
  undo(async () => {
    const { stdout } = await host.run(['pgrep', '-f', `time.sleep.600. ${address} ${port}$`]);
    for (const pid of stdout.trim().split('\n')) if (pid !== '') await host.signal(Number(pid), 'KILL');
  });
  await pause(500);
}

/** Whether ports below 1024 are closed to ordinary users here (in containers they often are not). */
export function privilegedPortsExist(): boolean {
  const file = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
  return !existsSync(file) || Number(readFileSync(file, 'utf8')) >= 1024;
}

/** True where memory control groups of the first version can be made. */
export function canLimitMemory(): boolean {
  const root = '/sys/fs/cgroup/memory';
  return existsSync(join(root, 'cgroup.procs')) && readdirSync(root).includes('memory.limit_in_bytes');
}
