import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startCluster } from '../../../playground/redis/start-cluster.js';
import { freePort, startRedis } from '../../../playground/redis/start-redis.js';
import { startWatched } from '../../../playground/redis/start-sentinel.js';
import { waitUntil } from '../../../playground/world/wait-until.js';
import { createCanary, createCanaryWorker } from '../../../src/adapters/bullmq/canary.js';
import { createJobQueue } from '../../../src/adapters/bullmq/job-queue.js';
import { createRunWorker } from '../../../src/adapters/bullmq/run-worker.js';
import {
  type ConnectionPurpose,
  connectRedis,
  disconnectRedis,
  findTlsProblem,
  type RedisClient,
  whenReady,
} from '../../../src/adapters/redis/connect-redis.js';
import { createEvidenceArchive } from '../../../src/adapters/redis/evidence-archive.js';
import { createHostSlots } from '../../../src/adapters/redis/host-slots.js';
import { createLease } from '../../../src/adapters/redis/lease.js';
import { createMessageBoard } from '../../../src/adapters/redis/message-board.js';
import { migrate } from '../../../src/adapters/redis/migrate.js';
import { createRunStore } from '../../../src/adapters/redis/run-store.js';
import { createSignals } from '../../../src/adapters/redis/signals.js';
import { sweep } from '../../../src/adapters/redis/sweep.js';
import { createTimeline } from '../../../src/adapters/redis/timeline.js';
import { GOODGATE } from '../../../src/domain/actor.js';
import { finishRun, startRun } from '../../../src/domain/run.js';
import { placeOf } from './a-redis.js';
import { draftFor, healthy, noon } from './some-runs.js';

const onBroken = () => undefined;
const onError = () => undefined;
let ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

async function connect(url: string, purpose: ConnectionPurpose = 'request'): Promise<RedisClient> {
  const client = connectRedis(placeOf(url), { purpose, name: 'test', onError });
  ends.push(() => disconnectRedis(client));
  await whenReady(client, 20_000);
  return client;
}

/** All that goodgate does with Redis, once. */
async function doAll(url: string): Promise<void> {
  const client = await connect(url);
  expect(await migrate(client, { onError })).toMatchObject({ ok: true });
  const runs = createRunStore(client, { onBroken });
  const { run } = await runs.claim(draftFor('docs-server'), noon);
  expect((await runs.claim(draftFor('docs-server'), noon)).created).toBe(false);
  const timeline = createTimeline(client, { onBroken });
  await timeline.append(run.id, { at: noon.toISOString(), actor: GOODGATE, kind: 'note', details: {} });
  expect(await timeline.read(run.id)).toHaveLength(1);
  const board = createMessageBoard(client, { onBroken });
  await board.touch(run.id);
  expect(await board.due(1)).toMatchObject([{ runId: run.id }]);
  expect(await createEvidenceArchive(client, { keepMs: 1_000, onBroken }).record(run.id)).toBeUndefined();
  const slots = createHostSlots(client, { perHost: 1, onError });
  const slot = await slots.take(['a', 'b', 'c'], run.id);
  expect(slot.taken).toBe(true);
  expect(await slots.take(['c', 'd'], 'run-9')).toEqual({ taken: false, full: ['c'] });
  if (slot.taken) await slot.release();
  const lease = await createLease(client, 'publisher', { ttlMs: 5_000, onError }).take(onError);
  if (lease.taken) await lease.release();
  expect(lease.taken).toBe(true);

  const signals = createSignals(client, await connect(url, 'listen'), { onError });
  const heard: string[] = [];
  signals.onRunChanged((id) => heard.push(id));
  await waitUntil('it is heard', async () => {
    await signals.runChanged(run.id);
    return heard.includes(run.id);
  });

  const queue = createJobQueue(client, { onError });
  const canary = createCanary(client, { onError });
  const canaryWorker = createCanaryWorker({ place: placeOf(url), name: 'w1', client, onError });
  let busy = true;
  const worker = createRunWorker({
    place: placeOf(url),
    name: 'w1',
    concurrency: 2,
    async process(runId) {
      if (busy) {
        busy = false;
        return { later: 50 };
      }
      await runs.change(runId, (one) => finishRun(startRun(one, 'w1', noon), 'w1', healthy, noon));
      return 'done';
    },
    onGivenUp: onError,
    onError,
  });
  ends.push(
    () => worker.close(0),
    () => canaryWorker.close(),
    () => queue.close(),
    () => canary.close(),
  );
  await queue.add(run.id, 'person');
  await waitUntil('it is finished', async () => (await runs.get(run.id))?.state === 'finished', 30_000);
  await waitUntil('its job is gone', async () => (await queue.stateOf(run.id)) === 'gone');
  expect(await queue.remove(run.id)).toBe(false);
  expect(await canary.send(20_000)).toBe(true);
  expect((await runs.lastResults(['docs-server'])).get('docs-server')?.id).toBe(run.id);
  const swept = await sweep(client, { now: new Date(noon.getTime() + 1_000), keepMs: 0, onBroken });
  expect(swept).toEqual({ runs: 1, incidents: 0, more: false });
}

