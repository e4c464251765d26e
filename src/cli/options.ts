/** What commander hands over, per command. Types only, so that help loads nothing else. */

export interface CommonOptions {
  readonly lang?: 'en' | 'zh';
}

export interface FormatOptions extends CommonOptions {
  readonly format: 'text' | 'json';
}

export interface TargetOptions extends CommonOptions {
  readonly config?: string;
  readonly url?: string;
  readonly host?: readonly string[];
  readonly local?: boolean;
  readonly identity?: string;
  readonly knownHosts?: string;
  readonly hostKey?: readonly string[];
  readonly jump?: string;
  readonly sudo?: boolean;
  readonly playbook?: string;
  /** Milliseconds. */
  readonly timeout?: number;
}

export interface CheckOptions extends TargetOptions, FormatOptions {
  readonly record?: string;
  readonly verbose?: boolean;
}

export interface ReplayOptions extends FormatOptions {
  readonly config?: string;
  readonly verbose?: boolean;
}

export interface PlaybookOptions extends FormatOptions {
  readonly config?: string;
}

export interface ManifestOptions {
  readonly config?: string;
  readonly command?: string;
  readonly url?: string;
  readonly format: 'yaml' | 'json';
}

export interface StartOptions {
  readonly config?: string;
  readonly role: 'all' | 'ingress' | 'worker';
}
