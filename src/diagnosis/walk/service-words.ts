/** What a service says: in its logs, and by its configuration. */
import { type BackendConfigParams, backendConfig } from '../../probes/backend/backend-config.js';
import { backendLog } from '../../probes/backend/backend-log.js';
import { type LogLine, type ReadLog, readLogSignals } from '../../probes/backend/log-signals.js';
import { type Dependency, readDependencies } from '../../probes/backend/read-dependencies.js';
import { hostClock } from '../../probes/host/host-clock.js';
import { dockerLogs } from '../../probes/service/docker-logs.js';
import { systemdJournal } from '../../probes/service/systemd-journal.js';
import type { EvidenceStore, Looked } from '../looked.js';
import type { LogSource, ServiceReading } from './service-reading.js';

export const LOG_BYTES = 256 * 1024;
export const LOG_LINES = 400;

export interface Word {
  readonly kind: string;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  readonly name?: string | undefined;
  readonly text: string;
  readonly secondsAgo?: number | undefined;
  /** The line has a stamp of its own. */
  readonly stamped: boolean;
  /** It was written at least this long ago: by the next stamped line, or by the file's last change. */
  readonly latestSecondsAgo?: number | undefined;
  /** Lines between it and the end of its log. */
  readonly fromEnd: number;
  readonly cite: readonly string[];
}

export interface ServiceWords {
  readonly signals: readonly Word[];
  /** How many of its logs could be read. */
  readonly logsRead: number;
  /** How long ago each dated log's last line was written. */
  readonly lastLineSecondsAgo: readonly number[];
  readonly listens: readonly {
    readonly port?: number | undefined;
    readonly path?: string | undefined;
    readonly cite: readonly string[];
  }[];
  readonly dependencies: readonly { readonly dependency: Dependency; readonly cite: readonly string[] }[];
  readonly problems: readonly {
    readonly kind: 'parse' | 'unreadable' | 'missing';
    readonly path: string;
    readonly message: string;
    readonly cite: readonly string[];
  }[];
  readonly secrets: readonly {
    readonly pseudonym: string;
    readonly inbox: boolean;
    readonly cite: readonly string[];
  }[];
  /** Directories that it keeps data in, by its configuration. */
  readonly storage: readonly string[];
}

const memory = new WeakMap<EvidenceStore, Map<ServiceReading, ServiceWords>>();

export function wordsOf(store: EvidenceStore, service: ServiceReading): ServiceWords {
  const known = memory.get(store) ?? new Map<ServiceReading, ServiceWords>();
  memory.set(store, known);
  const words = known.get(service) ?? readWords(store, service);
  known.set(service, words);
  return words;
}

export function configParams(service: ServiceReading): BackendConfigParams {
  const { pid, command, directory, user, environment, files } = service.config;
  return {
    label: `${service.manager}:${service.name}`,
    ...(pid === undefined ? {} : { pid }),
    ...(command === undefined ? {} : { command }),
    ...(directory === undefined ? {} : { directory }),
    ...(user === undefined ? {} : { user }),
    environment,
    files,
  };
}

function readWords(store: EvidenceStore, service: ServiceReading): ServiceWords {
  const logs = service.logs.flatMap((log) => {
    const read = readLog(store, service.host, log);
    return read ? [read] : [];
  });
  const config = store.look(backendConfig, service.host, configParams(service));
  const reading = config && readDependencies(config.facts);
  const cite = (line: number): string[] => config?.cite(line) ?? [];
  return {
    signals: logs.flatMap((log) => log.words),
    logsRead: logs.length,
    lastLineSecondsAgo: logs.flatMap((log) => (log.lastSecondsAgo === undefined ? [] : [log.lastSecondsAgo])),
    listens: (reading?.listens ?? []).map((one) => ({
      port: one.port,
      path: one.path,
      cite: cite(one.line),
    })),
    dependencies: (reading?.dependencies ?? []).map((dependency) => ({
      dependency,
      cite: cite(dependency.line),
    })),
    problems: (reading?.problems ?? []).map((one) => ({
      kind: one.kind,
      path: one.path,
      message: one.message,
      cite: cite(one.line),
    })),
    secrets: (reading?.secrets ?? []).map(({ pseudonym, inbox, line }) => ({
      pseudonym,
      inbox,
      cite: cite(line),
    })),
    storage: reading?.storage ?? [],
  };
}

interface ReadWordsLog {
  readonly words: readonly Word[];
  readonly lastSecondsAgo: number | undefined;
}

function readLog(store: EvidenceStore, host: string, log: LogSource): ReadWordsLog | undefined {
  switch (log.kind) {
    case 'file': {
      const look = store.look(backendLog, host, { path: log.path, bytes: LOG_BYTES });
      if (!look) return undefined;
      const now = beginning(store, host) ?? look.facts.nowEpoch;
      return wordsIn(look.facts, now, look.facts.modifiedEpoch ?? undefined, look);
    }
    case 'journal': {
      const look = store.look(systemdJournal, host, {
        unit: log.unit,
        lines: LOG_LINES,
      });
      const lines = look?.facts.entries.map((entry) => ({
        text: entry.message,
        line: entry.line,
        at: entry.epochMs / 1000,
      }));
      return look && lines && keptWords(store, host, look, lines);
    }
    case 'docker': {
      const look = store.look(dockerLogs, host, { container: log.container, lines: LOG_LINES });
      const lines = look?.facts.lines.map((entry) => {
        const at = entry.at === undefined ? Number.NaN : Date.parse(entry.at) / 1000;
        return { text: entry.text, line: entry.line, at: Number.isNaN(at) ? undefined : at };
      });
      return look && lines && keptWords(store, host, look, lines);
    }
  }
}

/** A log whose keeper stamps every line. */
function keptWords(
  store: EvidenceStore,
  host: string,
  look: Looked<unknown>,
  lines: readonly LogLine[],
): ReadWordsLog {
  const now = beginning(store, host) ?? Date.parse(look.evidence.at) / 1000;
  return wordsIn(readLogSignals(lines, { nowEpoch: now, offsetSeconds: 0 }), now, undefined, look);
}

/**
 * The host's own clock when the check began. States and lives are of the first round, and logs are read seconds later:
 * all of them are told from one moment, or the first words of a life would seem older than it is.
 */
function beginning(store: EvidenceStore, host: string): number | undefined {
  const clock = store.look(hostClock, host, undefined);
  return clock && clock.facts.epochMs / 1000;
}

function wordsIn(
  log: ReadLog,
  nowEpoch: number,
  modifiedEpoch: number | undefined,
  look: Looked<unknown>,
): ReadWordsLog {
  const ago = (at: number | undefined): number | undefined =>
    at === undefined ? undefined : Math.max(0, Math.round(nowEpoch - at));
  return {
    words: log.signals.map(({ kind, address, port, path, name, text, line, at, stamped, until }) => ({
      kind,
      address,
      port,
      path,
      name,
      text,
      secondsAgo: ago(at),
      stamped,
      latestSecondsAgo: ago(until ?? modifiedEpoch ?? nowEpoch),
      fromEnd: log.lastLine - line,
      cite: look.cite(line),
    })),
    lastSecondsAgo: ago(log.lastAt),
  };
}