describe('wherever Redis is', () => {
  it('all goes well on a cluster', async () => {
    const cluster = await startCluster();
    ends.push(cluster.remove);
    await doAll(cluster.url);
  });

  it('all goes well by Sentinel, and on the replica that it promotes', async () => {
    const watched = await startWatched();
    ends.push(watched.remove);
    await doAll(watched.url);
    const runs = createRunStore(await connect(watched.url), { onBroken });
    const { run } = await runs.claim(draftFor('wiki'), noon);
    await watched.master.kill();
    let found: unknown;
    await waitUntil(
      'the replica serves',
      () =>
        runs.claim(draftFor('wiki'), noon).then(
          (claimed) => {
            found = claimed.run.id;
            return true;
          },
          () => false,
        ),
      60_000,
    );
    expect(found).toBe(run.id);
  });

  it('all goes well over TLS with a login, and a certificate of somebody else is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'goodgate-tls-'));
    ends.push(async () => rmSync(folder, { recursive: true, force: true }));
    const certificate = (name: string) => {
      const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
      const fresh = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
      const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
      execFileSync('openssl', [...fresh, ...names, '-keyout', files.key, '-out', files.cert], {
        stdio: 'ignore',
      });
      return files;
    };
    const own = certificate('own');
    const other = certificate('other');
    const port = await freePort();
    const tls = ['--tls-port', String(port), '--tls-cert-file', own.cert, '--tls-key-file', own.key];
    const open = ['--tls-ca-cert-file', own.cert, '--tls-auth-clients', 'no', '--requirepass', 'p@ss/word'];
    const server = await startRedis({ words: [...tls, ...open] });
    ends.push(server.remove);
    const at = (ca: string) => `rediss://:p%40ss%2Fword@127.0.0.1:${port}/?ca=${encodeURIComponent(ca)}`;
    expect(findTlsProblem(placeOf(at(own.cert)))).toBeUndefined();
    expect(findTlsProblem(placeOf(at('/nowhere/ca.pem')))).toContain('/nowhere/ca.pem');
    expect(findTlsProblem(placeOf(`${at(own.cert)}&cert=${own.cert}&key=${other.key}`))).toMatch(/key/u);
    await doAll(at(own.cert));

    const errors: string[] = [];
    const stranger = connectRedis(placeOf(at(other.cert)), {
      purpose: 'request',
      name: 'test',
      onError: (error) => errors.push(error.message),
    });
    await expect(whenReady(stranger, 1_000)).rejects.toThrow(/certificate/u);
    await disconnectRedis(stranger);
    expect(errors.join()).not.toContain('p@ss');
  });
});
