/**
 * Runs and incidents are kept alike: numbered, one of them active for each wish, changed by whoever read the newest
 * state, and listed by number.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { UnavailableError } from '../../ports-state.js';
import { ask, runScript } from './ask-redis.js';
import type { RedisClient } from './connect-redis.js';
import { keys } from './keys.js';

/** A value that cannot be read is left out of lists, and told of here with the name of its key. */
export type OnBroken = (key: string, says: string) => void;

interface Kept {
  readonly id: string;
  readonly target: string;
  readonly revision: number;
}

export interface RecordKind<Value extends Kept> {
  readonly kind: 'run' | 'incident';
  /** `run-`, `inc-`. */
  readonly idPrefix: string;
  /** Throws where the text is not one. */
  readonly parse: (text: string) => Value;
  /** Only one that is not over stands for a wish. */
  readonly isOver: (value: Value) => boolean;
  /** A new wish for the same is answered with it. */
  readonly isJoinable: (value: Value) => boolean;
  /** Two that say the same cannot both be active. */
  readonly wishOf: (value: Value) => string;
  /** True for one that is to be found as the last of its target. */
  readonly isLast: (value: Value) => boolean;
}

export interface Records<Value extends Kept> {
  /** The active one for a wish, or a new one. */
  claim(
    wish: string,
    make: (id: string) => Value,
  ): Promise<{ readonly value: Value; readonly created: boolean }>;
  active(wish: string): Promise<Value | undefined>;
  get(id: string): Promise<Value | undefined>;
  change(
    id: string,
    transition: (value: Value) => Value,
  ): Promise<{ readonly value: Value; readonly changed: boolean } | undefined>;
  /** Newest first. */
  recent(limit: number, target?: string): Promise<readonly Value[]>;
  /** Not over, oldest first. */
  open(): Promise<readonly Value[]>;
  lastOf(targets: readonly string[]): Promise<ReadonlyMap<string, Value>>;
}

/** KEYS values, active, all, open, of target. ARGV wish, id, number, value, an active id that counts for nothing. */
const CLAIM = `
local held = redis.call('HGET', KEYS[2], ARGV[1])
if held and held ~= ARGV[5] and redis.call('HEXISTS', KEYS[1], held) == 1 then return held end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[4])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
for i = 3, 5 do redis.call('ZADD', KEYS[i], ARGV[3], ARGV[2]) end
return false`;

/** KEYS values, active, open, last. ARGV id, value before, value after, over, wish, target where it is the last now. */
const CHANGE = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
if ARGV[4] == '1' then
  if redis.call('HGET', KEYS[2], ARGV[5]) == ARGV[1] then redis.call('HDEL', KEYS[2], ARGV[5]) end
  redis.call('ZREM', KEYS[3], ARGV[1])
end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[4], ARGV[6], ARGV[1]) end
return 1`;

const MOST_TRIES = 200;

export function createRecords<Value extends Kept>(
  client: RedisClient,
  kind: RecordKind<Value>,
  onBroken: OnBroken,
): Records<Value> {
  const names = keys.records(kind.kind);

  function read(id: string, text: string | null | undefined): Value | undefined {
    if (text === null || text === undefined) return undefined;
    try {
      return kind.parse(text);
    } catch (error) {
      onBroken(`${names.values} ${id}`, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  async function get(id: string): Promise<Value | undefined> {
    return read(id, await ask(() => client.hget(names.values, id)));
  }

  async function getAll(ids: readonly string[]): Promise<readonly Value[]> {
    if (ids.length === 0) return [];
    const texts = await ask(() => client.hmget(names.values, ...ids));
    return ids.flatMap((id, index) => read(id, texts[index]) ?? []);
  }

  /** The active one; or the id that counts for nothing, because what it names is over, lost or broken. */
  async function held(wish: string): Promise<{ readonly value?: Value; readonly stale?: string }> {
    const id = await ask(() => client.hget(names.active, wish));
    if (id === null) return {};
    const value = await get(id);
    return value === undefined || !kind.isJoinable(value) ? { stale: id } : { value };
  }

  return {
    get,

    async claim(wish, make) {
      for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
        const before = await held(wish);
        if (before.value !== undefined) return { value: before.value, created: false };
        // Two who come at the same moment draw two numbers, and one of them is not used: numbers name, they do not count.
        const number = await ask(() => client.incr(names.counter));
        const value = make(`${kind.idPrefix}${number}`);
        const other = await runScript(
          client,
          CLAIM,
          [names.values, names.active, names.all, names.open, names.of(value.target)],
          [wish, value.id, number, JSON.stringify(value), before.stale ?? ''],
        );
        if (other === null) return { value, created: true };
      }
      throw tooContended(wish);
    },

    async active(wish) {
      return (await held(wish)).value;
    },

    async change(id, transition) {
      for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
        const text = await ask(() => client.hget(names.values, id));
        const value = read(id, text);
        if (text === null || value === undefined) return undefined;
        const wanted = transition(value);
        if (wanted === value) return { value, changed: false };
        const next = { ...wanted, revision: value.revision + 1 };
        const done = await runScript(
          client,
          CHANGE,
          [names.values, names.active, names.open, names.last],
          [
            id,
            text,
            JSON.stringify(next),
            kind.isOver(next) ? '1' : '0',
            kind.wishOf(next),
            kind.isLast(next) ? next.target : '',
          ],
        );
        if (done === 1) return { value: next, changed: true };
        await pause(Math.random() * Math.min(attempt, 10));
      }
      throw tooContended(id);
    },

    async recent(limit, target) {
      if (limit < 1) return [];
      const list = target === undefined ? names.all : names.of(target);
      return getAll(await ask(() => client.zrange(list, '0', String(limit - 1), 'REV')));
    },

    async open() {
      return getAll(await ask(() => client.zrange(names.open, '0', '-1')));
    },

    async lastOf(targets) {
      if (targets.length === 0) return new Map();
      const ids = await ask(() => client.hmget(names.last, ...targets));
      const found = await getAll(ids.filter((id) => id !== null));
      return new Map(found.map((value) => [value.target, value]));
    },
  };
}

function tooContended(name: string): UnavailableError {
  return new UnavailableError(`${name} was changed by others ${MOST_TRIES} times in a row`);
}
