import type { Readiness } from '../adapters/web/web-server.js';
import type { Ingress } from './ingress.js';
import type { State } from './open-state.js';

/** Between two canaries, and one that got lost. */
const SILENT_TOO_LONG_MS = 20_000;

export async function readinessOf(parts: {
  readonly state: Pick<State, 'isThere'>;
  readonly ingress: Pick<Ingress, 'trouble'>;
  readonly silentMs: () => number | undefined;
}): Promise<Readiness> {
  const redis = await parts.state.isThere();
  const slack = parts.ingress.trouble();
  const silentMs = parts.silentMs();
  const works = silentMs !== undefined && silentMs < SILENT_TOO_LONG_MS;
  const checks = {
    redis: { ok: redis, says: redis ? 'answers' : 'does not answer' },
    slack: { ok: slack === undefined, says: slack ?? 'answers' },
    workers: {
      ok: works,
      says:
        silentMs === undefined
          ? 'no worker has taken a job yet'
          : `a worker took a job ${Math.round(silentMs / 1000)} s ago`,
    },
  };
  return { ready: Object.values(checks).every(({ ok }) => ok), checks };
}
