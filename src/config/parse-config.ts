import { dirname } from 'node:path';
import type { Target, TargetHost } from '../domain/target.js';
import { buildHosts, type HostsContext, unknownAlias } from './build-hosts.js';
import {
  type Checked,
  type Config,
  type ConfigProblem,
  type ConfiguredTarget,
  DEFAULT_CONNECT_TIMEOUT_MS,
} from './config.js';
import { type ConfigFile, configSchema, type TargetEntry } from './config-schema.js';
import { describeIssues } from './describe-issue.js';
import { parseDurationMs } from './duration.js';
import { resolvePath } from './resolve-path.js';
import { buildServiceConfig, buildSlackConfig } from './service-config.js';
import { readYaml, type YamlSource } from './yaml-source.js';

/**
 * goodgate.yaml -> Config. `file` is its absolute path: relative paths inside begin there. Pure, and never throws:
 * all that is wrong comes back with line and column.
 */
export function parseConfig(text: string, file: string, home: string): Checked<Config> {
  const read = readYaml(text, file);
  if (!read.ok) {
    return read;
  }
  // An empty file, or one with nothing but comments, is a configuration without targets.
  const parsed = configSchema.safeParse(read.source.value ?? {});
  if (!parsed.success) {
    return refused(describeIssues(parsed.error.issues, read.source), file);
  }
  return buildConfig(parsed.data, read.source, home);
}

function refused(problems: readonly ConfigProblem[], file: string): Checked<Config> {
  const sorted = [...problems].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  const [first = { file, message: 'this file cannot be used' }, ...rest] = sorted;
  return { ok: false, problems: [first, ...rest] };
}

function buildConfig(entry: ConfigFile, source: YamlSource, home: string): Checked<Config> {
  const { file } = source;
  const problems = new Map<string, ConfigProblem>();
  const toPath = (path: string) => resolvePath(path, dirname(file), home);
  const context: HostsContext = {
    entries: new Map(Object.entries(entry.hosts ?? {})),
    defaults: entry.defaults ?? {},
    toPath,
    // A jump host is resolved once for each host behind it; what is wrong with it is said once.
    complain: (path, message, suggestion) =>
      problems.set(message, {
        file,
        ...source.positionOf(path),
        message,
        ...(suggestion === undefined ? {} : { suggestion }),
      }),
  };
  const hosts = buildHosts(context);
  const targets = new Map<string, ConfiguredTarget>();
  for (const [name, target] of Object.entries(entry.targets ?? {})) {
    const language = target.language ?? entry.defaults?.language;
    const built = { target: buildTarget(name, target, hosts, context) };
    targets.set(name, language === undefined ? built : { ...built, language });
  }
  if (problems.size > 0) {
    return refused([...problems.values()], file);
  }
  const { connectTimeout, language } = entry.defaults ?? {};
  return {
    ok: true,
    value: {
      file,
      hosts,
      targets,
      connectTimeoutMs: parseDurationMs(connectTimeout ?? '') ?? DEFAULT_CONNECT_TIMEOUT_MS,
      playbookFolders: (entry.playbooks ?? []).map(toPath),
      slack: buildSlackConfig(entry.slack, language),
      service: buildServiceConfig(entry.service, toPath),
      ...(language === undefined ? {} : { language }),
    },
  };
}

function buildTarget(
  name: string,
  entry: TargetEntry,
  hosts: ReadonlyMap<string, TargetHost['host']>,
  context: HostsContext,
): Target {
  const seen = new Set<string>();
  const targetHosts = entry.hosts.flatMap((item, index): TargetHost[] => {
    const at = ['targets', name, 'hosts', index];
    const { host: alias, roles } = typeof item === 'string' ? { host: item, roles: undefined } : item;
    if (!context.entries.has(alias)) {
      unknownAlias(at, alias, context);
      return [];
    }
    if (seen.has(alias)) {
      context.complain(
        at,
        `targets.${name}: the host "${alias}" stands twice`,
        'give it both roles in one entry',
      );
    }
    seen.add(alias);
    const host = hosts.get(alias);
    return host === undefined ? [] : [{ host, roles: roles ?? ['proxy', 'backend'] }];
  });
  const variables = Object.entries(entry.variables ?? {}).map(
    ([key, value]) => [key, String(value)] as const,
  );
  return {
    name,
    url: entry.url,
    hosts: targetHosts,
    ...(entry.playbook === undefined ? {} : { playbook: entry.playbook }),
    variables: Object.fromEntries(variables),
  };
}
