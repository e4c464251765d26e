/** What could not be looked at, as far as it matters to a reader: what it hides, and what would make it visible. Pure. */
import type { CheckRecord, RecordedHost } from '../domain/check-record.js';
import type { NotChecked } from '../domain/diagnosis.js';
import type { Evidence } from '../domain/evidence.js';
import { hostOf } from '../domain/place.js';
import { formatMessage, type Language } from './messages.js';
import { message } from './symptom.js';

export function notChecked(record: CheckRecord, language: Language): NotChecked[] {
  const users = new Map(record.hosts.map((host) => [host.alias, host]));
  const probes = record.evidence.flatMap((one): NotChecked[] => {
    if (!one.missing || !matters(one, record.evidence)) return [];
    const { reason, says, about } = one.missing;
    const { host: alias } = hostOf(one.host, [...users.keys()]);
    const host = users.get(alias);
    const remedy = reason === 'permission-denied' && host && !host.root ? rootRemedy(host, language) : {};
    return [
      { probe: one.kind, host: alias, reason, says, ...(about === undefined ? {} : { about }), ...remedy },
    ];
  });
  return [...record.hosts.flatMap((host) => unseenHost(host, language)), ...probes];
}

/** Files that may be there and need not be, and processes that ended while they were looked at, hide nothing. */
function matters({ kind, missing }: Evidence, all: readonly Evidence[]): boolean {
  switch (missing?.reason) {
    case 'not-found':
      return (kind === 'nginx.dump' || kind === 'nginx.errorLog') && !wasSeen(kind, all);
    case 'command-not-found':
      return kind !== 'nginx.dump' || !wasSeen(kind, all);
    case 'failed':
      return kind !== 'process.detail' && kind !== 'systemd.journal';
    default:
      return true;
  }
}

/** On another host, or at another path. */
function wasSeen(kind: string, all: readonly Evidence[]): boolean {
  return all.some((one) => one.kind === kind && one.output !== undefined && one.missing === undefined);
}

function unseenHost(host: RecordedHost, language: Language): NotChecked[] {
  const { alias, failure, sudo } = host;
  if (failure) return [{ probe: 'connect', host: alias, ...failure }];
  if (sudo !== 'refused') return [];
  const values = { user: host.user ?? '?', host: alias };
  return [
    {
      probe: 'sudo',
      host: alias,
      reason: 'permission-denied',
      says: formatMessage(message('unseenSudo', values), language),
      remedy: formatMessage(message('unseenSudoRemedy', values), language),
    },
  ];
}

function rootRemedy({ alias, user, sudo }: RecordedHost, language: Language): { remedy?: string } {
  // Its own entry says what to do about sudo.
  if (sudo === 'refused') return {};
  const values = { host: alias, user: user ?? '?' };
  return { remedy: formatMessage(message('unseenRoot', values), language) };
}
