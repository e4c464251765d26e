import type { HostFailureReason } from '../../domain/host.js';
import type { Role } from '../../domain/target.js';
import { type Texts, texts } from '../../render/texts.js';
import type { Examination } from './examine-host.js';
import { TOOLS } from './tools.js';

/** One thing that the doctor says. A note costs something, but nobody has to act. */
export interface DoctorLine {
  readonly state: 'ok' | 'problem' | 'note';
  readonly about:
    | 'way'
    | 'login'
    | 'sudo'
    | 'tool'
    | 'clock'
    | 'nginx'
    | 'docker'
    | 'outside'
    | 'slack'
    | 'redis'
    | 'environment';
  readonly says: string;
  readonly remedy?: string;
}

export const STEPS = ['dns', 'tcp', 'host-key', 'login', 'shell'] as const;
export type Step = (typeof STEPS)[number];

/** A clock that is off by more makes the times of log lines mislead. */
const CLOCK_TOLERANCE_MS = 2500;

/** What was seen of a host, as things that are right, wrong or worth knowing. Pure. */
export function judgeExamination(seen: Examination, roles: readonly Role[], lang: 'en' | 'zh'): DoctorLine[] {
  const words = texts[lang].doctor;
  if (seen.state === 'not-reached') {
    const { says, remedy } = seen.failure;
    return [{ state: 'problem', about: 'way', says, remedy }];
  }
  return [
    { state: 'ok', about: 'login', says: words.reached(seen.user, seen.root) },
    ...judgeSudo(seen, words),
    ...judgeClock(seen.clockOffsetMs, words),
    ...judgeTools(seen.tools, roles, lang),
    ...judgeRights(seen, words),
  ];
}

type Reached = Extract<Examination, { state: 'reached' }>;

function judgeSudo(seen: Reached, words: Texts['doctor']): DoctorLine[] {
  if (seen.sudo === 'refused') {
    const remedy = words.sudoRemedy(seen.user);
    return [{ state: 'problem', about: 'sudo', says: words.sudo.refused, remedy }];
  }
  if (seen.sudo === 'yes') {
    return [{ state: 'ok', about: 'sudo', says: words.sudo.yes }];
  }
  return seen.root ? [] : [{ state: 'note', about: 'sudo', says: words.sudo['not-asked'] }];
}

function judgeClock(offsetMs: number | undefined, words: Texts['doctor']): DoctorLine[] {
  if (offsetMs === undefined) {
    return [{ state: 'note', about: 'clock', says: words.clockUnknown }];
  }
  const seconds = (offsetMs / 1000).toFixed(offsetMs > 10_000 || offsetMs < -10_000 ? 0 : 1);
  return Math.abs(offsetMs) <= CLOCK_TOLERANCE_MS
    ? [{ state: 'ok', about: 'clock', says: words.clock }]
    : [{ state: 'problem', about: 'clock', says: words.clockOff(seconds), remedy: words.clockRemedy }];
}

function judgeTools(
  tools: ReadonlyMap<string, boolean> | undefined,
  roles: readonly Role[],
  lang: 'en' | 'zh',
): DoctorLine[] {
  const words = texts[lang].doctor;
  if (tools === undefined) {
    return [{ state: 'note', about: 'tool', says: words.toolsUnknown }];
  }
  const there = TOOLS.filter(({ tool }) => tools.get(tool) === true).map(({ tool }) => tool);
  const missing = TOOLS.filter(
    ({ tool, instead, costs }) =>
      costs.en !== '' && tools.get(tool) !== true && !instead?.some((other) => tools.get(other) === true),
  );
  // Where a host has both roles because nobody said, it may well be a backend without nginx.
  const needed = (role: Role | undefined) => role !== undefined && roles.length === 1 && roles.includes(role);
  return [
    ...(there.length === 0
      ? []
      : [{ state: 'ok' as const, about: 'tool' as const, says: `${words.tools}: ${there.join(', ')}` }]),
    ...missing.map(({ tool, neededBy, costs }) => ({
      state: needed(neededBy) ? ('problem' as const) : ('note' as const),
      about: 'tool' as const,
      says: `${words.missingTool(tool)}: ${costs[lang]}`,
    })),
  ];
}

function judgeRights(seen: Reached, words: Texts['doctor']): DoctorLine[] {
  return [
    ...(seen.nginxReadable === false
      ? [
          {
            state: 'problem' as const,
            about: 'nginx' as const,
            says: words.nginxDenied(seen.user),
            remedy: words.rootRemedy(seen.host.alias),
          },
        ]
      : []),
    ...(seen.dockerUsable === false
      ? [
          {
            state: 'problem' as const,
            about: 'docker' as const,
            says: words.dockerDenied(seen.user),
            remedy: words.rootRemedy(seen.host.alias),
          },
        ]
      : []),
  ];
}

/** The step of the way on which a host was lost. */
export function failedStep(reason: HostFailureReason): Step {
  switch (reason) {
    case 'dns':
      return 'dns';
    case 'refused':
    case 'timeout':
    case 'no-route':
      return 'tcp';
    case 'host-key-unknown':
    case 'host-key-changed':
      return 'host-key';
    case 'auth':
    case 'key-file':
    case 'passphrase':
      return 'login';
    case 'no-shell':
    case 'container':
    case 'lost':
      return 'shell';
  }
}
