import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import {
  cutShort,
  deniesPermission,
  failureOf,
  linesOf,
  unread,
  wholeNumber,
  withoutUndefined,
} from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { countParam, unitParam } from '../probe-params.js';

export interface JournalEntry {
  /** As written: ISO 8601 with the host's offset from UTC. */
  readonly at: string;
  /** Milliseconds since 1970. */
  readonly epochMs: number;
  /** SYSLOG_IDENTIFIER; systemd's own words about the unit come from `systemd`. */
  readonly identifier: string;
  readonly pid?: number | undefined;
  /** With its further lines, if it has any. */
  readonly message: string;
  readonly line: number;
}

export interface SystemdJournalFacts {
  readonly entries: readonly JournalEntry[];
  /** True where journalctl says that this account does not see all messages: no entry then proves nothing. */
  readonly partial: boolean;
}

export interface SystemdJournalParams {
  readonly unit: string;
  readonly lines: number;
}

/**
 * A unit's last messages. Text, not JSON: people read the cited line as their own journalctl prints it. Without `--since`:
 * beside it journalctl before 254 shows the oldest lines (https://github.com/systemd/systemd/issues/26657).
 */
export const systemdJournal: ProbeKind<SystemdJournalParams, SystemdJournalFacts> = {
  kind: 'systemd.journal',
  command: (params) => {
    const unit = unitParam('systemd.journal', params.unit);
    const lines = countParam('systemd.journal', 'lines', params.lines, 10_000);
    return {
      id: `systemd.journal:${unit}`,
      kind: 'systemd.journal',
      argv: ['journalctl', '--no-pager', '--output=short-iso-precise', `--lines=${lines}`, `--unit=${unit}`],
      timeoutMs: 6000,
      capBytes: 2 * 1024 * 1024,
      privileged: true,
    };
  },
  parse: parseSystemdJournal,
};

/**
 * Sample (until systemd 254 the offset has no colon; a message's further lines are indented):
 * 2026-11-21T01:25:01.123456+0000 docs-1 docservice[4711]: Error: connect ECONNREFUSED 127.0.0.1:6379
 *                                                              at TCPConnectWrap.afterConnect
 * 2026-11-21T01:25:31.000001+0000 docs-1 systemd[1]: ds-docservice.service: Main process exited, code=exited, status=1/FAILURE
 * -- Boot 0123456789abcdef0123456789abcdef --
 */
export function parseSystemdJournal(output: ProbeOutput): Parsed<SystemdJournalFacts> {
  const cut = cutShort(output, 'journalctl');
  if (cut !== undefined) return cut;
  const entries: JournalEntry[] = [];
  let isForeign = false;
  for (const { text, line } of linesOf(output.stdout)) {
    const shape =
      /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})([+-]\d\d):?(\d\d) \S{1,255} ([^[:]{1,255})(?:\[(\d{1,9})\])?: (.*)$/.exec(
        text,
      );
    const last = entries.at(-1);
    if (shape === null) {
      if (/^\s/.test(text) && last !== undefined) {
        entries[entries.length - 1] = { ...last, message: `${last.message}\n${text.trim()}` };
      } else if (text !== '' && !text.startsWith('-- ')) isForeign = true;
      continue;
    }
    const at = `${shape[1]}${shape[2]}:${shape[3]}`;
    const epochMs = Date.parse(at);
    if (Number.isNaN(epochMs)) continue;
    const pid = wholeNumber(shape[5]);
    entries.push(
      withoutUndefined({ at, epochMs, identifier: shape[4] ?? '', pid, message: shape[6] ?? '', line }),
    );
  }
  if (entries.length > 0) return { ok: true, facts: { entries, partial: seesPart(output.stderr) } };
  if (deniesPermission(output.stderr) || seesPart(output.stderr)) {
    return unread('permission-denied', 'journalctl: this account may not read the journal');
  }
  if (output.exitCode !== 0 && output.stderr !== '') return failureOf('journalctl', output.stderr);
  if (isForeign) return unread('unparseable', 'journalctl: no line of the expected form');
  if (/No journal files were (?:found|opened)/.test(output.stderr))
    return unread('not-found', 'journalctl: no journal is kept');
  return { ok: true, facts: { entries, partial: false } };
}

function seesPart(stderr: string): boolean {
  return /not seeing messages from other users/.test(stderr);
}
