import type { HostProgress, RunProgress } from '../../domain/run.js';
import { code, type Markup, markup } from './markup.js';
import type { Words } from './words.js';

const SHOWN_HOSTS = 10;

/**
 * How far a check is: what it does, a bar over all hosts, and a line for each.
 * ```
 * looking at the hosts
 * ▰▰▰▰▱▱▱▱▱▱ 34 of 82 looks
 * • web-1 10 of 24 looks
 * ```
 */
export function renderProgress(progress: RunProgress | undefined, words: Words): readonly Markup[] {
  if (progress === undefined) return [markup`${words.run.step.connecting}`];
  const { hosts, step } = progress;
  const done = sum(hosts, (host) => host.done);
  const asked = sum(hosts, (host) => host.asked);
  const shown = hosts.slice(0, SHOWN_HOSTS).map((host) => hostLine(host, words));
  const rest = hosts.length - shown.length;
  return [
    markup`${words.run.step[step]}`,
    ...(asked > 0 ? [markup`${bar(done, asked)} ${words.run.looks(done, asked)}`] : []),
    ...shown,
    ...(rest > 0 ? [markup`• ${words.run.moreHosts(rest)}`] : []),
  ];
}

function hostLine(host: HostProgress, words: Words): Markup {
  switch (host.state) {
    case 'connecting':
      return markup`• ${code(host.host)} ${words.run.connecting}`;
    case 'unreachable':
      return markup`• ${code(host.host)} ✗ ${words.run.unreachable}`;
    case 'looking':
      return host.asked > 0 && host.done >= host.asked
        ? markup`• ${code(host.host)} ✓ ${words.run.looks(host.done, host.asked)}`
        : markup`• ${code(host.host)} ${words.run.looks(host.done, host.asked)}`;
  }
}

const BAR_LENGTH = 10;

/** Full only where everything is done. */
export function bar(done: number, asked: number): string {
  const share = asked <= 0 ? 0 : Math.min(1, Math.max(0, done / asked));
  const full = Math.floor(share * BAR_LENGTH);
  return `${'▰'.repeat(full)}${'▱'.repeat(BAR_LENGTH - full)}`;
}

function sum(hosts: readonly HostProgress[], of: (host: HostProgress) => number): number {
  return hosts.reduce((total, host) => total + of(host), 0);
}
