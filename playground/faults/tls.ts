import { makeCertificate } from '../world/certificates.js';
import { defineFault, type Fault, overTcp } from './fault.js';
import type { Scene } from './scene.js';

/** Proxy and backend do not agree on TLS. */
export const tlsFaults: readonly Fault[] = [
  defineFault({
    name: 'plain-to-tls',
    cause: 'upstream-plain-to-tls',
    layouts: overTcp,
    title: { en: 'The backend expects TLS, nginx speaks plain HTTP', zh: '以 HTTP 访问 HTTPS 后端' },
    status: 502,
    async bring(scene) {
      await serveTls(scene, -1, 365);
      await scene.restartProgram();
      await scene.untilSeen(502);
    },
  }),
  defineFault({
    name: 'tls-to-plain',
    cause: 'upstream-tls-to-plain',
    layouts: overTcp,
    title: { en: 'nginx speaks TLS to a plain HTTP port', zh: '以 HTTPS 访问 HTTP 后端' },
    status: 502,
    async bring(scene) {
      proxyByTls(scene, '');
      await scene.world.nginx.reload();
      await scene.untilSeen(502);
    },
  }),
  defineFault({
    name: 'certificate-untrusted',
    cause: 'upstream-tls-untrusted',
    layouts: overTcp,
    title: {
      en: "nginx verifies the backend's certificate against another authority",
      zh: '后端证书不受信任',
    },
    status: 502,
    async bring(scene) {
      const { world } = scene;
      const { authority } = await serveTls(scene, -1, 365);
      const trusted = authority.replace('ca.crt', 'trusted.crt');
      await world.proxy.run([
        'openssl',
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-subj',
        '/CN=Company Root CA',
        '-keyout',
        '/dev/null',
        '-out',
        trusted,
      ]);
      await verifyAgainst(scene, trusted);
    },
  }),
  defineFault({
    name: 'certificate-expired',
    cause: 'upstream-tls-expired',
    layouts: overTcp,
    title: { en: "The backend's certificate ended yesterday", zh: '后端证书已过期' },
    status: 502,
    async bring(scene) {
      const { authority } = await serveTls(scene, -90, -1);
      await verifyAgainst(scene, authority);
    },
  }),
  defineFault({
    name: 'tls-versions-differ',
    cause: 'upstream-tls-handshake',
    layouts: overTcp,
    title: { en: 'The backend wants TLS 1.3, nginx offers TLS 1.2 alone', zh: 'TLS 版本不匹配' },
    status: 502,
    async bring(scene) {
      await serveTls(scene, -1, 365);
      scene.configure('tlsMinVersion', 'TLSv1.3');
      proxyByTls(scene, 'proxy_ssl_protocols TLSv1.2;');
      await Promise.all([scene.restartProgram(), scene.world.nginx.reload()]);
      await scene.untilSeen(502);
    },
  }),
];

/** Gives the backend a certificate for its internal name; it serves TLS from its next start on. */
async function serveTls({ world, configure }: Scene, fromDay: number, toDay: number) {
  const { backend, paths, names, users } = world;
  const made = await makeCertificate(
    backend,
    paths.tlsFolder,
    names.backendName,
    users.backend,
    fromDay,
    toDay,
  );
  configure('tlsKey', made.key);
  configure('tlsCert', made.cert);
  return made;
}

function proxyByTls({ world, edit }: Scene, lines: string): void {
  const { paths, names } = world;
  edit(paths.siteConf, new RegExp(`http://${names.upstream}`, 'g'), `https://${names.upstream}`);
  edit(
    paths.siteConf,
    /^(?=server \{)/m,
    `proxy_ssl_server_name on;\nproxy_ssl_name ${names.backendName};\n${lines}\n\n`,
  );
}

async function verifyAgainst(scene: Scene, authority: string): Promise<void> {
  proxyByTls(scene, `proxy_ssl_verify on;\nproxy_ssl_trusted_certificate ${authority};`);
  await Promise.all([scene.restartProgram(), scene.world.nginx.reload()]);
  await scene.untilSeen(502);
}
