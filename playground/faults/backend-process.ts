import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause, waitUntil } from '../world/wait-until.js';
import { defineFault, everywhere, type Fault, overTcp, single } from './fault.js';
import type { Scene } from './scene.js';

/** The backend's process, and supervisor, which keeps it. */
export const backendProcessFaults: readonly Fault[] = [
  defineFault({
    name: 'backend-stopped',
    cause: 'backend-stopped',
    layouts: everywhere,
    title: { en: 'Someone stopped the backend', zh: '后端被手动停止' },
    status: 502,
    async bring({ world, program, untilSeen, untilState }) {
      await world.supervisor.ctl('stop', program);
      await untilState('STOPPED');
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'backend-crashes-fatal',
    cause: 'backend-crash-loop',
    layouts: everywhere,
    title: {
      en: 'The backend dies at its start; supervisor has given up',
      zh: '后端启动即崩溃,supervisor 已放弃',
    },
    status: 502,
    async bring({ release, restartProgram, untilState, untilSeen }) {
      release({ failAtStart: "Cannot read properties of undefined (reading 'sections')" });
      await restartProgram();
      await untilState('FATAL');
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'backend-crashes-backoff',
    cause: 'backend-crash-loop',
    layouts: everywhere,
    title: {
      en: 'The backend dies at its start; supervisor goes on trying',
      zh: '后端反复崩溃,supervisor 仍在重试',
    },
    status: 502,
    async bring({ world, edit, release, untilState, untilSeen }) {
      edit(world.paths.programConf, 'startretries=2', 'startretries=200');
      release({ failAtStart: 'license.maxConnections is not a function' });
      await world.supervisor.ctl('update');
      await untilState('BACKOFF');
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'backend-not-enabled',
    cause: 'backend-not-enabled',
    layouts: everywhere,
    title: {
      en: 'The backend does not start by itself; supervisor was restarted',
      zh: '后端未设置自启,supervisor 重启后未启动',
    },
    status: 502,
    async bring({ world, edit, untilSeen }) {
      edit(world.paths.programConf, 'autostart=true', 'autostart=false');
      await world.supervisor.stop();
      await world.supervisor.start();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'backend-starting',
    cause: 'backend-starting',
    layouts: everywhere,
    title: { en: 'The backend takes 25 s to start, and was restarted just now', zh: '后端仍在启动中' },
    status: 502,
    async bring({ release, restartProgram, untilSeen }) {
      release({ listenDelayMs: 25_000 });
      await restartProgram();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'backend-frozen',
    cause: 'backend-hung',
    layouts: everywhere,
    title: { en: "The backend's process is stopped in its tracks (SIGSTOP)", zh: '后端进程被冻结' },
    status: 504,
    async bring({ world, edit, undo, untilSeen }) {
      shortenTimeout(world, edit);
      await world.nginx.reload();
      const pid = (await world.supervisor.programPid(world.names.program)) ?? 0;
      await world.backend.signal(pid, 'STOP');
      undo(() => world.backend.signal(pid, 'KILL'));
      await untilSeen(504);
    },
  }),
  defineFault({
    name: 'backend-spins',
    cause: 'backend-hung',
    layouts: everywhere,
    title: { en: 'The backend is caught in an endless loop', zh: '后端陷入死循环' },
    status: 504,
    async bring({ world, edit, release, restartProgram, undo, untilSeen }) {
      shortenTimeout(world, edit);
      release({ spin: true });
      await Promise.all([restartProgram(), world.nginx.reload()]);
      const pid = (await world.supervisor.programPid(world.names.program)) ?? 0;
      undo(() => world.backend.signal(pid, 'KILL'));
      await untilSeen(504);
    },
  }),
  ...(
    [
      [
        'closes-early',
        'backend-closes-early',
        'close',
        'The backend closes without an answer',
        '后端提前关闭连接',
      ],
      ['resets', 'backend-resets', 'reset', 'The backend resets every connection', '后端重置连接'],
      [
        'header-invalid',
        'backend-invalid-response',
        'header',
        "The backend's header is not HTTP",
        '后端响应头非法',
      ],
      [
        'answers-banner',
        'backend-invalid-response',
        'banner',
        'What answers is not HTTP',
        '后端返回非 HTTP 内容',
      ],
    ] as const
  ).map(([name, cause, manner, en, zh]) =>
    defineFault({
      name: `backend-${name}`,
      cause,
      layouts: everywhere,
      title: { en, zh },
      // nginx before 1.29 takes a banner for HTTP/0.9 and hands it on as it is: no client understands that.
      status: manner === 'banner' ? 0 : 502,
      async bring({ release, restartProgram, untilSeen }) {
        release({ onConnection: manner });
        await restartProgram();
        await untilSeen(manner === 'banner' ? 0 : 502);
      },
    }),
  ),
  ...([500, 502, 503] as const).map((status) =>
    defineFault({
      name: `backend-answers-${status}`,
      cause: 'backend-error-status',
      layouts: everywhere,
      title: { en: `The backend itself answers ${status}`, zh: `后端自身返回 ${status}` },
      status,
      async bring({ release, restartProgram, untilSeen }) {
        release({ status });
        await restartProgram();
        await untilSeen(status, 'Internal failure');
      },
    }),
  ),
  defineFault({
    name: 'port-taken',
    cause: 'port-conflict',
    layouts: overTcp,
    title: { en: "Another program holds the backend's port", zh: '端口被其他程序占用' },
    status: 502,
    bring: (scene) => takePort(scene, 502),
  }),
  defineFault({
    name: 'port-taken-by-web-server',
    cause: 'port-conflict',
    layouts: overTcp,
    title: {
      en: "Another web server holds the backend's port, and answers in its place",
      zh: '端口被另一个 Web 服务占用',
    },
    status: 404,
    bring: (scene) => takePort(scene, 404),
  }),
  defineFault({
    name: 'supervisor-stopped',
    cause: 'supervisor-not-running',
    layouts: everywhere,
    title: { en: 'supervisord is not running', zh: 'supervisord 未运行' },
    status: 502,
    async bring({ world, untilSeen }) {
      await world.supervisor.stop();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'program-not-loaded',
    cause: 'supervisor-program-missing',
    layouts: everywhere,
    title: {
      en: 'The program is on disk, but supervisor has not loaded it',
      zh: 'supervisor 未加载该程序配置',
    },
    status: 502,
    async bring({ world, edit, remove, untilSeen, untilState }) {
      const { paths, names, supervisor } = world;
      const conf = readFileSync(paths.programConf);
      remove(paths.programConf);
      const groupFile = join(paths.programConf, '..', groupFileName(world));
      const group = readFileSync(groupFile, 'utf8');
      const rest = group.replace(`${names.program},`, '');
      if (rest === group) remove(groupFile);
      else edit(groupFile, `${names.program},`, '');
      await supervisor.ctl('update');
      writeFileSync(paths.programConf, conf);
      writeFileSync(groupFile, group);
      await untilState('unknown', 'ERROR');
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'program-file-gone',
    cause: 'supervisor-program-missing',
    layouts: single,
    title: { en: "No file defines the backend's program any more", zh: 'supervisor 配置文件缺失' },
    status: 502,
    async bring({ world, edit, remove, untilSeen }) {
      const { paths, names, supervisor } = world;
      const groupFile = join(paths.programConf, '..', groupFileName(world));
      remove(paths.programConf);
      if (readFileSync(groupFile, 'utf8').includes(`${names.program},`))
        edit(groupFile, `${names.program},`, '');
      else remove(groupFile);
      await supervisor.ctl('update');
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'depends-on-unknown',
    cause: 'supervisor-option-unknown',
    layouts: everywhere,
    title: {
      en: 'The program relies on depends_on, which supervisor does not have',
      zh: '使用了 supervisor 不支持的 depends_on',
    },
    status: 200,
    async bring({ world, edit, untilSeen }) {
      edit(world.paths.programConf, 'autostart=true', 'depends_on=redis\nautostart=true');
      await world.supervisor.ctl('update');
      await pause(200);
      await untilSeen(200);
    },
  }),
  defineFault({
    name: 'crashes-hidden',
    cause: 'restart-policy-hides-crashes',
    layouts: everywhere,
    title: {
      en: 'The backend dies every two seconds and is restarted at once',
      zh: '频繁崩溃被自动重启掩盖',
    },
    status: 200,
    async bring({ world, release, restartProgram }) {
      release({ lifeMs: 2000 });
      await restartProgram();
      const died = (): number =>
        count(readFileSync(world.paths.supervisorLog, 'utf8'), 'exit status 1; not expected');
      const before = died();
      await waitUntil('it has died three times', async () => died() >= before + 3, 25_000);
      await waitUntil('it answers again', async () => (await world.health()) === 'ok');
    },
  }),
];

/** Some program that has nothing to do with the backend: it reads a line and hangs up, or answers 404. */
const foreignServer = `import socket, sys
server = socket.create_server(("", int(sys.argv[1])))
while True:
    client, _ = server.accept()
    client.recv(65536)
    client.sendall(sys.argv[2].encode())
    client.close()
`;

async function takePort(
  { world, program, restartProgram, undo, untilState, untilSeen }: Scene,
  status: number,
) {
  const { supervisor, backend, ports, folder } = world;
  await supervisor.ctl('stop', program);
  const script = join(folder, 'exporter.py');
  writeFileSync(script, foreignServer);
  const answer = status === 404 ? 'HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n' : '';
  backend.start(['python3', script, String(ports.backend), answer], join(folder, 'exporter.log'));
  undo(async () => {
    const { stdout } = await backend.run(['pgrep', '-f', `^python3 ${script}`]);
    for (const pid of stdout.trim().split('\n')) if (pid !== '') await backend.signal(Number(pid), 'KILL');
    rmSync(script);
  });
  await untilSeen(status);
  await restartProgram();
  await untilState('FATAL', 'BACKOFF');
  await untilSeen(status);
}

/** Ten and more seconds of silence are tiresome in a playground: nginx is told to give up after four. */
function shortenTimeout(
  world: Parameters<Fault['break']>[0],
  edit: (file: string, from: string, to: string) => void,
) {
  if (world.layout !== 'onlyoffice') return;
  edit(world.paths.siteConf, 'location / {', 'location / {\n        proxy_read_timeout 4s;');
}

function groupFileName({ layout, names }: Parameters<Fault['break']>[0]): string {
  return layout === 'onlyoffice' ? 'ds.conf' : `group-${names.group}.conf`;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
