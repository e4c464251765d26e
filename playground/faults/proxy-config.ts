import { join } from 'node:path';
import { pause, waitUntil } from '../world/wait-until.js';
import { defineFault, everywhere, type Fault, overTcp, services } from './fault.js';
import { webSocketOpening } from './scene.js';

/** nginx does what its files say, and that is wrong. */
export const proxyConfigFaults: readonly Fault[] = [
  defineFault({
    name: 'upstream-port-wrong',
    cause: 'upstream-port-mismatch',
    layouts: overTcp,
    title: { en: 'nginx passes to a port on which nothing listens', zh: 'nginx 转发到错误端口' },
    status: 502,
    async bring({ world, edit, untilSeen }) {
      edit(world.paths.siteConf, `:${world.ports.backend}`, `:${world.ports.spare}`);
      await world.nginx.reload();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'backend-port-moved',
    cause: 'upstream-port-mismatch',
    layouts: overTcp,
    title: { en: "The backend's port was changed, nginx's was not", zh: '后端端口已改,nginx 未同步' },
    status: 502,
    async bring({ world, configure, restartProgram, untilSeen }) {
      configure('port', world.ports.spare);
      await restartProgram();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'location-shadows-502',
    cause: 'proxy-location-conflict',
    layouts: everywhere,
    title: {
      en: 'A regex location takes the request and passes it elsewhere',
      zh: '正则 location 抢先匹配并转发到别处',
    },
    status: 502,
    async bring({ world, edit, untilSeen }) {
      const block = `location ~* ^/health {\n        proxy_pass http://127.0.0.1:${world.ports.spare};\n    }\n\n    location / {`;
      edit(world.paths.siteConf, 'location / {', block);
      await world.nginx.reload();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'location-shadows-404',
    cause: 'proxy-location-conflict',
    layouts: everywhere,
    title: { en: 'An exact location answers 404 in place of the backend', zh: '精确 location 返回 404' },
    status: 404,
    async bring({ world, edit, untilSeen }) {
      const block = `location = ${world.healthPath} {\n        root ${world.folder}/var/www/html;\n    }\n\n    location / {`;
      edit(world.paths.siteConf, 'location / {', block);
      await world.nginx.reload();
      await untilSeen(404);
    },
  }),
  defineFault({
    name: 'server-block-shadows',
    cause: 'proxy-location-conflict',
    layouts: everywhere,
    title: {
      en: 'Another server block with this very name takes the request',
      zh: '另一个 server 块抢先匹配',
    },
    status: 502,
    async bring({ world, write, untilSeen }) {
      const { paths, proxy, ports, nginx } = world;
      const listen = `listen ${proxy.address}:${ports.nginx};\n    server_name ${proxy.address};`;
      const location = `location / {\n        proxy_pass http://127.0.0.1:${ports.spare};\n    }`;
      write(join(paths.sitesFolder, 'zz-legacy.conf'), `server {\n    ${listen}\n    ${location}\n}\n`);
      await nginx.reload();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'header-too-big',
    cause: 'upstream-header-too-big',
    layouts: everywhere,
    title: { en: 'The backend sends a cookie of 16 KiB', zh: '后端返回过大的 Cookie 响应头' },
    status: 502,
    async bring({ release, restartProgram, untilSeen }) {
      release({ cookieBytes: 16_384 });
      await restartProgram();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'all-upstreams-set-aside',
    cause: 'no-live-upstreams',
    layouts: ['plain', 'machine', 'two-hosts'],
    title: {
      en: 'The backend was away for a moment; nginx has set all servers aside for ten minutes',
      zh: '后端短暂中断后所有上游被标记为不可用',
    },
    status: 502,
    async bring({ world, edit, restartProgram, program, untilSeen }) {
      const { paths, ports, nginx, supervisor } = world;
      const line = new RegExp(`server (\\S+):${ports.backend};`);
      const server = `server $1:${ports.backend} max_fails=1 fail_timeout=600s;`;
      edit(paths.siteConf, line, `${server}\n    ${server}`);
      await nginx.reload();
      await supervisor.ctl('stop', program);
      for (let turn = 0; turn < 3; turn += 1) await world.request();
      await restartProgram();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'timeout-too-short',
    cause: 'proxy-timeout-too-short',
    layouts: everywhere,
    title: { en: 'nginx waits 1 s, the backend takes 3 s', zh: 'nginx 仅等待 1 秒,后端需要 3 秒' },
    status: 504,
    async bring({ world, edit, release, restartProgram, untilSeen }) {
      const { paths, layout, nginx } = world;
      if (layout === 'onlyoffice')
        edit(paths.siteConf, 'location / {', 'location / {\n        proxy_read_timeout 1s;');
      else edit(paths.siteConf, 'proxy_read_timeout 5s', 'proxy_read_timeout 1s');
      release({ answerDelayMs: 3000 });
      await Promise.all([restartProgram(), nginx.reload()]);
      await untilSeen(504);
    },
  }),
  defineFault({
    name: 'body-too-large',
    cause: 'proxy-body-too-large',
    layouts: everywhere,
    title: { en: 'Uploads over 1 KiB are refused', zh: '上传超过 1 KiB 即被拒绝' },
    status: 200,
    async bring({ world, edit }) {
      edit(world.paths.siteConf, /client_max_body_size \d+m/, 'client_max_body_size 1k');
      await world.nginx.reload();
      await waitUntil('an upload gets 413', async () => {
        const seen = await world.request({ path: '/upload', method: 'POST', body: 'x'.repeat(2048) });
        return seen.status === 413 || String(seen.status);
      });
    },
  }),
  defineFault({
    name: 'websocket-headers-missing',
    cause: 'websocket-upgrade-missing',
    layouts: everywhere,
    title: { en: 'nginx does not pass the WebSocket upgrade on', zh: 'nginx 未转发 WebSocket 升级头' },
    status: 200,
    async bring({ world, edit }) {
      edit(world.paths.siteConf, /^.*proxy_set_header Upgrade .*\n.*proxy_set_header Connection .*\n/m, '');
      await world.nginx.reload();
      await waitUntil('an upgrade is refused', async () => (await upgradeStatus(world)) !== 101);
    },
  }),
  defineFault({
    name: 'host-header-missing',
    cause: 'proxy-host-header-missing',
    layouts: services,
    title: {
      en: "nginx passes the upstream's name as Host, and the backend refuses it",
      zh: 'nginx 未透传 Host,后端拒绝',
    },
    status: 421,
    async bring({ world, edit, configure, restartProgram, untilSeen }) {
      configure('publicHost', world.proxy.address);
      edit(world.paths.siteConf, /^.*proxy_set_header Host .*\n/m, '');
      await Promise.all([restartProgram(), world.nginx.reload()]);
      await untilSeen(421);
    },
  }),
  defineFault({
    name: 'error-log-off',
    cause: 'proxy-log-missing',
    layouts: everywhere,
    title: { en: "nginx's error log goes to /dev/null", zh: 'nginx 错误日志被丢弃' },
    status: 200,
    async bring({ world, edit, untilSeen }) {
      edit(world.paths.nginxConf, `error_log ${world.paths.errorLog}`, 'error_log /dev/null');
      await world.nginx.reload();
      await untilSeen(200);
    },
  }),
  defineFault({
    name: 'requests-limited',
    cause: 'rate-limited',
    layouts: everywhere,
    title: { en: 'One request a minute is let through', zh: '每分钟仅允许一个请求' },
    status: 503,
    async bring({ world, edit, untilSeen }) {
      edit(
        world.paths.siteConf,
        /^(?=server \{)/m,
        'limit_req_zone $server_port zone=perip:1m rate=1r/m;\n\n',
      );
      edit(world.paths.siteConf, 'location / {', 'location / {\n        limit_req zone=perip;');
      await world.nginx.reload();
      await untilSeen(503);
    },
  }),
  defineFault({
    name: 'connections-limited',
    cause: 'rate-limited',
    layouts: everywhere,
    title: {
      en: 'One connection at a time is let through, and a long one is open',
      zh: '并发连接数限制为 1',
    },
    status: 503,
    async bring({ world, edit, hold, untilSeen }) {
      const { paths, nginx, proxy, ports } = world;
      edit(paths.siteConf, /^(?=server \{)/m, 'limit_conn_zone $server_port zone=persite:1m;\n\n');
      edit(paths.siteConf, 'location / {', 'location / {\n        limit_conn persite 1;');
      await nginx.reload();
      await hold(1, proxy.address, ports.nginx, webSocketOpening('/doc/socket', proxy.address));
      await pause(200);
      await untilSeen(503);
    },
  }),
];

async function upgradeStatus(world: Parameters<Fault['break']>[0]): Promise<number> {
  const headers = { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': '13' };
  const key = Buffer.from('the sample nonce').toString('base64');
  return (
    await world.request({ path: '/doc/1/c/websocket', headers: { ...headers, 'Sec-WebSocket-Key': key } })
  ).status;
}
