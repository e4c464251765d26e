/**
 * When a unit was started and ended, by systemd's own messages about it. systemd forgets both as soon as it unloads a
 * unit (stopped and disabled, or masked); and the state alone does not tell who ended it, somebody or the program itself.
 */
import {
  type JournalEntry,
  type SystemdJournalFacts,
  systemdJournal,
} from '../../probes/service/systemd-journal.js';
import type { SystemdUnit } from '../../probes/service/systemd-units.js';
import type { EvidenceStore, Looked } from '../looked.js';
import { LOG_LINES } from './service-words.js';

export interface UnitLife {
  /** Milliseconds since 1970 by the host's clock; absent where the journal has no such message. */
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  /** True where somebody (or a shutdown) ended its last life, false where it ended by itself. */
  readonly stoppedFromOutside?: boolean | undefined;
  /** Something was said of it since this systemd came up; absent where the journal does not tell. */
  readonly knownSinceBoot?: boolean | undefined;
  /** When systemd itself started it again, since somebody last did; absent where the journal says nothing of a start. */
  readonly restartedAt?: readonly number[] | undefined;
  readonly cite: readonly string[];
  /** The last that it wrote itself before its last life ended, or what systemd says of a start that failed. */
  readonly lastWordsCite: readonly string[];
}

export function unitLife(
  store: EvidenceStore,
  host: string,
  unit: SystemdUnit,
  managerStartedAt: number | undefined,
): UnitLife {
  const look = /^[A-Za-z0-9][A-Za-z0-9:_.@\\-]{0,254}$/.test(unit.name)
    ? store.look(systemdJournal, host, { unit: unit.name, lines: LOG_LINES })
    : undefined;
  if (!look) return { cite: [], lastWordsCite: [] };
  const own = look.facts.entries.filter(
    (entry) => entry.identifier === 'systemd' && entry.epochMs >= (managerStartedAt ?? 0),
  );
  const start = own.findLast(({ message }) => BEGINS.test(message));
  const afterwards = start ? own.slice(own.indexOf(start) + 1) : own;
  const end = afterwards.find(({ message }) => ENDS.test(message));
  const stop = afterwards.find(({ message }, place) => isStop(message, afterwards[place - 1]?.message));
  return {
    startedAt: start?.epochMs,
    endedAt: end?.epochMs,
    stoppedFromOutside: end === undefined ? undefined : stop !== undefined,
    knownSinceBoot: knownSinceBoot(look, managerStartedAt),
    restartedAt: start && restartsIn(own),
    cite: [stop ?? end].flatMap((entry) => (entry ? look.cite(entry.line) : [])),
    lastWordsCite: lastWords(look, start, end).flatMap((line) => look.cite(line)),
  };
}

/** Restarts that followed one another; a start by somebody, or a stop, begins anew. */
function restartsIn(own: readonly JournalEntry[]): number[] {
  let restarts: number[] = [];
  let due = false;
  for (const [place, { message, epochMs }] of own.entries()) {
    const before = own[place - 1]?.message;
    if (message.includes(': Scheduled restart job')) {
      restarts.push(epochMs);
      due = true;
    } else if (message.includes(': Start request repeated too quickly')) {
      // The restart that was due does not come: the next start is somebody's.
      due = false;
    } else if (isStop(message, before)) {
      restarts = [];
      due = false;
    } else if (BEGINS.test(message)) {
      // "Started" ends what "Starting" began.
      if (!due && before?.startsWith('Starting ') !== true) restarts = [];
      due = message.startsWith('Starting ') && due;
    }
  }
  return restarts;
}

/** Of its last life alone: a later line would be of another, an earlier one of none. */
function lastWords(
  look: Looked<SystemdJournalFacts>,
  start: JournalEntry | undefined,
  end: JournalEntry | undefined,
): number[] {
  if (!start || !end) return [];
  const own = look.facts.entries.filter(
    ({ identifier, epochMs, message }) =>
      identifier !== 'systemd' &&
      message.trim() !== '' &&
      epochMs >= start.epochMs &&
      epochMs <= end.epochMs + 1000,
  );
  const told = tellingWords(own);
  return told ? [told.line] : [end.line];
}

const LINES_OF_AN_END = 20;
const ERROR = /(?:Error|Exception|panic|fatal)\w*\b.{0,40}:/i;
const COMPLAINT = /\b(?:error|failed|failure|fatal|invalid|cannot|can't|unable|denied|not found|no such)\b/i;

/** Python names its error last, others first, and what is said around it (`may have more information`) tells nothing. */
function tellingWords(own: readonly JournalEntry[]): JournalEntry | undefined {
  const lines = own.slice(-LINES_OF_AN_END);
  const last = lines.at(-1);
  if (last && ERROR.test(last.message)) return last;
  return lines.find(({ message }) => COMPLAINT.test(message)) ?? last;
}

/** A unit that waits for its next start is stopped without a "Stopping"; systemd's own restart says "Stopped", too. */
function isStop(message: string, before: string | undefined): boolean {
  if (message.startsWith('Stopping ')) return true;
  return message.startsWith('Stopped ') && before?.includes(': Scheduled restart job') !== true;
}

const BEGINS = /^Start(?:ed|ing) /;
const ENDS =
  /^Stopping |: Deactivated successfully\.$|: Succeeded\.$|: Main process exited|: Failed with result/;

/** A journal older than this may have been cut. */
const KEPT_SECONDS = 86_400;

/** Silence proves only something where the journal reaches back to the start of systemd. */
function knownSinceBoot(
  look: Looked<SystemdJournalFacts>,
  managerStartedAt: number | undefined,
): boolean | undefined {
  const { entries, partial } = look.facts;
  if (managerStartedAt === undefined) return undefined;
  // systemd's own time is cut to seconds, and in that second the shutdown before may have spoken. What it says of a
  // unit's file ("Unknown key …") tells of no life.
  const lives = entries.some(
    ({ identifier, message, epochMs }) =>
      epochMs >= managerStartedAt + 1000 &&
      (identifier !== 'systemd' || BEGINS.test(message) || ENDS.test(message)),
  );
  if (lives) return true;
  // A line of before says that the lines since are all there; without one the journal may begin later.
  const reachesBack =
    (entries[0]?.epochMs ?? Number.POSITIVE_INFINITY) < managerStartedAt ||
    (entries.length < LOG_LINES && Date.parse(look.evidence.at) - managerStartedAt < KEPT_SECONDS * 1000);
  return partial || !reachesBack ? undefined : false;
}
