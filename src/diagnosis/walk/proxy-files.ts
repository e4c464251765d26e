/** Files that nginx's configuration names, as absolute paths on its host. */
import type { LogTarget } from '../../nginx/log-settings.js';
import type { ProxyReading } from './read-proxy.js';

/** Debian's and nginx.org's packages compile this path in; the dump does not tell. */
const COMPILED_IN_ERROR_LOGS = ['/var/log/nginx/error.log'];

/** A path as nginx completes it: relative ones start from its prefix. */
export function nginxPath(proxy: ProxyReading, path: string): string | undefined {
  if (path.startsWith('/')) return path;
  const prefix = proxy.master?.prefix;
  return prefix?.startsWith('/') ? `${prefix.replace(/\/$/, '')}/${path}` : undefined;
}

function pathOf(proxy: ProxyReading, target: LogTarget): string[] {
  if (target.kind === 'compiled-in') return COMPILED_IN_ERROR_LOGS;
  const path = target.kind === 'file' ? nginxPath(proxy, target.path) : undefined;
  // What goes to standard error is the container's log.
  return path === undefined || path.startsWith('/dev/std') ? [] : [path];
}

/** The error logs of the matched location and of the main level: start-up and worker trouble goes to the latter. */
export function errorLogPaths(proxy: ProxyReading): string[] {
  const { read } = proxy;
  if (!read) return COMPILED_IN_ERROR_LOGS;
  const targets = [...read.settings.errorLogs, ...read.main.errorLogs].map((log) => log.target);
  return [...new Set(targets.flatMap((target) => pathOf(proxy, target)))];
}

export function configFiles(proxy: ProxyReading): string[] {
  return (proxy.read?.config.files ?? []).filter((path) => path.startsWith('/')).slice(0, 150);
}

/** The access logs of the matched location, with their formats. */
export function accessLogs(proxy: ProxyReading): { readonly path: string; readonly format: string }[] {
  const { read } = proxy;
  if (!read) return [];
  return read.settings.accessLogs.flatMap((log) => {
    const format = read.settings.logFormats.get(log.format)?.template;
    return format === undefined || log.target.kind === 'compiled-in'
      ? []
      : pathOf(proxy, log.target).map((path) => ({ path, format }));
  });
}
