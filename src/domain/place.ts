/**
 * A container that a check looks into is a place of its own on its host, `docs-1/web`: it has its own files, network,
 * names and process numbers. Evidence from inside bears the place's name where evidence of a host bears the host's.
 */

export function placeIn(host: string, container: string): string {
  return `${host}/${container}`;
}

/** The container's name, where the place is one within this host. */
export function containerAt(place: string, host: string): string | undefined {
  return place.startsWith(`${host}/`) && place.length > host.length + 1
    ? place.slice(host.length + 1)
    : undefined;
}

/** The host that the place is on, and the container; the place itself where it is a host. */
export function hostOf(
  place: string,
  hosts: readonly string[],
): { readonly host: string; readonly container?: string } {
  if (hosts.includes(place)) return { host: place };
  for (const host of hosts) {
    const container = containerAt(place, host);
    if (container !== undefined) return { host, container };
  }
  return { host: place };
}
