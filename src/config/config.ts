import type { Host } from '../domain/host.js';
import type { Target } from '../domain/target.js';
import type { ServiceConfig, SlackConfig } from './service-config.js';

export type Language = 'en' | 'zh';

/** goodgate.yaml as the rest of the program knows it: checked, with aliases and paths resolved. */
export interface Config {
  /** Where it was read from. */
  readonly file: string;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly targets: ReadonlyMap<string, ConfiguredTarget>;
  readonly connectTimeoutMs: number;
  readonly language?: Language;
  /** Absolute paths of further folders with playbooks. */
  readonly playbookFolders: readonly string[];
  readonly slack: SlackConfig;
  readonly service: ServiceConfig;
}

export interface ConfiguredTarget {
  readonly target: Target;
  readonly language?: Language;
}

export const DEFAULT_CONNECT_TIMEOUT_MS = 5000;

/** Something a person wrote that cannot be used. Line and column count from 1; absent where no file is concerned. */
export interface ConfigProblem {
  readonly message: string;
  readonly suggestion?: string | undefined;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** A problem in a file: its place is always known. */
export interface PlacedProblem extends ConfigProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

export function problem(message: string, suggestion?: string): { ok: false; problems: [ConfigProblem] } {
  return { ok: false, problems: [suggestion === undefined ? { message } : { message, suggestion }] };
}
