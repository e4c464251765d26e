import type { ProbeCommand } from './evidence.js';

/**
 * Runs what follows inside a container: `docker exec` gives it the container's own user, limits and confinement. Entering
 * its namespaces as the host's root would let a program of the container's image do what root may do.
 */
export const ENTER_CONTAINER = `PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin
engine=docker
command -v docker >/dev/null 2>&1 || engine=podman
exec "$engine" exec -e LC_ALL=C "$@"`;

const ENTERING_MS = 5000;

/** Words before the command that is run inside. */
const ENTERING = ['sh', '-c', ENTER_CONTAINER, 'goodgate'];

/** The same look, taken inside a container of the host. Its id is another, for both may be taken in one round. */
export function withinContainer(command: ProbeCommand, container: string): ProbeCommand {
  return {
    ...command,
    id: `${container}/${command.id}`,
    argv: [...ENTERING, container, ...command.argv],
    // The engine takes its time to start a program inside, all the more where several are started at once.
    timeoutMs: command.timeoutMs + ENTERING_MS,
    privileged: true,
  };
}

/** The container and the command inside it, where an argument vector enters one. */
export function enteredBy(
  argv: readonly string[],
): { readonly container: string; readonly argv: readonly string[] } | undefined {
  if (ENTERING.some((word, at) => argv[at] !== word)) return undefined;
  const [container, ...inner] = argv.slice(ENTERING.length);
  return container === undefined ? undefined : { container, argv: inner };
}
