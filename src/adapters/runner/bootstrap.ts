import { randomBytes } from 'node:crypto';

/**
 * The command that a host's shell is asked to execute: constant, but for the greeting's own random word. Everything else travels over its standard input.
 *
 * Whatever login shell the account has (bash, dash, zsh, fish, csh) must hand these texts on unchanged, therefore
 * each is one line in single quotes without a backslash, a quote of that kind or an exclamation mark inside.
 */

/** The line with which a runner introduces itself begins so: our name, and a word that was drawn for this channel alone. */
export type Greeting = `goodgate/1 ${string}`;

/** Nothing that an account's start-up files print, or printed to an earlier check, can begin so. */
export function drawGreeting(): Greeting {
  return `goodgate/1 ${randomBytes(8).toString('hex')}`;
}

/** Exit statuses of our own, outside of what shells, sudo and docker use. */
export const NO_DOCKER_STATUS = 97;

/**
 * Says hello, then serves messages: a line `ARGUMENTS LENGTH`, so many argument lines, so many bytes of script.
 *
 * The nonce is made here, by the kernel, and is known neither to the client's command nor to any argv: what a probe
 * prints cannot pass for a frame. `head -c` may read ahead (BusyBox): the client stays silent until a round has ended.
 */
export function bootstrap(greeting: Greeting): string {
  return [
    'LC_ALL=C; export LC_ALL; umask 077',
    // What start-up files made of PATH is kept; where it leads nowhere, the usual places still are.
    `PATH=$\{PATH:+$PATH:}/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/sbin:/usr/local/bin; export PATH`,
    `unset IFS CDPATH; w=$\{1:-not-asked}`,
    'read -r n 2>/dev/null </proc/sys/kernel/random/uuid && read -r x 2>/dev/null </proc/sys/kernel/random/uuid || { n=$(od -An -N32 -tx1 /dev/urandom); set -- $n; IFS=; n="$*"; unset IFS; x=$$; }',
    `n=$n$x; echo "${greeting} $n $(id -u) $w $(date +%s) $\{LOGNAME:-$\{USER:-$(id -un)}}"`,
    'while read -r c l; do set --; while [ "$c" -gt 0 ]; do IFS= read -r a || exit 1; set -- "$@" "$a"; c=$((c-1)); done; s=$(head -c "$l"); eval "$s"; done',
  ].join('; ');
}

export type Elevation = 'none' | 'sudo';

/** The command for a plain host; with `sudo` it becomes root where `sudo -n` allows it, and else says so and goes on. */
export function shellCommand(elevation: Elevation, greeting: Greeting): string {
  return elevation === 'none'
    ? `exec /bin/sh -c '${bootstrap(greeting)}'`
    : `exec /bin/sh -c '${SUDO_STARTER}' '${bootstrap(greeting)}'`;
}

/** The command for a container on that host. `container` must have passed `isContainerName`. */
export function dockerCommand(container: string, elevation: Elevation, greeting: Greeting): string {
  const starter = elevation === 'none' ? DOCKER_STARTER : DOCKER_SUDO_STARTER;
  return `exec /bin/sh -c '${starter}' '${bootstrap(greeting)}' ${container}`;
}

/** Docker's own rule: https://github.com/moby/moby/blob/master/daemon/names/names.go */
export function isContainerName(text: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/.test(text);
}

// sudo answers 1 where it refuses and the shell 127 where there is no sudo; a runner that did start ends with 0.
const SUDO_STARTER = [
  'sudo -n /bin/sh -c "$0" sh yes 2>/dev/null',
  'case $? in 1|127) set -- refused; eval "$0";; esac',
].join('; ');

const EXTEND_PATH = 'PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin; export PATH';
const NEED_DOCKER = `command -v docker >/dev/null 2>&1 || exit ${NO_DOCKER_STATUS}`;

const DOCKER_STARTER = [EXTEND_PATH, NEED_DOCKER, 'exec docker exec -i "$1" /bin/sh -c "$0"'].join('; ');

const DOCKER_SUDO_STARTER = [
  EXTEND_PATH,
  NEED_DOCKER,
  'if sudo -n docker version >/dev/null 2>&1; then exec sudo -n docker exec -i "$1" /bin/sh -c "$0"; fi',
  'exec docker exec -i "$1" /bin/sh -c "$0"',
].join('; ');
