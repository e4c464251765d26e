import { type Checked, DEFAULT_CONNECT_TIMEOUT_MS, type Language, problem } from '../config/config.js';
import {
  configFromArguments,
  localTarget,
  onThisMachine,
  type WayOptions,
  withWayOptions,
} from '../config/config-from-arguments.js';
import { findTarget, loadConfig } from '../config/load-config.js';
import type { Target } from '../domain/target.js';
import type { Io } from './io.js';
import type { TargetOptions } from './options.js';

export interface ChosenTarget {
  readonly target: Target;
  readonly connectTimeoutMs: number;
  readonly language?: Language;
  readonly playbookFolders: readonly string[];
}

/** What to look at: a target of goodgate.yaml, `--url` with `--host`, or `--local`. */
export function chooseTarget(name: string | undefined, given: TargetOptions, io: Io): Checked<ChosenTarget> {
  const hosts = given.host ?? [];
  if (given.local === true && hosts.length > 0) {
    return problem('--local and --host exclude each other', '--local is this machine itself');
  }
  if (name === undefined) {
    return chooseWithoutFile(hosts, given, io);
  }
  const extra = given.url !== undefined ? '--url' : hosts.length > 0 ? '--host' : undefined;
  if (extra !== undefined) {
    return problem(
      `TARGET and ${extra} exclude each other`,
      `the URL and hosts of "${name}" stand in goodgate.yaml`,
    );
  }
  return chooseFromFile(name, given, io);
}

function chooseWithoutFile(hosts: readonly string[], given: TargetOptions, io: Io): Checked<ChosenTarget> {
  const common = given.playbook === undefined ? {} : { playbook: given.playbook };
  const way = wayOptions(given);
  if (given.local === true) {
    const url = given.url ?? 'http://127.0.0.1/';
    return chosen(
      localTarget({ url, ...common, ...(way.sudo === undefined ? {} : { sudo: way.sudo }) }),
      given,
    );
  }
  if (given.url !== undefined && hosts.length > 0) {
    return chosen(configFromArguments({ url: given.url, hosts, ...common, ...way }, io), given);
  }
  if (given.url !== undefined) {
    return problem('--url needs the hosts behind it', 'add --host USER@HOST, or --local for this machine');
  }
  if (hosts.length > 0) {
    return problem('--host needs the URL that fails', 'add --url URL');
  }
  return problem(
    'nothing to look at was named',
    'give a TARGET of goodgate.yaml, or --url URL --host USER@HOST, or --local',
  );
}

function chooseFromFile(name: string, given: TargetOptions, io: Io): Checked<ChosenTarget> {
  const config = loadConfig({ ...io, ...(given.config === undefined ? {} : { option: given.config }) });
  if (!config.ok) {
    return config;
  }
  const found = findTarget(config.value, name);
  if (!found.ok) {
    return found;
  }
  const here = given.local === true ? onThisMachine(found.value.target) : found.value.target;
  const target = given.playbook === undefined ? here : { ...here, playbook: given.playbook };
  return chosen(withWayOptions(target, wayOptions(given), io), given, {
    connectTimeoutMs: config.value.connectTimeoutMs,
    playbookFolders: config.value.playbookFolders,
    ...(found.value.language === undefined ? {} : { language: found.value.language }),
  });
}

function chosen(
  target: Checked<Target>,
  given: TargetOptions,
  file: Omit<ChosenTarget, 'target'> = { connectTimeoutMs: DEFAULT_CONNECT_TIMEOUT_MS, playbookFolders: [] },
): Checked<ChosenTarget> {
  if (!target.ok) {
    return target;
  }
  const connectTimeoutMs = given.timeout ?? file.connectTimeoutMs;
  return { ok: true, value: { ...file, connectTimeoutMs, target: target.value } };
}

export function wayOptions(given: TargetOptions): WayOptions {
  return {
    ...(given.identity === undefined ? {} : { identity: given.identity }),
    ...(given.knownHosts === undefined ? {} : { knownHosts: given.knownHosts }),
    ...(given.hostKey === undefined ? {} : { hostKeys: given.hostKey }),
    ...(given.jump === undefined ? {} : { jump: given.jump }),
    ...(given.sudo === undefined ? {} : { sudo: given.sudo }),
  };
}
