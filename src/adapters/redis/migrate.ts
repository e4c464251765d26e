import { setTimeout as pause } from 'node:timers/promises';
import { ask } from './ask-redis.js';
import type { RedisClient } from './connect-redis.js';
import { keys } from './keys.js';
import { createLease } from './lease.js';

/** One step from the schema before to `to`. May be run again from its beginning after a crash: it is idempotent. */
export interface Migration {
  readonly to: number;
  /** What it does, for the log. */
  readonly says: string;
  readonly run: (client: RedisClient) => Promise<void>;
}

/** The schema of what this version keeps in Redis: the last one of the migrations, or the first ever. */
const FIRST_SCHEMA = 1;
const MIGRATIONS: readonly Migration[] = [];

const LOCK_MS = 30_000;
const ASK_AGAIN_MS = 200;

export type Migrated =
  | { readonly ok: true; readonly from: number; readonly to: number }
  | { readonly ok: false; readonly says: string; readonly remedy: string };

/** Brings what stands in Redis to this version's schema; refuses what a later version has written. */
export async function migrate(
  client: RedisClient,
  options: {
    readonly migrations?: readonly Migration[];
    readonly onStep?: (says: string) => void;
    readonly onError: (error: Error) => void;
  },
): Promise<Migrated> {
  const migrations = options.migrations ?? MIGRATIONS;
  const wanted = migrations.at(-1)?.to ?? FIRST_SCHEMA;
  const lease = createLease(client, 'schema', { ttlMs: LOCK_MS, onError: options.onError });
  for (;;) {
    // Most starts find all as it should be, and need no lock.
    const before = await readSchema(client);
    if (before === wanted) return { ok: true, from: wanted, to: wanted };
    if (before === 'foreign' || (before !== undefined && before > wanted)) return refuse(before, wanted);
    let lost = false;
    const held = await lease.take(() => {
      lost = true;
    });
    if (!held.taken) {
      await pause(ASK_AGAIN_MS);
      continue;
    }
    try {
      return await climb(client, migrations, wanted, () => lost, options.onStep);
    } finally {
      await held.release().catch(options.onError);
    }
  }
}

async function climb(
  client: RedisClient,
  migrations: readonly Migration[],
  wanted: number,
  isLost: () => boolean,
  onStep: ((says: string) => void) | undefined,
): Promise<Migrated> {
  // Read again: another one may have been here before the lock was ours.
  const from = await readSchema(client);
  if (from === 'foreign' || (from !== undefined && from > wanted)) return refuse(from, wanted);
  // Nothing stands there yet.
  let now = from ?? wanted;
  for (const step of migrations.filter(({ to }) => to > now)) {
    onStep?.(`schema ${now} to ${step.to}: ${step.says}`);
    await step.run(client);
    if (isLost()) {
      return {
        ok: false,
        says: `The lock was lost while the data in Redis were brought to schema ${step.to}.`,
        remedy: 'Start goodgate again: the step is done anew.',
      };
    }
    now = step.to;
    await ask(() => client.set(keys.schema, String(now)));
  }
  await ask(() => client.set(keys.schema, String(now)));
  return { ok: true, from: from ?? now, to: now };
}

async function readSchema(client: RedisClient): Promise<number | 'foreign' | undefined> {
  const text = await ask(() => client.get(keys.schema));
  if (text === null) return undefined;
  return /^[1-9]\d{0,5}$/u.test(text) ? Number(text) : 'foreign';
}

function refuse(found: number | 'foreign', wanted: number): Migrated {
  if (found === 'foreign') {
    return {
      ok: false,
      says: `${keys.schema} in Redis is not the number of a schema.`,
      remedy: 'This Redis is used by something else, or was damaged: give goodgate a database of its own.',
    };
  }
  return {
    ok: false,
    says: `The data in Redis have schema ${found}; this goodgate knows ${wanted} and those before it.`,
    remedy: 'A later goodgate has been here: start that one, or give this one a database of its own.',
  };
}
