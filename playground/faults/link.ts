import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../world/machine.js';
import { pause } from '../world/wait-until.js';
import { defineFault, type Fault } from './fault.js';
import { type Scene, webSocketOpening } from './scene.js';

/** Between proxy and backend: addresses, names, packet filters. All need machines of their own. */
export const linkFaults: readonly Fault[] = [
  defineFault({
    name: 'backend-on-loopback',
    cause: 'backend-bound-to-loopback',
    layouts: ['two-hosts', 'machine'],
    needsRoot: true,
    title: { en: 'The backend listens on 127.0.0.1 alone', zh: '后端仅监听 127.0.0.1' },
    status: 502,
    async bring({ configure, restartProgram, untilSeen }) {
      configure('host', '127.0.0.1');
      await restartProgram();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'upstream-address-wrong',
    cause: 'upstream-host-wrong',
    layouts: ['two-hosts', 'machine'],
    needsRoot: true,
    title: { en: "nginx passes to an address that is not the backend's", zh: 'nginx 上游地址错误' },
    status: 502,
    async bring({ world, edit, untilSeen }) {
      const wrong =
        world.layout === 'machine' ? world.proxy.address : world.backendAddress.replace(/10$/, '9');
      edit(world.paths.siteConf, /server \S+:(\d+);/, `server ${wrong}:$1;`);
      await world.nginx.reload();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'firewall-drops',
    cause: 'firewall-drops',
    layouts: ['two-hosts'],
    needsRoot: true,
    needs: ['nft'],
    title: { en: 'A packet filter on the backend drops the packets of the proxy', zh: '防火墙丢弃数据包' },
    status: 504,
    bring: (scene) => filterPackets(scene, 'drop', 504),
  }),
  defineFault({
    name: 'firewall-rejects',
    cause: 'firewall-rejects',
    layouts: ['two-hosts'],
    needsRoot: true,
    needs: ['nft'],
    title: {
      en: 'A packet filter on the backend rejects the connections of the proxy',
      zh: '防火墙拒绝连接',
    },
    status: 502,
    bring: (scene) => filterPackets(scene, 'reject with icmpx type admin-prohibited', 502),
  }),
  defineFault({
    name: 'firewall-resets',
    cause: 'firewall-rejects',
    layouts: ['two-hosts'],
    needsRoot: true,
    needs: ['nft'],
    title: { en: 'A packet filter answers the proxy with a reset', zh: '防火墙以 RST 拒绝连接' },
    status: 502,
    bring: (scene) => filterPackets(scene, 'reject with tcp reset', 502),
  }),
  defineFault({
    name: 'route-missing',
    cause: 'network-unreachable',
    layouts: ['two-hosts'],
    needsRoot: true,
    title: { en: "The proxy has no route to the backend's network", zh: '到后端网络没有路由' },
    status: 502,
    async bring({ world, undo, untilSeen }) {
      const network = world.backendAddress.replace(/10$/, '8/30');
      await must(world.proxy, ['ip', 'route', 'del', network]);
      undo(async () => void (await world.proxy.run(['ip', 'route', 'add', network, 'dev', 'eth1'])));
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'route-unreachable',
    cause: 'network-unreachable',
    layouts: ['two-hosts'],
    needsRoot: true,
    title: { en: "An unreachable route stands before the backend's address", zh: '存在 unreachable 路由' },
    status: 502,
    async bring({ world, undo, untilSeen }) {
      const route = ['unreachable', `${world.backendAddress}/32`] as const;
      await must(world.proxy, ['ip', 'route', 'add', ...route]);
      undo(async () => void (await world.proxy.run(['ip', 'route', 'del', ...route])));
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'hosts-line-wrong',
    cause: 'hosts-file-override',
    layouts: ['machine'],
    needsRoot: true,
    title: {
      en: "A line in /etc/hosts sends the backend's name astray",
      zh: '/etc/hosts 条目覆盖了正确地址',
    },
    status: 502,
    async bring({ world, undo, untilSeen }) {
      const file = join(world.paths.zoneFile, '../hosts');
      const before = readFileSync(file, 'utf8');
      writeFileSync(file, `${before}127.0.0.1 ${world.names.backendName}\n`);
      undo(() => writeFileSync(file, before));
      await world.nginx.reload();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'dns-answer-old',
    cause: 'upstream-stale-dns',
    layouts: ['machine'],
    needsRoot: true,
    title: {
      en: 'The backend has moved; nginx keeps the old address of its name',
      zh: 'nginx 缓存了过期的 DNS 地址',
    },
    status: 502,
    async bring({ world, edit, undo, configure, restartProgram, untilSeen }) {
      const moved = world.backendAddress.replace(/66$/, '77');
      await must(world.backend, ['ip', 'addr', 'add', `${moved}/32`, 'dev', 'lo']);
      undo(async () => void (await world.backend.run(['ip', 'addr', 'del', `${moved}/32`, 'dev', 'lo'])));
      edit(world.paths.zoneFile, world.backendAddress, moved);
      configure('host', moved);
      await restartProgram();
      await untilSeen(502);
    },
  }),
  defineFault({
    name: 'upstream-name-unknown',
    cause: 'upstream-host-unresolvable',
    layouts: ['machine'],
    needsRoot: true,
    title: { en: 'The name that nginx passes to does not exist', zh: '上游主机名不存在' },
    status: 502,
    async bring(scene) {
      passByName(scene, scene.world.names.backendName.replace('.internal', '-v2.internal'));
      await scene.world.nginx.reload();
      await scene.untilSeen(502);
    },
  }),
  defineFault({
    name: 'name-server-down',
    cause: 'resolver-unreachable',
    layouts: ['machine'],
    needsRoot: true,
    title: { en: 'The name server is down, so no name resolves', zh: 'DNS 服务器不可达' },
    status: 502,
    async bring(scene) {
      passByName(scene, scene.world.names.backendName);
      await scene.world.nginx.reload();
      await scene.world.nameServer?.stop();
      await scene.untilSeen(502);
    },
  }),
  defineFault({
    name: 'local-ports-exhausted',
    cause: 'upstream-ports-exhausted',
    layouts: ['machine'],
    needsRoot: true,
    title: { en: 'No local port is left for connections to the backend', zh: '本地端口耗尽' },
    status: 502,
    async bring({ world, undo, hold, untilSeen }) {
      const range = '/proc/sys/net/ipv4/ip_local_port_range';
      const { stdout } = await world.proxy.run(['cat', range]);
      const write = (text: string) =>
        must(world.proxy, ['sh', '-c', 'printf "%s" "$1" >"$2"', 'sh', text, range]);
      await write('40000 40019');
      undo(async () => void (await write(stdout.trim())));
      await hold(40, world.proxy.address, world.ports.nginx, webSocketOpening('/live', world.proxy.address));
      await pause(300);
      await untilSeen(502);
    },
  }),
];

async function filterPackets(
  { world, undo, untilSeen }: Scene,
  verdict: string,
  status: number,
): Promise<void> {
  const rule = `tcp dport ${world.ports.backend} counter ${verdict}`;
  const chain = `type filter hook input priority 0; policy accept; iif lo accept; ${rule}`;
  const added = await world.backend.run(['nft', '-f', '-'], {
    input: `table inet filter {\nchain input {\n${chain}\n}\n}\n`,
  });
  if (added.code !== 0) throw new Error(`nft: ${added.stderr}`);
  undo(async () => void (await world.backend.run(['nft', 'delete', 'table', 'inet', 'filter'])));
  await untilSeen(status);
}

/** nginx resolves the name for each request, by its own resolver, as it does wherever proxy_pass has a variable. */
function passByName({ world, edit }: Scene, name: string): void {
  const { paths, names, ports } = world;
  edit(paths.siteConf, /^(?= {4}location \/static)/m, `    set $backend ${name};\n\n`);
  edit(paths.siteConf, new RegExp(`http://${names.upstream};`, 'g'), `http://$backend:${ports.backend};`);
}
