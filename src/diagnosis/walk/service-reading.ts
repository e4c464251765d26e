/** A service of a host as its manager tells of it, before anybody asks whether it matters. */

import type { ContainerFacts } from '../../probes/service/docker-containers.js';

export type ServiceManager = 'supervisor' | 'systemd' | 'docker' | 'process';

export type ServiceState =
  | 'running'
  | 'starting'
  | 'stopped'
  | 'failed'
  | 'backoff'
  | 'exited'
  | 'restarting'
  | 'paused'
  | 'missing'
  | 'unknown';

/** Where its words go. */
export type LogSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'journal'; readonly unit: string }
  | { readonly kind: 'docker'; readonly container: string };

/** What tells where its configuration lies. */
export interface ConfigHint {
  readonly pid?: number | undefined;
  readonly command?: string | undefined;
  readonly directory?: string | undefined;
  readonly user?: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly files: readonly string[];
}

/** The socket unit that starts a service. */
export interface SocketUnit {
  readonly name: string;
  readonly active: boolean;
  readonly listens: readonly string[];
  readonly cite: readonly string[];
}

export interface ServiceReading {
  readonly host: string;
  readonly manager: ServiceManager;
  /** As the manager's own commands take it: `ds:docservice`, `nginx.service`, a container's name. */
  readonly name: string;
  readonly state: ServiceState;
  readonly rawState: string;
  readonly running?: boolean | undefined;
  readonly enabled?: boolean | undefined;
  /** Somebody has forbidden its start (systemctl mask). */
  readonly masked?: boolean | undefined;
  /** Nobody starts it at boot: another unit, a timer or D-Bus does when it is needed. */
  readonly onDemand?: boolean | undefined;
  readonly socketUnit?: SocketUnit | undefined;
  readonly pid?: number | undefined;
  readonly user?: string | undefined;
  readonly command?: string | undefined;
  readonly startedSecondsAgo?: number | undefined;
  /** When its present life began; the last two, where it dies again and again. */
  readonly lifeSecondsAgo?: number | undefined;
  readonly stoppedSecondsAgo?: number | undefined;
  /** When SIGKILL last ended it, in the present trouble. */
  readonly killedSecondsAgo?: number | undefined;
  readonly neverStarted?: boolean | undefined;
  readonly exitStatus?: number | undefined;
  readonly restarts?: number | undefined;
  readonly recentStarts?: number | undefined;
  readonly result?: string | undefined;
  readonly oomKilled?: boolean | undefined;
  readonly health?: string | undefined;
  readonly healthOutput?: string | undefined;
  readonly error?: string | undefined;
  readonly keeper?: string | undefined;
  readonly image?: string | undefined;
  readonly publishedPorts?: readonly number[] | undefined;
  /** Ports that a container's image says it serves, published or not. */
  readonly exposedPorts?: readonly number[] | undefined;
  readonly networks?: readonly string[] | undefined;
  /** All that the engine tells of it. */
  readonly container?: ContainerFacts | undefined;
  readonly tasks?: number | undefined;
  readonly tasksLimit?: number | undefined;
  readonly tasksCite?: readonly string[] | undefined;
  readonly unknownOptions?: readonly string[] | undefined;
  readonly unknownOptionsCite?: readonly string[] | undefined;
  readonly logs: readonly LogSource[];
  readonly config: ConfigHint;
  readonly cite: readonly string[];
  /** The last that it wrote in a life that has ended. */
  readonly lastWordsCite?: readonly string[] | undefined;
  /** docker: the full id; supervisor: the group. */
  readonly groupOrId?: string | undefined;
}

/** A service whose program is part of every machine, or a well-known server that backends need rather than are. */
const INFRASTRUCTURE =
  /^(systemd|dbus|ssh|sshd|cron|crond|rsyslog|getty|serial-getty|user@|user-runtime|polkit|udev|networkd|networking|ifup|chrony|ntp|apt|dpkg|fstrim|logrotate|man-db|e2scrub|lvm|console|keyboard|kmod|modprobe|emergency|rescue|plymouth|initrd|snapd|unattended|multipathd|ModemManager|NetworkManager|wpa_|avahi|bluetooth|accounts-daemon|containerd|docker|cups|exim|postfix|fail2ban|ufw|nftables|iptables|apparmor|auditd|cloud-|ldconfig|packagekit|rc-local|supervisor|supervisord|autovt|quotaon|blk-availability|dm-event|pam_namespace|procps|sudo|uuidd|x11-common|hwclock|irqbalance|qemu-guest|open-vm|vgauth|nscd|nslcd|sssd|epmd)/i;
// Apache and Caddy stand behind nginx as often as they stand for it: there they are backends like any other.
const PROXIES = /^(nginx|openresty|haproxy|traefik|envoy)\b/i;
const STORES =
  /^(redis|redis-server|valkey|keydb|postgres|postgresql|mysql|mysqld|mariadb|mariadbd|rabbitmq|rabbitmq-server|beam\.smp|activemq|memcached|mongod|mongodb|elasticsearch|opensearch|kafka|zookeeper|etcd|minio)\b/i;

export type ServiceRole = 'infrastructure' | 'proxy' | 'store' | 'candidate';

/** What kind of thing a service is, by the name that its manager and its program have. */
export function roleOf(service: Pick<ServiceReading, 'name' | 'manager' | 'command'>): ServiceRole {
  const bare = service.name.replace(/^.*:/, '').replace(/\.service$/, '');
  const program = (service.command ?? '').split(' ')[0]?.split('/').at(-1) ?? '';
  for (const word of [bare, program]) {
    if (PROXIES.test(word)) return 'proxy';
    if (STORES.test(word)) return 'store';
  }
  if (service.manager !== 'docker' && INFRASTRUCTURE.test(bare)) return 'infrastructure';
  return 'candidate';
}
