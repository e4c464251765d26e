/** What a service says: in its logs, and by its configuration. */
import { backendConfig, type BackendConfigFacts, type BackendConfigParams } from '../../probes/backend/backend-config.js';
import { backendLog } from '../../probes/backend/backend-log.js';
import { type LogSignal, readLogSignals } from '../../probes/backend/log-signals.js';
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
  /** Undated lines stand in a log that was written to since the service started. */
  readonly freshUndated: boolean;
  readonly listens: readonly { readonly port?: number | undefined; readonly path?: string | undefined; readonly cite: readonly string[] }[];
  readonly dependencies: readonly { readonly dependency: Dependency; readonly cite: readonly string[] }[];
  readonly problems: readonly {
    readonly kind: 'parse' | 'unreadable' | 'missing';
    readonly path: string;
    readonly message: string;
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
