/**
 * Which programs a purpose needs, and the package that has each. It is the program that counts, not the package:
 * whoever has it from elsewhere needs to install nothing. A `path` is a glob of one level for what is on no PATH.
 */
const DEMO = [
  { program: 'nginx', apt: 'nginx', dnf: 'nginx', apk: 'nginx' },
  { program: 'redis-server', apt: 'redis-server', dnf: 'redis', apk: 'redis' },
  { program: 'redis-cli', apt: 'redis-tools', dnf: 'redis', apk: 'redis' },
  { program: 'sshd', apt: 'openssh-server', dnf: 'openssh-server', apk: 'openssh-server' },
  { program: 'ssh-keygen', apt: 'openssh-client', dnf: 'openssh-clients', apk: 'openssh-keygen' },
  { program: 'supervisord', apt: 'supervisor', dnf: 'supervisor', apk: 'supervisor' },
  { program: 'ps', apt: 'procps', dnf: 'procps-ng', apk: 'procps' },
  { program: 'ss', apt: 'iproute2', dnf: 'iproute', apk: 'iproute2' },
  { program: 'curl', apt: 'curl', dnf: 'curl', apk: 'curl' },
  { program: 'openssl', apt: 'openssl', dnf: 'openssl', apk: 'openssl' },
  { program: 'unshare', apt: 'util-linux', dnf: 'util-linux', apk: 'util-linux-misc' },
];

const TEST = [
  ...DEMO,
  { program: 'ssh', apt: 'openssh-client', dnf: 'openssh-clients', apk: 'openssh-client' },
  { program: 'sudo', apt: 'sudo', dnf: 'sudo', apk: 'sudo' },
  { program: 'bash', apt: 'bash', dnf: 'bash', apk: 'bash' },
  { program: 'dash', apt: 'dash', dnf: 'dash', apk: 'dash' },
  { program: 'busybox', apt: 'busybox', dnf: 'busybox', apk: 'busybox' },
  { program: 'fish', apt: 'fish', dnf: 'fish', apk: 'fish' },
  { program: 'tcsh', apt: 'tcsh', dnf: 'tcsh', apk: 'tcsh' },
  { program: 'zsh', apt: 'zsh', dnf: 'zsh', apk: 'zsh' },
  { program: 'haproxy', apt: 'haproxy', dnf: 'haproxy', apk: 'haproxy' },
  { program: 'nft', apt: 'nftables', dnf: 'nftables', apk: 'nftables' },
  {
    path: '/usr/lib/*/modules/ngx_stream_module.so',
    apt: 'libnginx-mod-stream',
    dnf: 'nginx-mod-stream',
    apk: 'nginx-mod-stream',
  },
  // Only root starts a daemon of its own: others run the tests without it.
  { program: 'dockerd', apt: 'docker.io', dnf: 'moby-engine', apk: 'docker', onlyForRoot: true },
  { program: 'chromium', apt: 'chromium', dnf: 'chromium', apk: 'chromium' },
  { program: 'python3', apt: 'python3', dnf: 'python3', apk: 'python3' },
  { program: 'psql', apt: 'postgresql-client', dnf: 'postgresql', apk: 'postgresql-client' },
  {
    path: '/usr/lib/postgresql/*/bin/postgres',
    apt: 'postgresql',
    dnf: 'postgresql-server',
    apk: 'postgresql',
  },
];

const BENCH = [
  { program: 'ansible-playbook', apt: 'ansible-core', dnf: 'ansible-core', apk: 'ansible-core' },
  { program: 'sshd', apt: 'openssh-server', dnf: 'openssh-server', apk: 'openssh-server' },
  { program: 'ssh', apt: 'openssh-client', dnf: 'openssh-clients', apk: 'openssh-client' },
  { program: 'ssh-keygen', apt: 'openssh-client', dnf: 'openssh-clients', apk: 'openssh-keygen' },
];

export const PURPOSES = { build: [], demo: DEMO, test: TEST, bench: BENCH };
