import type { Incident } from '../../domain/incident.js';
import { isOver, type Run } from '../../domain/run.js';
import { ask, runScript } from './ask-redis.js';
import type { RedisClient } from './connect-redis.js';
import { keys } from './keys.js';
import type { OnBroken } from './records.js';
import { incidentSchema, parseJson, runSchema } from './state-schemas.js';

export interface SweepOptions {
  readonly now: Date;
  readonly keepMs: number;
  /** The most that are looked at in one call; `more` says that there are others. */
  readonly atMost?: number;
  readonly onBroken: OnBroken;
}

export interface Swept {
  readonly runs: number;
  readonly incidents: number;
  readonly more: boolean;
}

const BATCH = 100;
const AT_MOST = 5_000;

const runKeys = keys.records('run');
const incidentKeys = keys.records('incident');

/** KEYS values, all, open, of target, last, due, due marks, then those that go whole. ARGV id, value as read, target. */
const REMOVE = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
for i = 2, 4 do redis.call('ZREM', KEYS[i], ARGV[1]) end
if redis.call('HGET', KEYS[5], ARGV[3]) == ARGV[1] then redis.call('HDEL', KEYS[5], ARGV[3]) end
redis.call('ZREM', KEYS[6], ARGV[1])
redis.call('HDEL', KEYS[7], ARGV[1])
for i = 8, #KEYS do redis.call('UNLINK', KEYS[i]) end
return 1`;

/**
 * Removes runs and incidents that ended longer ago than `keepMs`, with all that belongs to them. What is not over, or
 * belongs to an incident that is not resolved, is kept.
 */
export async function sweep(client: RedisClient, options: SweepOptions): Promise<Swept> {
  const cutoff = options.now.getTime() - options.keepMs;
  const runs = await sweepKind(client, options, {
    names: runKeys,
    parse: (text) => parseJson(runSchema, text),
    began: (run) => Date.parse(run.createdAt),
    async old(candidates) {
      const old = candidates.filter(
        (run) => isOver(run) && Date.parse(run.endedAt ?? run.createdAt) < cutoff,
      );
      const open = await openIncidents(client, old);
      return old.filter((run) => run.incident === undefined || !open.has(run.incident));
    },
    whole: (id) => [keys.timeline(id), keys.messages(id), keys.evidence(id), keys.diagnosis(id)],
  });
  const incidents = await sweepKind(client, options, {
    names: incidentKeys,
    parse: (text) => parseJson(incidentSchema, text),
    began: (incident) => Date.parse(incident.openedAt),
    old: async (candidates) =>
      candidates.filter(({ resolved }) => resolved !== undefined && Date.parse(resolved.at) < cutoff),
    whole: (id) => [keys.timeline(id)],
  });
  return { runs: runs.removed, incidents: incidents.removed, more: runs.more || incidents.more };
}

interface Kind<Value> {
  readonly names: typeof runKeys;
  readonly parse: (text: string) => Value;
  readonly began: (value: Value) => number;
  readonly old: (values: readonly Value[]) => Promise<readonly Value[]>;
  readonly whole: (id: string) => readonly string[];
}

async function sweepKind<Value extends Run | Incident>(
  client: RedisClient,
  options: SweepOptions,
  kind: Kind<Value>,
): Promise<{ readonly removed: number; readonly more: boolean }> {
  const { names } = kind;
  const cutoff = options.now.getTime() - options.keepMs;
  const atMost = options.atMost ?? AT_MOST;
  let removed = 0;
  let kept = 0;
  for (let seen = 0; seen < atMost; ) {
    const size = Math.min(BATCH, atMost - seen);
    // What was removed is no longer in the list: only what was kept is passed over.
    const ids = await ask(() => client.zrange(names.all, String(kept), String(kept + size - 1)));
    if (ids.length === 0) return { removed, more: false };
    const texts = await ask(() => client.hmget(names.values, ...ids));
    const values = ids.flatMap((id, index) => read(id, texts[index], kind, options) ?? []);
    const old = await kind.old(values.map(({ value }) => value));
    let gone = 0;
    for (const { value, text } of values.filter((one) => old.includes(one.value))) {
      const { values: all, ...lists } = names;
      const own = [all, lists.all, lists.open, lists.of(value.target), lists.last, keys.due, keys.dueMarks];
      const done = await runScript(
        client,
        REMOVE,
        [...own, ...kind.whole(value.id)],
        [value.id, text, value.target],
      );
      gone += done === 1 ? 1 : 0;
    }
    removed += gone;
    kept += ids.length - gone;
    seen += ids.length;
    // Younger ones follow.
    if (values.some(({ value }) => kind.began(value) >= cutoff)) return { removed, more: false };
  }
  return { removed, more: true };
}

function read<Value>(
  id: string,
  text: string | null | undefined,
  kind: Kind<Value>,
  options: SweepOptions,
): { readonly value: Value; readonly text: string } | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    return { value: kind.parse(text), text };
  } catch (error) {
    options.onBroken(`${kind.names.values} ${id}`, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function openIncidents(client: RedisClient, runs: readonly Run[]): Promise<ReadonlySet<string>> {
  if (runs.every((run) => run.incident === undefined)) return new Set();
  return new Set(await ask(() => client.zrange(incidentKeys.open, '0', '-1')));
}
